import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { table } from '../bench/figure.js';
import type { Drill, Finding } from './drill.js';

const DOCUMENT = join(resolve(import.meta.dirname, '..', '..', '..'), 'docs', 'reliability.md');
const BLOCK = /<!-- drills -->[\s\S]*<!-- \/drills -->/;

/** Replaces what stands between the markers; the words around it are written by people. */
export async function publish(results: readonly { readonly drill: Drill; readonly findings: readonly Finding[] }[], seed: number): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 1024 ** 3).toFixed(0)} GiB, Linux ${release()}, Node ${process.versions.node}`;
  const parts = results.map(({ drill, findings }) => `### ${drill.name}\n\n${drill.breaks}.\n\n${table(findings)}`);
  await writeFile(DOCUMENT, text.replace(BLOCK, `<!-- drills -->\n${day}, seed ${seed}, on ${machine}.\n\n${parts.join('\n\n')}\n<!-- /drills -->`));
}
