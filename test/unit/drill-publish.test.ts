/** docs/reliability.md is written from the newest result of each drill, whenever that was. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Scene } from '../../scripts/drill/kit/scene.js';
import { fact } from '../../scripts/drill/kit/findings.js';
import { keep, publish } from '../../scripts/drill/publish.js';

const DRILLS = [{ name: 'one', breaks: 'the first' }, { name: 'two', breaks: 'the second' }, { name: 'three', breaks: 'the third' }];

t.test('results of parts come together', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-publish-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const places = { document: join(folder, 'reliability.md'), results: join(folder, 'results') };
  await writeFile(places.document, 'before\n<!-- drills -->\nold\n<!-- /drills -->\nafter\n');
  const run = { seed: 7, seconds: 90 };
  await keep({ name: 'two' }, [fact('of two', '0', 'a | b\nc', true, 'looked')], run, places);
  await publish(DRILLS, places);
  await keep({ name: 'one' }, [fact('of one', '0', '$& of 9', false, 'looked')], run, places);
  await keep({ name: 'two' }, [fact('of two', '0', 'newer', true, 'looked')], run, places);
  await publish(DRILLS, places);
  const text = await readFile(places.document, 'utf8');
  t.match(text, /^before\n<!-- drills -->\n### one\n\nthe first\.\n\n\d{4}-\d\d-\d\d, 1\.5 min, seed 7, on .+\n\n\| figure/);
  t.ok(text.includes('| of one | 0 | $& of 9 | **no** | looked |'));
  t.ok(text.includes('| of two | 0 | newer | yes | looked |'));
  t.notMatch(text, /a \\\| b/);
  await rm(places.results, { recursive: true });
  await publish(DRILLS, places);
  t.equal(await readFile(places.document, 'utf8'), text, 'results that are gone stay in the document');
  t.match(text, /### three\n\nthe third\.\n\nNot measured yet\.\n<!-- \/drills -->\nafter\n$/);
});

t.test('a scene knows whether it was shortened', (t) => {
  const whole = new Scene({ seed: 1, count: 12, minutes: null });
  t.strictSame([whole.count(10), whole.minutes(3), whole.isShortened], [12, 3, false]);
  const short = new Scene({ seed: 1, minutes: 1 });
  t.strictSame([short.count(10), short.minutes(3), short.isShortened], [10, 1, true]);
  t.end();
});
