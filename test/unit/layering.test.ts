/**
 * The structure that the design asks for, checked on the sources: who may import whom, and the few things that exist in
 * one place only. Each rule is first shown a breach of itself, so that it cannot pass by not looking.
 */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { importsOf, tokensOf, type Token } from '../support/source-scan.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** The layers above the services, by the first part of the path below src/. */
const TOP = ['api', 'cli', 'main', 'web'];
/** All that the camera layer builds on; everything else below src/ is above it. */
const BELOW_CAMERA = ['camera', 'errors', 'lib', 'pipelines', 'telemetry', 'config'];
const BINDING = 'gstreamer-superficial';
/** What the page shares with the daemon: the wire's types, and the rule for match ids. */
const SHARED_WITH_PAGE = /^src\/(?:web\/|api\/contract\/|recording\/match-id\.ts$)/;
/** The gates where text from outside becomes a value: of the daemon, and of the page. */
const PARSERS = ['src/lib/schema.ts', 'src/web/rig/messages.ts'];

interface Source {
  readonly path: string;
  readonly tokens: readonly Token[];
  readonly imports: readonly { readonly target: string; readonly line: number }[];
}

type Rule = (sources: readonly Source[]) => readonly string[];

function readSource(path: string, text: string): Source {
  const tokens = tokensOf(text);
  const imports = importsOf(tokens).map(({ specifier, line }) => ({
    target: specifier.startsWith('.')
      ? sourceOf(posix.join(posix.dirname(path), specifier))
      : specifier,
    line,
  }));
  return { path, tokens, imports };
}

/** A compiled name as the source that it comes from; components of the page are `.tsx`. */
function sourceOf(path: string): string {
  const component = path.replace(/\.js$/, '.tsx');
  return existsSync(join(ROOT, component)) ? component : path.replace(/\.js$/, '.ts');
}

function readSources(): readonly Source[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => readSource(`src/${path}`, readFileSync(join(ROOT, 'src', path), 'utf8')));
}

/** `src/api/http/app.ts` → `api`, `src/errors.ts` → `errors`; null for a package. */
function partOf(path: string): string | null {
  return /^src\/([^/.]+)/.exec(path)?.[1] ?? null;
}

function importsThat(breaks: (from: string, target: string) => boolean): Rule {
  return (sources) =>
    sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => breaks(path, target))
        .map(({ target, line }) => `${path}:${line} imports ${target}`),
    );
}

function tokensThat(breaks: (path: string, token: Token, before: (back: number) => string) => boolean): Rule {
  return (sources) =>
    sources.flatMap(({ path, tokens }) =>
      tokens
        .filter((token, index) => breaks(path, token, (back) => tokens[index - back]?.text ?? ''))
        .map((token) => `${path}:${token.line} ${token.text}`),
    );
}

