/** That words can be read: each pair of colours that the page uses together, in both themes (WCAG 2.2, 1.4.3 and 1.4.6). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const TOKENS = readFileSync(join(import.meta.dirname, '../../../src/web/styles/tokens.css'), 'utf8');

const AA = 4.5;
const AAA = 7;
/** AAA for letters of 24 px and more. */
const AAA_LARGE = 4.5;

const PAIRS: readonly (readonly [text: string, ground: string, ratio: number])[] = [
  ['text', 'ground', AAA],
  ['text', 'surface', AAA],
  ['text', 'raised', AAA],
  ['text', 'warning-surface', AAA],
  ['text', 'bad-surface', AAA],
  ['text', 'good-surface', AAA],
  ['text-soft', 'ground', AAA],
  ['text-soft', 'surface', AAA],
  ['text-soft', 'raised', AA],
  ['text-faint', 'surface', AA],
  ['on-action', 'action', AAA],
  ['on-record', 'record', AAA_LARGE],
  ['on-record', 'record-deep', AAA],
  ['warning', 'warning-surface', AA],
  ['bad', 'bad-surface', AA],
  ['good', 'good-surface', AA],
  ['accent', 'raised', AA],
  ['text', 'accent-surface', AAA],
  ['on-picture', 'picture', AAA],
];

function coloursOf(theme: string): ReadonlyMap<string, string> {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(TOKENS)?.[1] ?? '';
  return new Map([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

t.test('the measure is that of the standard', async (t) => {
  t.equal(contrast('#000000', '#ffffff'), 21);
  t.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
});

for (const theme of ['night', 'sun']) {
  t.test(`every word of the theme "${theme}" can be read`, async (t) => {
    const colours = coloursOf(theme);
    for (const [text, ground, wanted] of PAIRS) {
      const ratio = contrast(colours.get(text) ?? '#000000', colours.get(ground) ?? '#000000');
      t.ok(ratio >= wanted, `${text} on ${ground}: ${ratio.toFixed(2)}, must be ${wanted}`);
    }
  });
}
