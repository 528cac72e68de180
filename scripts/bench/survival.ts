/** What is lost when things break: segment boundaries, killed hosts, killed daemons. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentShape } from '../../src/integrity/mp4.js';
import { systemClock } from '../../src/lib/clock.js';
import { framesIn, Rig, until, type Json } from '../../test/support/rig.js';
import type { Figure } from './figure.js';
import { max, p95, spread } from './stats.js';

const FPS = 30;
const HOST_KILLS = 20;
const DAEMON_KILLS = 10;

export async function measureBoundaries(): Promise<Figure[]> {
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  try {
    await rig.record('boundaries');
    await systemClock.sleepMs(106_000);
    await rig.stop();
    let atSource = 0;
    let inFiles = 0;
    let segments = 0;
    for (const camera of [0, 1]) {
      for (const name of await rig.segments('boundaries', camera)) {
        inFiles += await framesIn(join(rig.segmentsDir('boundaries'), name));
        segments += 1;
      }
      atSource += Number((await rig.journal('boundaries', camera)).at(-1)?.['framesAtSource']);
    }
    return [{ name: 'frames at source minus frames in files', required: '0 over 100 boundaries', measured: `${atSource - inFiles} of ${atSource}, ${segments - 2} boundaries`, holds: atSource === inFiles && segments > 101, how: 'one-second segments of two cameras, packets counted by ffprobe' }];
  } finally {
    await rig.dispose();
  }
}

export async function measureHostKills(): Promise<Figure[]> {
  const rig = await Rig.start();
  const lostSeconds: number[] = [];
  const backMs: number[] = [];
  let playable = 0;
  try {
    await rig.record('kills');
    for (let kill = 0; kill < HOST_KILLS; kill += 1) {
      const camera = kill % 2;
      await systemClock.sleepMs(2500 + Math.random() * 1000);
      const run = (await rig.journal('kills', camera)).findLast((entry) => entry['kind']?.valueOf() === 'first-frame');
      const before = await rig.segments('kills', camera);
      await rig.signalHost(camera, 'SIGKILL');
      const killedMonoUs = systemClock.monoUs();
      const folder = rig.segmentsDir('kills');
      await until(async () => {
        const names = (await readdir(folder)).filter((name) => name.startsWith(`cam${camera}_`) && !before.includes(name));
        const facts = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)));
        return facts.some((fact) => (fact?.size ?? 0) > 0);
      }, 'frames on disk again');
      backMs.push((systemClock.monoUs() - killedMonoUs) / 1000);
      const frames = await framesIn(join(folder, before.at(-1) ?? ''));
      if (frames > 0) playable += 1;
      const captured = Math.floor(((killedMonoUs - Number(run?.['frameMonoUs'])) / 1e6) * FPS) + 1;
      lostSeconds.push((captured - frames) / FPS);
    }
    await rig.stop();
  } finally {
    await rig.dispose();
  }
  return [
    { name: 'kill -9 of a host: missing from the running segment', required: '≤ 0.5 s', measured: `${spread(lostSeconds, 2)} s; ${playable} of ${HOST_KILLS} playable`, holds: max(lostSeconds) <= 0.5 && playable === HOST_KILLS, how: `${HOST_KILLS} random moments; frames captured until the kill minus frames that ffprobe finds` },
    { name: '… until frames are on disk again', required: '≤ 1.5 s', measured: `${spread(backMs, 0)} ms`, holds: p95(backMs) <= 1500, how: 'until the next segment file has bytes' },
  ];
}

export async function measureDaemonKills(): Promise<Figure[]> {
  const rig = await Rig.start();
  const trueStateMs: number[] = [];
  let missing = 0;
  let total = 0;
  try {
    await rig.record('daemon');
    for (let kill = 0; kill < DAEMON_KILLS; kill += 1) {
      await systemClock.sleepMs(1000 + Math.random() * 500);
      await rig.crashDaemon();
      const from = systemClock.monoMs();
      await rig.startDaemon();
      const { body } = await rig.get('/api/v1/recording');
      const cameras: Json | undefined = body['cameras'];
      const isTrue = body['recording']?.valueOf() === true && ['camera_0', 'camera_1'].every((key) => cameras?.[key]?.['state']?.valueOf() === 'running');
      if (!isTrue) throw new Error(`the new daemon does not know: ${JSON.stringify(body)}`);
      trueStateMs.push(systemClock.monoMs() - from);
    }
    await rig.stop();
    for (const camera of [0, 1]) {
      const ended = (await rig.journal('daemon', camera)).at(-1);
      let frames = 0;
      for (const name of await rig.segments('daemon', camera)) {
        const path = join(rig.segmentsDir('daemon'), name);
        if ((await segmentShape(path)) !== 'finalised') throw new Error(`${name} is not final`);
        frames += await framesIn(path);
      }
      total += Number(ended?.['framesAtSource']);
      missing += Number(ended?.['framesAtSource']) - frames + Number(ended?.['framesMissed']);
    }
  } finally {
    await rig.dispose();
  }
  return [
    { name: 'kill -9 of the daemon while recording: frames lost', required: '0', measured: `${missing} of ${total}`, holds: missing === 0, how: `${DAEMON_KILLS} kills` },
    { name: '… until the new daemon shows the true state', required: '≤ 2 s after its start', measured: `${spread(trueStateMs, 0)} ms`, holds: max(trueStateMs) <= 2000, how: 'from the start of the process to the answer of GET /recording' },
  ];
}
