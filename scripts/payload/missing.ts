/** Lists packages of another machine that this checkout does not have: `missing.js ARCH` prints path, version, integrity. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TARGETS } from './assemble.js';
import { neededPackages } from './lockfile.js';

// Three folders up from build/scripts/payload/.
const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const target = TARGETS[process.argv[2] ?? ''];
if (target === undefined) throw new Error(`usage: missing.js ${Object.keys(TARGETS).join('|')}`);

for (const { path, version, integrity } of neededPackages(await readFile(join(ROOT, 'package-lock.json'), 'utf8'), target)) {
  if (!existsSync(join(ROOT, path))) process.stdout.write(`${path} ${version} ${integrity}\n`);
}
