/** Builds the web page of src/web into build/web, with a compressed copy beside each file that shrinks. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { build } from 'vite';

// Two folders up from build/scripts/.
const ROOT = resolve(import.meta.dirname, '..', '..');
const SOURCES = join(ROOT, 'src', 'web');
const OUTPUT = join(ROOT, 'build', 'web');
const SHRINKS = /\.(?:html|js|css|svg)$/;
const compress = promisify(gzip);

await build({
  root: SOURCES,
  configFile: false,
  base: '/app/',
  logLevel: 'warn',
  // Where Vite leaves what it remembers; the sources stay clean.
  cacheDir: join(ROOT, '.cache', 'vite'),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: OUTPUT,
    emptyOutDir: true,
    target: 'es2022',
    // Inlined files would be data: addresses, which the policy of the page does not let in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});

for (const entry of await readdir(OUTPUT, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !SHRINKS.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  await writeFile(`${file}.gz`, await compress(await readFile(file), { level: constants.Z_BEST_COMPRESSION }));
}
