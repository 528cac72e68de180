/**
 * `make bench`: the product's figures, measured on this machine, printed and written to docs/benchmarks.md.
 *
 *   node build/scripts/bench/main.js [part ...] [--quick]
 *
 * Parts: load latency status websocket library zip live monitor page longstop boundaries hosts daemon power. Without any, all of them (about three quarters of an hour);
 * `--quick` shortens the long stop and the number of cuts. Only a full run writes the document.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { table, type Figure } from './figure.js';
import { measureLongStop, measureStartAndStop, measureStatus } from './latency.js';
import { measureLibrary, measureZip } from './library.js';
import { measureLive } from './live.js';
import { measureCpuAndMemory } from './load.js';
import { measureMonitor } from './monitor.js';
import { measurePage } from './page.js';
import { measurePowerCuts } from './power-cut.js';
import { measureBoundaries, measureDaemonKills, measureHostKills } from './survival.js';
import { measureWebSocket } from './websocket.js';

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean', default: false } }, allowPositionals: true });

const PARTS = new Map<string, () => Promise<Figure[]>>([
  ['load', measureCpuAndMemory],
  ['latency', measureStartAndStop],
  ['status', measureStatus],
  ['websocket', () => measureWebSocket(values.quick ? 30 : 300)],
  ['library', measureLibrary],
  ['zip', measureZip],
  ['live', measureLive],
  ['monitor', measureMonitor],
  ['page', measurePage],
  ['longstop', () => measureLongStop(values.quick ? 60 : 600)],
  ['boundaries', measureBoundaries],
  ['hosts', measureHostKills],
  ['daemon', measureDaemonKills],
  ['power', () => measurePowerCuts(values.quick ? 10 : 50)],
]);

const unknown = positionals.filter((part) => !PARTS.has(part));
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}. Parts: ${[...PARTS.keys()].join(', ')}\n`);
  process.exit(2);
}

const wanted = positionals.length === 0 ? [...PARTS.keys()] : positionals;
const figures: Figure[] = [];
for (const part of wanted) {
  process.stderr.write(`measuring ${part} ...\n`);
  figures.push(...((await PARTS.get(part)?.()) ?? []));
}
process.stdout.write(`${table(figures)}\n`);
if (positionals.length === 0 && !values.quick) await publish(figures);
process.exitCode = figures.some(({ holds }) => holds === false) ? 1 : 0;

/** Replaces what stands between the markers; the words around it are written by people. */
async function publish(measured: readonly Figure[]): Promise<void> {
  const path = join(resolve(import.meta.dirname, '..', '..', '..'), 'docs', 'benchmarks.md');
  const text = await readFile(path, 'utf8');
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 1024 ** 3).toFixed(0)} GiB, Linux ${release()}, Node ${process.versions.node}`;
  const block = `<!-- figures -->\nMeasured on ${machine}.\n\n${table(measured)}\n<!-- /figures -->`;
  await writeFile(path, text.replace(/<!-- figures -->[\s\S]*<!-- \/figures -->/, block));
}
