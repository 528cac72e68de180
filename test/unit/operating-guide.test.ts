/** Whatever the box tells a technician stands in docs/operating.md, and nothing stands there that it no longer tells. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createCommands } from '../../src/cli/commands.js';
import { toldBy, type Told } from '../support/told.js';

const ROOT = join(import.meta.dirname, '../../..');
const GUIDE = 'docs/operating.md';
/** Not told to a technician by the box: the page has no log, commands print. */
const SILENT = /^src\/(?:web|cli)\//;

interface Entry {
  readonly kind: string;
  readonly text: string;
  /** What stands behind the colon, over all its lines. */
  readonly words: string;
}

/** Entries of the guide: - **`text`** (kind): words. */
function entriesOf(guide: string): readonly Entry[] {
  return [...guide.matchAll(/^- \*\*`(.+?)`\*\* \((\w+)\): ((?:.|\n(?! *- |\n|#))*)/gm)].map(([, text = '', kind = '', words = '']) => ({ kind, text, words: words.replaceAll(/\s+/g, ' ').trim() }));
}

function toldInSources(): readonly Told[] {
  const paths = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path}`)
    .filter((path) => path.endsWith('.ts') && !SILENT.test(path))
    .sort();
  return paths.flatMap((path) => toldBy(path, readFileSync(join(ROOT, path), 'utf8')));
}

const guide = readFileSync(join(ROOT, GUIDE), 'utf8');
const entries = entriesOf(guide);
const told = toldInSources();
const key = ({ kind, text }: { readonly kind: string; readonly text: string | null }): string => `${kind} ${text ?? ''}`;

t.test('every warning, error, fault and event has an entry in the guide', async (t) => {
  const known = new Set(entries.map(key));
  const missing = told.flatMap((one) => (one.text === null || known.has(key(one)) ? [] : [`${one.place}: ${GUIDE} lacks   - **\`${one.text}\`** (${one.kind}): ... *Box:* ... *You:* ...`]));
  t.strictSame([...new Set(missing)], []);
});

t.test('the guide has no entry for what is no longer told, and none twice', async (t) => {
  const existing = new Set(told.map(key));
  t.strictSame(entries.filter((entry) => !existing.has(key(entry))).map((entry) => `${GUIDE}: nothing tells (${entry.kind}) ${entry.text}`), []);
  t.equal(new Set(entries.map(key)).size, entries.length);
});

t.test('every message is constant text, so that it can be looked up', async (t) => {
  t.strictSame(told.filter(({ text }) => text === null).map(({ place, kind }) => `${place}: the ${kind} message is put together`), []);
});

t.test('every entry says what it means, what the box did and what is left to do', async (t) => {
  t.strictSame(entries.filter(({ words }) => !/^\S.* \*Box:\* \S.* \*You:\* \S.*\.$/.test(words)).map(({ text, words }) => `${text}: ${words}`), []);
});

t.test('every command of ours in the guide exists', async (t) => {
  const names = new Set(createCommands(() => Promise.reject(new Error('nothing is started here'))).map(({ name }) => name));
  const used = [...guide.matchAll(/(?:`|^)(?:sudo )?touchline ([a-z]+)/gm)].map(([, name = '']) => name);
  t.ok(used.length > 10);
  t.strictSame(used.filter((name) => !names.has(name)), []);
});

t.test('the collector sees what it has to see', async (t) => {
  const source = `
    log.warn({ a: f('x') }, 'plain');
    this.#options.log?.error({ err: error, text: 'no' }, "it's broken",);
    work().catch((error: unknown) => this.#log.fatal({ err: error }, 'in an arrow'));
    log.error('alone'); log.info({}, 'quiet'); terminal.error('not a log'); log.warn({}, \`put \${together}\`);
    const fault = new RepeatedFault(clock, log, 'again and again');
    new Patrol({ fault: 'by the way', look: () => log.debug({}, 'x') });
    const trouble = { fault: 'camera', reason };
    journal.note({ eventType: 'one_thing', severity: 'info', details: { other_thing: 'no_event' } });
    journal.note({ eventType: after ? 'this_one' : 'that_one', severity: 'no_such' });
    begin(match, 'called_with'); function begin(match: Match, eventType: string): void {}
    // log.warn({}, 'in a comment')
  `;
  t.strictSame(toldBy('a.ts', source).map(({ kind, text }) => `${kind} ${text ?? '?'}`).sort(), [
    'error alone',
    "error it's broken",
    'event called_with',
    'event one_thing',
    'event that_one',
    'event this_one',
    'fatal in an arrow',
    'fault again and again',
    'fault by the way',
    'warn ?',
    'warn plain',
  ].sort());
});
