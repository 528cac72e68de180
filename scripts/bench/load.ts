/** What recording costs, beside the same two pipelines without a daemon. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { loadPipelineLibrary, toArguments } from '../../src/pipelines/index.js';
import { Rig, until } from '../../test/support/rig.js';
import type { Figure } from './figure.js';
import { cpuSeconds, memoryMiB } from './proc.js';
import { median } from './stats.js';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const PAIRS = 5;
const WINDOW_MS = 20_000;
const SETTLE_MS = 3000;

export async function measureCpuAndMemory(): Promise<Figure[]> {
  const texts = await sameTexts();
  const ratios: number[] = [];
  const plainRatios: number[] = [];
  const ours: number[] = [];
  const bare: number[] = [];
  let memory = '';
  let idleMemory = '';
  let idlePercent = 0;
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const rig = await Rig.start();
    try {
      const pids = [rig.pid, ...(await hostPids(rig))];
      if (pair === 0) {
        await systemClock.sleepMs(SETTLE_MS);
        idlePercent = await cpuPercent(pids, 30_000);
        idleMemory = describeMemory(pids);
      }
      await rig.record('cpu');
      await systemClock.sleepMs(SETTLE_MS);
      ours.push(await cpuPercent(pids, WINDOW_MS));
      if (pair === 0) memory = describeMemory(pids);
      await rig.stop();
    } finally {
      await rig.dispose();
    }
    bare.push(await bareCpuPercent(texts));
    ratios.push((ours.at(-1) ?? 0) / (bare.at(-1) ?? 1));
    plainRatios.push((ours.at(-1) ?? 0) / (await bareCpuPercent(texts.map(plainText))));
  }
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(3)).join(', ');
  return [
    {
      name: 'CPU while recording, ratio to the same two pipelines under gst-launch-1.0',
      required: '≤ 1.10, aim 1.05',
      measured: `${median(ratios).toFixed(3)} (${list(ratios)})`,
      holds: median(ratios) <= 1.1,
      how: `${PAIRS} pairs of ${WINDOW_MS / 1000} s; daemon and hosts ${median(ours).toFixed(1)} % of a core, gst-launch ${median(bare).toFixed(1)} %`,
    },
    {
      name: '… ratio to the same sources and encoders straight into splitmuxsink under gst-launch-1.0',
      required: 'report',
      measured: `${median(plainRatios).toFixed(3)} (${list(plainRatios)})`,
      holds: null,
      how: 'no counter in the picture, no meters, no fragments, no fdatasync',
    },
    { name: 'idle CPU of everything', required: '≤ 1 % of a core', measured: `${idlePercent.toFixed(2)} %`, holds: idlePercent <= 1, how: 'daemon and two hosts over 30 s' },
    { name: 'resident memory idle', required: 'report', measured: idleMemory, holds: null, how: 'RSS (PSS) per process from smaps_rollup' },
    { name: 'resident memory recording', required: 'report', measured: memory, holds: null, how: 'most of it is Node.js itself: code and heap of three processes; GStreamer and x264 add the rest in the hosts' },
  ];
}

/** The texts that the daemon renders for `sim`, with a location, for gst-launch. */
async function sameTexts(): Promise<readonly string[]> {
  const library = await loadPipelineLibrary(join(ROOT, 'gst-pipelines'));
  return [0, 1].map(
    (camera) =>
      library.renderRecording({
        profile: 'sim',
        camera,
        quality: 'fast',
        crop: { left: 0, right: 0, top: 0, bottom: 0 },
        rotation: 0,
        exposureCompensation: 0,
        source: null,
        video: { width: null, height: null, framerate: null },
        bitrateKbps: null,
        segmentSeconds: 600,
      }).text,
  );
}

/** The same source and encoder, straight into splitmuxsink, as a recorder without our elements would do it. */
function plainText(text: string): string {
  const elements = text.split('\n! ').filter((element) => !/^(framestamp|framemeter|queue|segmentsink)\b/.test(element));
  return [...elements, 'splitmuxsink name=segments max-size-time=600000000000'].join(' ! ');
}

async function bareCpuPercent(texts: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-bare-'));
  const processes: ChildProcess[] = [];
  try {
    texts.forEach((text, camera) => {
      const location = text.includes('segmentsink') ? `location-prefix=${folder}/cam${camera}_` : `location=${folder}/cam${camera}_%02d.mp4`;
      // The sink is the last element, so its property can stand at the end.
      processes.push(
        spawn('gst-launch-1.0', ['-q', ...toArguments(text), location], {
          stdio: 'ignore',
          env: { ...process.env, GST_PLUGIN_PATH: join(ROOT, 'build', 'native') },
        }),
      );
    });
    await systemClock.sleepMs(SETTLE_MS);
    const pids = processes.map(({ pid }) => pid ?? 0);
    const percent = await cpuPercent(pids, WINDOW_MS);
    if (processes.some(({ exitCode }) => exitCode !== null)) throw new Error('gst-launch-1.0 ended early');
    return percent;
  } finally {
    await Promise.all(
      processes.map(
        (child) =>
          new Promise<void>((done) => {
            if (child.exitCode !== null) return done();
            child.once('exit', () => done());
            child.kill('SIGKILL');
          }),
      ),
    );
    await rm(folder, { recursive: true, force: true });
  }
}

/** Share of one core that these processes use together over the window, in percent. */
export async function cpuPercent(pids: readonly number[], windowMs: number): Promise<number> {
  const used = (): number => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const fromMs = systemClock.monoMs();
  const before = used();
  await systemClock.sleepMs(windowMs);
  return ((used() - before) / ((systemClock.monoMs() - fromMs) / 1000)) * 100;
}

/** Processes of both cameras, once they are up. */
export async function hostPids(rig: Rig): Promise<number[]> {
  await until(async () => (await rig.hostIdentity(0)) !== null && (await rig.hostIdentity(1)) !== null, 'both hosts are up');
  const identities = await Promise.all([0, 1].map((camera) => rig.hostIdentity(camera)));
  return identities.map((identity) => identity?.pid ?? 0);
}

function describeMemory(pids: readonly number[]): string {
  const parts = pids.map((pid, index) => ({ name: index === 0 ? 'daemon' : `camera ${index - 1}`, ...memoryMiB(pid) }));
  const total = parts.reduce((sum, { pss }) => sum + pss, 0);
  return `${parts.map(({ name, rss, pss }) => `${name} ${rss.toFixed(0)} (${pss.toFixed(0)})`).join(', ')}; together ${total.toFixed(0)} MiB`;
}
