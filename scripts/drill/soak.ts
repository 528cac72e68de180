import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { resourcesOf, type Resources } from '../../test/support/process-resources.js';
import { WsClient } from '../../test/support/ws-client.js';
import { until, type Rig } from '../../test/support/rig.js';
import { hostPids } from '../bench/load.js';
import { max, median } from '../bench/stats.js';
import type { Drill, Finding } from './drill.js';
import { framesInAll, segmentNames, stampsInAll } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact } from './kit/findings.js';
import { healthOf, isWhole, statusOf } from './kit/look.js';
import type { Scene } from './kit/scene.js';
import { readJournal } from '../../src/recording/journal-reader.js';

const MATCH = 'soak';
const SAMPLE_MS = 5000;
const POLL_MS = 250;
/** Shorter than this a slope says little. */
const SLOPE_MINUTES = 60;
const MAX_SLOPE_MIB_PER_HOUR = 8;
const PARTS = ['daemon', 'camera 0', 'camera 1'] as const;

interface Sample extends Resources {
  readonly monoMs: number;
  /** Of the daemon's event loop; null for the cameras, which nobody can ask. */
  readonly handles: number | null;
}

export const soak: Drill = {
  name: 'soak',
  breaks: 'nothing, for a long time: one-second segments, viewers that come and go, the API polled; 90 minutes unless told otherwise',
  needsRoot: false,
  async run(scene) {
    const minutes = scene.minutes(90);
    const rig = await scene.rig({ env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
    await showPreviews(scene, rig);
    await rig.record(MATCH);
    const pids = [rig.pid, ...(await hostPids(rig))];
    const samples: Sample[][] = PARTS.map(() => []);
    const untilMs = systemClock.monoMs() + minutes * 60_000;
    const polled = poll(scene, rig, untilMs);
    const watched = comeAndGo(scene, rig, untilMs);
    while (systemClock.monoMs() < untilMs) {
      for (const [part, pid] of pids.entries()) {
        const handles = part === 0 ? await handlesOf(rig) : null;
        samples[part]?.push({ monoMs: systemClock.monoMs(), handles, ...(await resourcesOf(pid)) });
      }
      await scene.sleepMs(Math.min(SAMPLE_MS, Math.max(0, untilMs - systemClock.monoMs())));
    }
    const { asked, unwell } = await polled;
    const visits = await watched;
    await rig.stop();
    await showPreviews(scene, rig);
    const frames = await framesFinding(scene, rig, minutes);
    return [
      frames,
      fact('… answers that are wrong or not healthy', '0', `${unwell} of ${asked}`, unwell === 0 && asked > 0, 'status, health, recordings, metrics in turn'),
      ...slopes(samples, minutes),
      ...PARTS.map((part, index) => flat(part, samples[index] ?? [], 'fileDescriptors', 'file descriptors')),
      ...PARTS.map((part, index) => flat(part, samples[index] ?? [], 'threads', 'threads')),
      flat(PARTS[0], samples[0] ?? [], 'handles', 'event loop handles'),
      { name: '… viewers that came and went', required: 'report', measured: String(visits), holds: null, how: 'WebSocket subscriptions and small pictures while recording; previews before and after', isTimed: true },
    ];
  },
};

async function framesFinding(scene: Scene, rig: Rig, minutes: number): Promise<Finding> {
  const matchDir = join(rig.recordingsDir, MATCH);
  let [lost, atSource, segments, runs] = [0, 0, 0, 0];
  for (const camera of CAMERAS) {
    const journal = await readJournal(matchDir, camera);
    const ended = journal.findLast((entry) => entry.kind === 'run-ended');
    runs += journal.filter(({ kind }) => kind === 'run-started').length;
    const paths = (await segmentNames(join(matchDir, 'segments'), camera)).map((name) => join(matchDir, 'segments', name));
    const [inFiles, stamps] = [await framesInAll(paths), await stampsInAll(paths)];
    scene.say(`camera ${camera}: ${ended?.framesAtSource} frames at the source, ${inFiles} in ${paths.length} files, pictures ${JSON.stringify(stamps)}`);
    atSource += ended?.framesAtSource ?? 0;
    segments += paths.length;
    lost += Math.abs((ended?.framesAtSource ?? 0) - inFiles) + (ended?.framesMissed ?? 0) + stamps.missing + stamps.repeated;
  }
  return fact(`soak of ${minutes} min: frames lost`, '0', `${lost} of ${atSource}, ${segments} segments`, lost === 0 && runs === CAMERAS.length && atSource > 0, 'one-second segments; meters, packets in all files, and the counter in every picture');
}

/** Both cameras, with somebody who looks. */
async function showPreviews(scene: Scene, rig: Rig): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await rig.post('/api/v1/preview', {});
    await until(async () => (await rig.get('/hls/cam0.m3u8')).status === 200, 'there is a preview', 20_000, () => rig.output.slice(-2000));
    await scene.sleepMs(2000);
    await rig.delete('/api/v1/preview');
  }
}

