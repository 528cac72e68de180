/** How long people wait: start, first bytes, stop, status. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { Rig, until } from '../../test/support/rig.js';
import type { Figure } from './figure.js';
import { max, p95, p99, spread } from './stats.js';

const CYCLES = 30;
const STATUS_REQUESTS = 3000;
const READINGS = ['/api/v1/status', '/api/v1/health', '/api/v1/system-metrics'];
const FRAME_MS = 1000 / 30;

export async function measureStartAndStop(): Promise<Figure[]> {
  const rig = await Rig.start();
  const startMs: number[] = [];
  const bytesMs: number[] = [];
  const stopMs: number[] = [];
  const offsetMs: number[] = [];
  let firstMs = 0;
  try {
    const booted = systemClock.monoMs();
    await rig.record('boot');
    firstMs = systemClock.monoMs() - booted;
    await rig.stop();
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      const match = `start_${cycle}`;
      const from = systemClock.monoMs();
      const bytes = bothHaveBytes(rig, match).then(() => bytesMs.push(systemClock.monoMs() - from));
      const answer = await rig.record(match);
      startMs.push(systemClock.monoMs() - from);
      offsetMs.push(Number(answer.body['first_frame_offset_seconds']) * 1000);
      await bytes;
      await systemClock.sleepMs(1000 + Math.random() * 500);
      stopMs.push(await timedStop(rig));
    }
  } finally {
    await rig.dispose();
  }
  return [
    { name: 'POST /recording → both cameras encode, reply', required: '≤ 400 ms', measured: `${spread(startMs)} ms`, holds: p95(startMs) <= 400, how: `${CYCLES} starts on one daemon` },
    { name: '… the very first, at the moment the daemon answers', required: 'report', measured: `${firstMs.toFixed(0)} ms`, holds: null, how: 'one start; the camera hosts are still coming up' },
    { name: '… until both files have bytes on disk', required: '≤ 1 s', measured: `${spread(bytesMs)} ms`, holds: p95(bytesMs) <= 1000, how: 'segment files looked at every 5 ms' },
    { name: 'offset between the cameras\' first frames', required: '≤ 1 frame, p95', measured: `${spread(offsetMs, 2)} ms`, holds: p95(offsetMs) <= FRAME_MS, how: `framemeter at both sources, ${CYCLES} starts` },
    { name: 'DELETE /recording after 1-2 s', required: '≤ 1 s', measured: `${spread(stopMs)} ms`, holds: p95(stopMs) <= 1000, how: `${CYCLES} stops: files final, synced, probed` },
  ];
}

/** Stops after 10 s and after `longSeconds`, in the default ten-minute segments. */
export async function measureLongStop(longSeconds: number): Promise<Figure[]> {
  const rig = await Rig.start();
  try {
    const shortMs: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      await rig.record(`short_${i}`);
      await systemClock.sleepMs(10_000);
      shortMs.push(await timedStop(rig));
    }
    await rig.record('long');
    await systemClock.sleepMs(longSeconds * 1000);
    const longMs = await timedStop(rig);
    return [
      { name: 'DELETE /recording after 10 s', required: '≤ 1 s', measured: `${spread(shortMs)} ms`, holds: max(shortMs) <= 1000, how: '5 recordings' },
      { name: `DELETE /recording after ${Math.round(longSeconds / 60)} min`, required: '≤ 1 s, the same', measured: `${longMs.toFixed(1)} ms`, holds: longMs <= 1000, how: 'one recording' },
    ];
  } finally {
    await rig.dispose();
  }
}

/** What clients read again and again, while both cameras record. */
export async function measureStatus(): Promise<Figure[]> {
  const rig = await Rig.start();
  try {
    await rig.record('status');
    const figures: Figure[] = [];
    for (const path of READINGS) {
      for (let i = 0; i < 200; i += 1) await rig.get(path);
      const ms: number[] = [];
      for (let i = 0; i < STATUS_REQUESTS; i += 1) {
        const from = systemClock.monoMs();
        await rig.get(path);
        ms.push(systemClock.monoMs() - from);
        await systemClock.sleepMs(2);
      }
      figures.push({ name: `GET ${path.replace('/api/v1', '')} while recording, p99`, required: '≤ 5 ms', measured: `${p99(ms).toFixed(2)} ms (max ${max(ms).toFixed(1)})`, holds: p99(ms) <= 5, how: `${STATUS_REQUESTS} requests on one connection, 200 before to warm up` });
    }
    await rig.stop();
    return figures;
  } finally {
    await rig.dispose();
  }
}

async function timedStop(rig: Rig): Promise<number> {
  const from = systemClock.monoMs();
  const { body } = await rig.stop();
  const ms = systemClock.monoMs() - from;
  if (body['success']?.valueOf() !== true) throw new Error(`stop failed: ${JSON.stringify(body)}`);
  return ms;
}

async function bothHaveBytes(rig: Rig, match: string): Promise<void> {
  const folder = rig.segmentsDir(match);
  await until(
    async () => {
      const names = await readdir(folder).catch(() => []);
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name)).catch(() => null))?.size ?? 0));
      const cameras = new Set(names.filter((_, index) => (sizes[index] ?? 0) > 0).map((name) => /cam(\d)_/.exec(name)?.[1]));
      return cameras.size >= 2;
    },
    'bytes of both cameras',
    10_000,
  );
}
