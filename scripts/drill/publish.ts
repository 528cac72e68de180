/**
 * What docs/reliability.md shows. Drills may be carried out one by one, on different days: the newest result of each
 * at its own length is kept in a file, and the document is written from all of them.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { Type, type Static } from '#typebox';
import { readJsonFile } from '../../src/lib/durable-file.js';
import { compileSchema } from '../../src/lib/schema.js';
import { table } from '../bench/figure.js';
import type { Drill, Finding } from './drill.js';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const PLACES = { document: join(ROOT, 'docs', 'reliability.md'), results: join(ROOT, 'build', 'drills') };
const BLOCK = /<!-- drills -->[\s\S]*<!-- \/drills -->/;

const ResultSchema = Type.Object({
  v: Type.Literal(1),
  day: Type.String(),
  seed: Type.Number(),
  seconds: Type.Number(),
  machine: Type.String(),
  findings: Type.Array(Type.Object({ name: Type.String(), required: Type.String(), measured: Type.String(), holds: Type.Union([Type.Boolean(), Type.Null()]), how: Type.String() })),
});
export type Result = Static<typeof ResultSchema>;
const resultFile = compileSchema(ResultSchema);

export interface Places {
  readonly document: string;
  /** Folder with one file for each drill. */
  readonly results: string;
}

/** Takes the place of the drill's earlier result. */
export async function keep(drill: Pick<Drill, 'name'>, findings: readonly Finding[], run: { readonly seed: number; readonly seconds: number }, { results }: Places = PLACES): Promise<void> {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 1024 ** 3).toFixed(0)} GiB, Linux ${release()}, Node ${process.versions.node}`;
  const result: Result = {
    v: 1,
    day: new Date().toISOString().slice(0, 10),
    ...run,
    machine,
    findings: findings.map(({ name, required, measured, holds, how }) => ({ name, required, measured, holds, how })),
  };
  await mkdir(results, { recursive: true });
  await writeFile(join(results, `${drill.name}.json`), JSON.stringify(result, null, 1));
}

/** Replaces what stands between the markers; the words around it are written by people. */
export async function publish(drills: readonly Pick<Drill, 'name' | 'breaks'>[], { document, results }: Places = PLACES): Promise<void> {
  const text = await readFile(document, 'utf8');
  const parts: string[] = [];
  for (const { name, breaks } of drills) {
    const file = await readJsonFile(join(results, `${name}.json`), resultFile);
    // The results may have gone with the build; what was published of them stays.
    parts.push(`### ${name}\n\n${breaks}.\n\n${'value' in file ? shown(file.value) : (published(text, name) ?? 'Not measured yet.')}`);
  }
  await writeFile(document, text.replace(BLOCK, () => `<!-- drills -->\n${parts.join('\n\n')}\n<!-- /drills -->`));
}

/** Date and table of a drill, as they stand there; null where there are none. */
function published(text: string, name: string): string | null {
  const sections = (BLOCK.exec(text)?.[0] ?? '').replace('<!-- /drills -->', '').split(/^### /m);
  const own = sections.find((section) => section.startsWith(`${name}\n`));
  return /^\d{4}-\d\d-\d\d,[\s\S]*/m.exec(own ?? '')?.[0].trim() ?? null;
}

function shown({ day, seed, seconds, machine, findings }: Result): string {
  const rows = findings.map((finding) => ({ ...finding, measured: oneLine(finding.measured) }));
  return `${day}, ${(seconds / 60).toFixed(1)} min, seed ${seed}, on ${machine}.\n\n${table(rows)}`;
}

/** A message that is measured may hold what ends a cell. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
}
