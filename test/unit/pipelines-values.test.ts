/** Placeholders: which values a type takes, and that none of them can end its property. */
import t from 'tap';
import { tokensOf } from '../../src/pipelines/text.js';
import { fillTemplate, parseTemplate } from '../../src/pipelines/template.js';
import type { Scalar } from '../../src/pipelines/values.js';
import { hostileTexts } from '../support/pipeline-tools.js';

/** What `{{x:type}}` becomes with a value; null = refused. */
function filled(type: string, value: Scalar): string | null {
  const parsed = parseTemplate('test.gst', `element value={{x:${type}}}`);
  if (!parsed.ok) throw new Error(parsed.violations.map(({ message }) => message).join());
  const { text, violations } = fillTemplate(parsed.template, new Map([['x', value]]), new Set(), (name) => [name]);
  return violations.length > 0 ? null : text.slice('element value='.length);
}

t.test('each type takes its own values and refuses the others', async (t) => {
  const cases: readonly (readonly [string, Scalar, string | null])[] = [
    ['int', 5, '5'],
    ['int', -3, '-3'],
    ['int', 1.5, null],
    ['int', '5', null],
    ['int', Number.NaN, null],
    ['int', 2 ** 60, null],
    ['int(1..90)', 90, '90'],
    ['int(1..90)', 91, null],
    ['int(1..90)', 0, null],
    ['float', 0.5, '0.5'],
    ['float', 1e-9, '0'],
    ['float', Number.POSITIVE_INFINITY, null],
    ['float(-2..2)', 2.01, null],
    ['bool', true, 'true'],
    ['bool', 'true', null],
    ['bool', 1, null],
    ['fraction', 30, '30/1'],
    ['fraction', 29.97, '30000/1001'],
    ['fraction', 59.94, '60000/1001'],
    ['fraction', 12.5, '12500/1000'],
    ['fraction', 0, null],
    ['fraction', -1, null],
    ['enum(a|b)', 'a', 'a'],
    ['enum(a|b)', 'c', null],
    ['enum(a|b)', 'a|b', null],
    ['enum', 'smpte75', 'smpte75'],
    ['enum', 'a b', null],
    ['enum', 'a,width=1', null],
    ['enum', 'a!', null],
    ['enum', '', null],
    ['path', '/media/left.mp4', '/media/left.mp4'],
    ['path', '/media/usb stick/left.mp4', '"/media/usb stick/left.mp4"'],
    ['path', 'left.mp4', null],
    ['path', '', null],
    ['path', '/a\0b', null],
    ['path', `/${'a'.repeat(5000)}`, null],
    ['device', '/dev/video0', '/dev/video0'],
    ['device', '/dev/v4l/by-path/usb-0:2.1:1.0-video-index0', '/dev/v4l/by-path/usb-0:2.1:1.0-video-index0'],
    ['device', '/etc/passwd', null],
    ['device', '/dev/../etc/passwd', null],
    ['device', '/dev/video0 ! x', null],
    ['device', '/dev//video0', null],
    ['url', 'rtsp://camera/stream', '"rtsp://camera/stream"'],
    ['url', 'rtsp://u:a b"c@h/', '"rtsp://u:a%20b%22c@h/"'],
    ['url', 'http://camera/stream', null],
    ['url', 'file:///etc/passwd', null],
    ['url', 'rtsp://', null],
    ['url', 'camera', null],
    ['string', 'NULL', String.raw`\"NULL\"`],
    ['string', '', '""'],
    ['string', 'a\ud800', null],
  ];
  for (const [type, value, expected] of cases)
    t.equal(filled(type, value), expected, `${type} ${JSON.stringify(value).slice(0, 60)}`);
});

t.test('whatever a text holds, it stays one value of one property', async (t) => {
  for (const value of hostileTexts(3000, 1)) {
    for (const [type, text] of [
      ['string', value],
      ['path', `/${value}`],
      ['url', `rtsp://host/${value}`],
    ] as const) {
      const encoded = filled(type, text);
      if (encoded === null) continue;
      const tokens = tokensOf(`element value=${encoded} ! next`);
      if (tokens.length === 4 && tokens[1] === `value=${encoded}`) continue;
      t.strictSame(tokens, ['element', `value=${encoded}`, '!', 'next'], `${type} ${JSON.stringify(text)}`);
    }
  }
  t.ok(filled('string', 'a"b ! c'), 'hostile texts are taken, not refused');
});

t.test('a text with blanks only in quotes survives gst-launch, which joins its arguments', async (t) => {
  for (const value of hostileTexts(1000, 2)) {
    const encoded = filled('string', value) ?? '';
    const isQuoted = encoded.startsWith('"');
    if (isQuoted || !/\s/.test(encoded)) continue;
    t.fail(`blank outside quotes: ${encoded}`);
  }
  t.equal(filled('string', 'x "y" z'), String.raw`\"x\\040\\042y\\042\\040z\"`);
});
