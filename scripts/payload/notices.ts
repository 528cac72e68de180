/** The file THIRD-PARTY.txt: the licences of everything in an installation that others have written. */

/** Built into the page by Vite: development dependencies for npm, passed on to everybody who opens the page all the same. */
export const IN_THE_PAGE: readonly string[] = ['preact', '@preact/signals', '@preact/signals-core', 'hls.js'];

export interface Notice {
  readonly name: string;
  readonly version: string;
  /** As the package says it, e.g. `MIT`. */
  readonly license: string;
  /** Texts of its licence and notices; empty when its makers ship none. */
  readonly texts: readonly string[];
}

const RULE = '-'.repeat(100);

/** One text, the same for the same packages in any order. A licence that several packages share word by word is in it once. */
export function renderNotices(notices: readonly Notice[]): string {
  const sorted = [...notices].sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
  const byText = new Map<string, Notice[]>();
  for (const notice of sorted) {
    const text = notice.texts.map(normalised).filter((part) => part !== '').join(`\n\n`);
    byText.set(text, [...(byText.get(text) ?? []), notice]);
  }
  const without = byText.get('') ?? [];
  byText.delete('');
  return [
    'Touchline contains software of others. Each part, its licence, and what has to be passed on with it:',
    '',
    ...sorted.map(({ name, version, license }) => `  ${name} ${version}: ${license}`),
    ...[...byText].flatMap(([text, users]) => ['', RULE, users.map(label).join(', '), RULE, '', text]),
    ...(without.length === 0 ? [] : ['', RULE, 'Without a text of their own; the licence is the one named above:', ...without.map(label)]),
    '',
  ].join('\n');
}

const label = ({ name, version }: Notice): string => `${name} ${version}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function normalised(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(/[ \t]+$/gm, '').trim();
}
