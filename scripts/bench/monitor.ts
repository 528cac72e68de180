/** What it costs a recording to be watched. */
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { MotionJpeg } from '../../test/support/motion-jpeg.js';
import { framesIn, Rig, until } from '../../test/support/rig.js';
import type { Figure } from './figure.js';
import { cpuPercent, hostPids } from './load.js';
import { median } from './stats.js';

const PAIRS = 4;
const WINDOW_MS = 20_000;
const SETTLE_MS = 3000;
const MATCH = 'watched';

interface Watched {
  readonly percent: number;
  readonly lost: number;
  readonly frames: number;
  readonly pictures: number;
}

export async function measureMonitor(): Promise<Figure[]> {
  const without: Watched[] = [];
  const unwatched: Watched[] = [];
  const watched: Watched[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    without.push(await recordOnce('off', 0));
    unwatched.push(await recordOnce('on', 0));
    watched.push(await recordOnce('on', 4));
  }
  const lost = [...unwatched, ...watched].reduce((sum, run) => sum + run.lost, 0);
  const frames = [...unwatched, ...watched].reduce((sum, run) => sum + run.frames, 0);
  const percents = (runs: readonly Watched[]): string => `${median(runs.map(({ percent }) => percent)).toFixed(1)} %`;
  const pictures = median(watched.map((run) => run.pictures / (WINDOW_MS / 1000)));
  return [
    {
      name: 'recording with small pictures on: frames lost',
      required: '0',
      measured: `${lost} of ${frames}`,
      holds: lost === 0,
      how: `${2 * PAIRS} recordings of ${(WINDOW_MS + SETTLE_MS) / 1000} s with both cameras, half of them with four viewers; frames at the source against frames that ffprobe finds`,
    },
    {
      name: 'CPU while recording with small pictures off / on / watched by four',
      required: 'report',
      measured: `${percents(without)} / ${percents(unwatched)} / ${percents(watched)} of a core`,
      holds: null,
      how: `daemon and hosts, medians of ${PAIRS} windows of ${WINDOW_MS / 1000} s; each viewer of motion JPEG got ${(pictures / 4).toFixed(1)} pictures a second of 640x360`,
    },
  ];
}

async function recordOnce(mode: 'on' | 'off', viewers: number): Promise<Watched> {
  const rig = await Rig.start({ env: { TOUCHLINE_MONITOR_MODE: mode } });
  const watching: MotionJpeg[] = [];
  try {
    const pids = [rig.pid, ...(await hostPids(rig))];
    await rig.record(MATCH);
    for (let viewer = 0; viewer < viewers; viewer += 1) watching.push(new MotionJpeg(rig, viewer % 2));
    await until(() => watching.every(({ pictures }) => pictures.count > 0), 'everybody sees a picture');
    await systemClock.sleepMs(SETTLE_MS);
    const count = (): number => watching.reduce((sum, { pictures }) => sum + pictures.count, 0);
    const before = count();
    const percent = await cpuPercent(pids, WINDOW_MS);
    const pictures = count() - before;
    await rig.stop();
    return { percent, pictures, ...(await framesOf(rig)) };
  } finally {
    for (const { socket } of watching) socket.destroy();
    await rig.dispose();
  }
}

async function framesOf(rig: Rig): Promise<{ readonly lost: number; readonly frames: number }> {
  let lost = 0;
  let frames = 0;
  for (const camera of [0, 1]) {
    let found = 0;
    for (const name of await rig.segments(MATCH, camera)) found += await framesIn(join(rig.segmentsDir(MATCH), name));
    const ended = (await rig.journal(MATCH, camera)).find((entry) => entry['kind']?.valueOf() === 'run-ended');
    const number = (key: string): number => Number(ended?.[key]?.valueOf());
    lost += number('framesAtSource') + number('framesMissed') - found;
    frames += number('framesAtSource');
  }
  return { lost, frames };
}
