import t from 'tap';
import { jsonPieces } from '../../src/lib/json-pieces.js';

const VALUES: readonly unknown[] = [
  null, 0, -1.5, true, '', 'a "b"\n\u2028', [], {}, [1, [2, { a: 3 }]], { a: [], b: {}, c: { d: [{ e: null }, 'x'] } }, [{ long: 'x'.repeat(5000) }, null],
  { kept: 1, left: undefined, list: [undefined, 1] },
];

t.test('the pieces are the value as JSON, whatever it is', async (t) => {
  for (const [index, value] of VALUES.entries()) t.strictSame(JSON.parse([...jsonPieces(value)].join('')), JSON.parse(JSON.stringify(value)), `value ${index}`);
});

t.test('people find one element of a list per line, and everything else as they know it', async (t) => {
  t.equal([...jsonPieces({ a: 1, cameras: { '0': { segments: [{ name: 'x', frames: 1 }, { name: 'y' }], gaps: [] } } })].join(''), `{
  "a": 1,
  "cameras": {
    "0": {
      "segments": [
        {"name":"x","frames":1},
        {"name":"y"}
      ],
      "gaps": []
    }
  }
}`);
  const plain = { v: 1, text: 'x', inner: { a: null } };
  t.equal([...jsonPieces(plain)].join(''), JSON.stringify(plain, null, 2));
});
