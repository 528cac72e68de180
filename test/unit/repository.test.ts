/** What the repository promises as a whole: links lead somewhere, nothing ties it to one machine, no file is a heap. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from '#execa';
import t from 'tap';
import { DAEMON_ENVIRONMENT, NODE_FLAGS } from '../../src/lib/node-flags.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const NOT_OURS = new Set(['.git', 'node_modules', 'build', 'var', '.cache', '.tap']);
const BINARY = /\.(?:png|jpe?g|ico|woff2|mp4|avi)$/;
const CODE = /\.(?:tsx?|mjs|js|sh|c|h|css|html)$/;
const MAX_LINES = 400;

/** Put together from pieces, so that this file does not contain what it looks for. */
const FOREIGN = [
  ['/wo', 'rk/'],
  ['/tmp', '/lab'],
  ['registry.', 'npmjs'],
  ['registry.', 'yarnpkg'],
  ['nodejs.org', '/dist'],
  ['deb.', 'debian.org'],
  ['archive.', 'ubuntu.com'],
].map((pieces) => pieces.join(''));
const UNFINISHED = new RegExp(`(?:\\/\\/|\\*|^\\s*#)\\s*(?:${'TO'}DO|${'FIX'}ME)\\b`);

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.has(entry.name)) return [];
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() && !BINARY.test(path) ? [path] : [];
  });
}

const texts = new Map(filesBelow('').map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));

function linesMatching(matches: (line: string) => boolean, of: (path: string) => boolean = () => true): string[] {
  return [...texts].filter(([path]) => of(path)).flatMap(([path, text]) =>
    text
      .split('\n')
      .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
      .filter(({ line }) => matches(line))
      .map(({ line, place }) => `${place} ${line.trim().slice(0, 100)}`),
  );
}

/** The anchor that a forge gives to a heading. */
function anchorOf(heading: string): string {
  const words = heading.replace(/^#+\s*/, '').toLowerCase();
  return words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(/\s/g, '-');
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

t.test('every link in the documents leads somewhere', async (t) => {
  const documents = [...texts].filter(([path]) => path.endsWith('.md'));
  const broken = documents.flatMap(([path, text]) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => link ?? '')
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        if (!existsSync(join(ROOT, target))) return true;
        if (anchor === undefined) return false;
        const headings = withoutCode(texts.get(target) ?? '').match(/^#+ .*$/gm) ?? [];
        return !headings.map(anchorOf).includes(anchor);
      })
      .map((link) => `${path}: ${link}`),
  );
  t.ok(documents.some(([path]) => path === 'README.md'));
  t.strictSame(broken, []);
});

t.test('every make target that the documents name exists, and is listed by make help', async (t) => {
  const makefile = texts.get('Makefile') ?? '';
  const targets = new Set([...makefile.matchAll(/^([a-z]+):.*## /gm)].map(([, name]) => name));
  const named = [...texts]
    .filter(([path]) => path.endsWith('.md'))
    .flatMap(([path, text]) => [...text.matchAll(/(?:`|^ *)make ([a-z]+)\b/gm)].map(([, name]) => ({ path, name })));
  t.ok(named.some(({ name }) => name === 'run'));
  t.strictSame(named.filter(({ name }) => !targets.has(name)), []);
});

t.test('nothing names a registry or a folder of the machine that it was written on', async (t) => {
  t.strictSame(linesMatching((line) => FOREIGN.some((text) => line.includes(text))), []);
  t.notMatch(texts.get('package-lock.json') ?? '', /"resolved": "(?!native\/)/);
});

t.test('nothing is left unfinished in a comment', async (t) => {
  t.strictSame(linesMatching((line) => UNFINISHED.test(line)), []);
});

t.test(`no source file is longer than ${MAX_LINES} lines`, async (t) => {
  const sizes = [...texts]
    .filter(([path]) => CODE.test(path) || path === 'Makefile')
    .map(([path, text]) => ({ path, lines: text.split('\n').length - 1 }))
    .sort((a, b) => b.lines - a.lines);
  for (const { path, lines } of sizes.slice(0, 5)) t.comment(`${path}: ${lines} lines`);
  t.strictSame(sizes.filter(({ lines }) => lines > MAX_LINES), []);
});

t.test('Node is started with the same flags everywhere', async (t) => {
  for (const path of ['systemd/touchline.service', 'systemd/touchline-camera@.service', 'scripts/run.sh', 'docs/decisions/0007-memory.md']) {
    t.ok(texts.get(path)?.includes(NODE_FLAGS.join(' ')), path);
  }
  const environment = Object.entries(DAEMON_ENVIRONMENT).map(([name, value]) => `${name}=${value}`).join(' ');
  for (const path of ['systemd/touchline.service', 'scripts/run.sh']) t.ok(texts.get(path)?.includes(environment), path);
});

t.test('every shell script parses', async (t) => {
  const scripts = [...texts].filter(([path, text]) => path.endsWith('.sh') || /^#!.*\bbash$/m.test(text.slice(0, 40)));
  t.ok(scripts.length > 0);
  for (const [path] of scripts) {
    const { exitCode, stderr } = await execa('bash', ['-n', path], { cwd: ROOT, reject: false });
    t.equal(exitCode, 0, `${path} ${stderr}`.trim());
  }
});