const noCycles: Rule = (sources) => {
  const targets = new Map(sources.map(({ path, imports }) => [path, imports.map(({ target }) => target)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return found;
};

/** Schemas decide nothing; their numbers are bounds of values. */
const inContract = (path: string): boolean => path.startsWith('src/api/contract/');

const oneFileOfStatuses: Rule = (sources) => {
  const statuses = tokensThat(
    (path, token) => partOf(path) === 'api' && !inContract(path) && token.kind === 'number' && /^[45]\d\d$/.test(token.text),
  )(sources);
  const files = new Set(statuses.map((place) => place.split(':')[0]));
  return files.size > 1 ? statuses : [];
};

const inHost = (path: string): boolean => path.startsWith('src/camera/host/');

const RULES: readonly {
  readonly promise: string;
  readonly rule: Rule;
  readonly breach: Readonly<Record<string, string>>;
}[] = [
  {
    promise: 'no file imports itself around a corner, types included',
    rule: noCycles,
    breach: { 'src/a.ts': `import type { B } from './b.js';`, 'src/b.ts': `export { A } from './a.js';` },
  },
  {
    promise: 'a service knows nothing of API, CLI and composition root',
    rule: importsThat((from, target) => !TOP.includes(partOf(from) ?? '') && TOP.includes(partOf(target) ?? '')),
    breach: { 'src/recording/a.ts': `const api = await import('../api/http/app.js');` },
  },
  {
    promise: 'the API knows neither the CLI nor the composition root',
    rule: importsThat((from, target) => partOf(from) === 'api' && ['cli', 'main'].includes(partOf(target) ?? '')),
    breach: { 'src/api/a.ts': `import '../main.js';` },
  },
  {
    promise: 'the camera layer knows no service above it',
    rule: importsThat(
      (from, target) => partOf(from) === 'camera' && !BELOW_CAMERA.includes(partOf(target) ?? 'lib'),
    ),
    breach: { 'src/camera/a.ts': `let x: import('../recording/types.js').CameraId;` },
  },
  {
    promise: 'the page knows nothing of the daemon but what goes over the wire',
    rule: importsThat((from, target) => partOf(from) === 'web' && target.startsWith('src/') && !SHARED_WITH_PAGE.test(target)),
    breach: { 'src/web/a.tsx': `import { Recorder } from '../recording/recorder.js';` },
  },
  {
    promise: 'only a camera host loads GStreamer',
    rule: tokensThat((path, token) => !inHost(path) && token.kind === 'string' && token.text === BINDING),
    breach: { 'src/telemetry/a.ts': `const gst = createRequire(import.meta.url)('gstreamer-superficial');` },
  },
  {
    promise: 'nothing outside a camera host imports from one',
    rule: importsThat((from, target) => !inHost(from) && inHost(target)),
    breach: { 'src/camera/client.ts': `import { gst } from './host/gst.js';` },
  },
  {
    promise: 'src/lib builds on nothing of the application but its error class',
    rule: importsThat(
      (from, target) => partOf(from) === 'lib' && !['lib', 'errors'].includes(partOf(target) ?? 'lib'),
    ),
    breach: { 'src/lib/a.ts': `import { x } from '../config/schema.js';` },
  },
  {
    promise: 'error statuses are decided in one file of src/api',
    rule: oneFileOfStatuses,
    breach: { 'src/api/errors.ts': `const a = { status: 404 };`, 'src/api/app.ts': `response.status(503);` },
  },
  {
    promise: 'what comes in is parsed at the gate that validates it',
    rule: tokensThat(
      (path, token, before) =>
        !PARSERS.includes(path) && token.text === 'parse' && before(1) === '.' && before(2) === 'JSON',
    ),
    breach: { 'src/config/a.ts': `const value = JSON.parse(\`\${text}\`);` },
  },
  {
    promise: 'no module keeps state of its own',
    rule: tokensThat(
      (_path, token, before) =>
        token.kind === 'word' && ['let', 'var'].includes(token.text) && token.depth === 0 && before(1) !== '.',
    ),
    breach: { 'src/recording/a.ts': `export let current = null;` },
  },
];

const sources = readSources();

t.test('the sources are read', async (t) => {
  t.ok(sources.some(({ path }) => path === 'src/errors.ts'));
  const known = new Set(sources.map(({ path }) => path));
  const unresolved = importsThat((_from, target) => target.startsWith('src/') && !target.endsWith('.css') && !known.has(target))(sources);
  t.strictSame(unresolved, [], 'each relative import names a source that exists');
});

for (const { promise, rule, breach } of RULES) {
  t.test(promise, async (t) => {
    const broken = Object.entries(breach).map(([path, text]) => readSource(path, text));
    t.not(rule(broken).length, 0, 'a breach is seen');
    t.strictSame(rule(sources), [], 'the sources keep to it');
  });
}

t.test('text in comments, strings and regular expressions is not taken for code', async (t) => {
  const text = [
    `// import './a.js'`,
    `/* let x = JSON.parse(y) */ const quote = /["'\`]/u; const half = width / 2 / 3;`,
    'const said = `import "./b.js" ${values.map((v) => `${v} from "./c.js"`)} let`;',
    `const words = "let y; import './d.js'"; export * from './e.js';`,
  ].join('\n');
  const tokens = tokensOf(text);
  t.strictSame(importsOf(tokens), [{ specifier: './e.js', line: 4 }]);
  t.notOk(tokens.some(({ kind, text: word }) => kind === 'word' && ['let', 'JSON', 'import'].includes(word)));
  t.strictSame(
    tokens.filter(({ kind }) => kind === 'number').map(({ text: number }) => number),
    ['2', '3'],
  );
});
