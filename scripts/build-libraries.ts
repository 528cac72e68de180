/**
 * Puts libraries of hundreds of small files, which every process of the rig loads, into one file each: what that saves
 * is in docs/decisions/0004-dependencies.md. `package.json` ("imports") leads `#typebox` and
 * `#execa` there, and the compiler to the packages' own types.
 */
import { join, resolve } from 'node:path';
import { build } from 'vite';

const ROOT = resolve(import.meta.dirname, '..', '..');

await build({
  configFile: false,
  root: ROOT,
  logLevel: 'warn',
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: true,
    outDir: join(ROOT, 'build/libraries'),
    emptyOutDir: true,
    minify: false,
    target: 'node24',
    rolldownOptions: { input: { typebox: 'typebox', execa: 'execa' }, preserveEntrySignatures: 'strict' },
  },
});