async function poll(scene: Scene, rig: Rig, untilMs: number): Promise<{ readonly asked: number; readonly unwell: number }> {
  let [asked, unwell] = [0, 0];
  while (systemClock.monoMs() < untilMs && !scene.signal.aborted) {
    asked += 1;
    const isWell = await everythingIsWell(rig).catch(() => false);
    if (!isWell) {
      unwell += 1;
      scene.say(`not well: ${JSON.stringify(await statusOf(rig).catch(String))}`);
    }
    await systemClock.sleepMs(POLL_MS, scene.signal).catch(() => undefined);
  }
  return { asked, unwell };
}

async function everythingIsWell(rig: Rig): Promise<boolean> {
  const others = await Promise.all(['/api/v1/recordings', '/api/v1/system-metrics', '/api/v1/status', '/metrics'].map((path) => rig.get(path)));
  return (await isWhole(rig)) && (await healthOf(rig)).healthy && others.every(({ status }) => status === 200);
}

async function comeAndGo(scene: Scene, rig: Rig, untilMs: number): Promise<number> {
  let visits = 0;
  while (systemClock.monoMs() < untilMs && !scene.signal.aborted) {
    const client = await WsClient.greeted(rig.url);
    client.send({ v: 1, type: 'subscribe', channels: ['status', 'system_metrics'] });
    await fetch(`${rig.url}/api/v1/cameras/0/snapshot.jpg`).then((response) => response.arrayBuffer()).catch(() => undefined);
    await systemClock.sleepMs(Math.min(scene.chance.between(500, 4000), Math.max(0, untilMs - systemClock.monoMs())), scene.signal).catch(() => undefined);
    await client.end();
    visits += 1;
  }
  return visits;
}

/** Growth of memory, by the median of all slopes between samples (Theil-Sen), the first fifth left out as warm-up. */
function slopes(samples: readonly (readonly Sample[])[], minutes: number): Finding[] {
  return PARTS.map((part, index) => {
    const own = settled(samples[index] ?? []);
    const all = own.flatMap((a, first) => own.slice(first + 1).map((b) => (b.residentMiB - a.residentMiB) / ((b.monoMs - a.monoMs) / 3_600_000)));
    const slope = all.length === 0 ? Number.NaN : median(all);
    const isLong = minutes >= SLOPE_MINUTES;
    return {
      name: `… memory of ${part}, growth`,
      required: isLong ? `≤ ${MAX_SLOPE_MIB_PER_HOUR} MiB/h` : `report (from ${SLOPE_MINUTES} min on: ≤ ${MAX_SLOPE_MIB_PER_HOUR} MiB/h)`,
      measured: `${slope.toFixed(1)} MiB/h, at ${own.at(-1)?.residentMiB.toFixed(0) ?? '?'} MiB`,
      holds: isLong ? slope <= MAX_SLOPE_MIB_PER_HOUR : null,
      how: `resident memory every ${SAMPLE_MS / 1000} s, median of all slopes without the first fifth`,
      isTimed: true,
    };
  });
}

async function handlesOf(rig: Rig): Promise<number | null> {
  const text = await fetch(`${rig.url}/metrics`).then((response) => response.text()).catch(() => '');
  const count = /^nodejs_active_resources (\d+)/m.exec(text)?.[1];
  return count === undefined ? null : Number(count);
}

function flat(part: string, samples: readonly Sample[], what: 'fileDescriptors' | 'threads' | 'handles', words: string): Finding {
  const own = settled(samples).flatMap((sample) => sample[what] ?? []);
  const half = Math.ceil(own.length / 2);
  const [early, late] = [max(own.slice(0, half)), max(own.slice(half))];
  // Viewers and requests under way come and go; a leak of one a minute is far beyond that.
  return { name: `… ${words} of ${part}`, required: 'flat', measured: `at most ${early} in the first half, ${late} in the second`, holds: own.length > 1 && late <= early + 4, how: 'the first fifth left out', isTimed: true };
}

function settled(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.floor(samples.length / 5));
}
