import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import { Type } from '#typebox';
import { systemClock } from '../../src/lib/clock.js';
import { readJsonFile } from '../../src/lib/durable-file.js';
import { compileSchema } from '../../src/lib/schema.js';
import { readJournal } from '../../src/recording/journal-reader.js';
import { until, type Rig } from '../../test/support/rig.js';
import { max, median } from '../bench/stats.js';
import type { Drill, Finding } from './drill.js';
import { accountsOf, FPS, segmentAccount, segmentNames, stampsIn } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, nothingLost, times } from './kit/findings.js';
import { isWhole, statusOf } from './kit/look.js';
import { LoopDisk, unmount } from './kit/loop-disk.js';
import type { Scene } from './kit/scene.js';
import { bootOn } from './kit/second-boot.js';

const SEGMENT_SECONDS = 5;
const MISSING_SECONDS = 1;
const RESUME_MS = 15_000;
/** A second boot takes a while: one cut in so many is followed by one. No multiple of the moments, so that each has its turn. */
const BOOT_EVERY = 6;

type Moment = 'at random' | 'in the first second' | 'around a segment boundary' | 'in mid-stop';
const manifestState = compileSchema(Type.Object({ state: Type.String() }));

const MOMENTS: readonly Moment[] = ['at random', 'at random', 'in the first second', 'around a segment boundary', 'in mid-stop'];

interface Tally {
  finished: number;
  intact: number;
  running: number;
  playable: number;
  damagedPictures: number;
  readonly missingSeconds: number[];
  readonly copyMs: number[];
  readonly resumedMs: number[];
  boots: number;
}

export const powerCut: Drill = {
  name: 'power-cut',
  breaks: 'the power is cut: at random, in the second after the start, around segment boundaries, in mid-stop',
  needsRoot: true,
  async run(scene) {
    const cuts = scene.count(50);
    const disk = await LoopDisk.create(scene, 1500);
    const after = join(await scene.folder('/dev/shm'), 'after');
    await mkdir(after);
    const env = { TOUCHLINE_RECORDINGS_DIR: join(disk.path, 'recordings'), TOUCHLINE_STATE_DIR: join(disk.path, 'state'), TOUCHLINE_RECORDING_SEGMENT_SECONDS: String(SEGMENT_SECONDS) };
    const rig = await scene.rig({ env });
    const tally: Tally = { finished: 0, intact: 0, running: 0, playable: 0, damagedPictures: 0, missingSeconds: [], copyMs: [], resumedMs: [], boots: 0 };
    const resumed: Finding[] = [];
    let match = '';
    for (let cut = 1; cut <= cuts; cut += 1) {
      const moment = MOMENTS[(cut - 1) % MOMENTS.length] ?? 'at random';
      if (match !== '' && moment === 'in the first second') {
        await rig.stop();
        await rig.delete(`/api/v1/recordings/${match}`);
        match = '';
      }
      if (match === '') {
        match = `power-${cut}`;
        await rig.record(match);
      }
      const image = `${after}.img`;
      const { stopping, cutUs } = await cutAt(scene, moment, rig, match, disk, image, tally.copyMs);
      await execa('mount', ['-o', 'loop', image, after]);
      await scene.defer(() => unmount(after));
      const stopped = await stopping;
      await examine(scene, join(after, 'recordings', match), join(rig.recordingsDir, match), stopped ? null : cutUs, tally);
      if (cut % BOOT_EVERY === 1) resumed.push(...(await secondBoot(scene, disk.path, after, env, match, stopped, tally)));
      await unmount(after);
      scene.say(`cut ${cut} ${moment}: copied in ${tally.copyMs.at(-1)?.toFixed(0)} ms, missing ${tally.missingSeconds.slice(-2).map((seconds) => seconds.toFixed(2)).join(' and ')} s`);
      if (stopped) {
        await rig.delete(`/api/v1/recordings/${match}`);
        match = '';
      }
    }
    await rig.stop();
    const how = `${cuts} copies of the file behind the loop device, ${median(tally.copyMs).toFixed(0)} ms each; ${SEGMENT_SECONDS} s segments`;
    return [
      fact('power cut: finished segments intact', '100 %', `${tally.intact} of ${tally.finished}`, tally.intact === tally.finished, how),
      fact('… running segments playable', '100 %', `${tally.playable} of ${tally.running}`, tally.playable === tally.running && tally.running > 0, 'ffprobe reads frames'),
      fact('… pictures missing between others', '0', String(tally.damagedPictures), tally.damagedPictures === 0, 'counters in the pictures of each copy'),
      { name: '… seconds missing', required: `≤ ${MISSING_SECONDS} s`, measured: `median ${median(tally.missingSeconds).toFixed(2)} s, max ${max(tally.missingSeconds).toFixed(2)} s`, holds: max(tally.missingSeconds) <= MISSING_SECONDS, how: 'captured until then minus found on the copy', isTimed: false },
      fact('… the match goes on after the next boot', `all ${tally.boots}`, `${tally.resumedMs.length} of ${tally.boots}`, tally.resumedMs.length === tally.boots, `a daemon with another boot id and an empty runtime folder, on every ${BOOT_EVERY}th copy`),
      times('… until it does', tally.resumedMs, { maxMs: RESUME_MS }, 'from the start of the daemon until both cameras run'),
      ...resumed.filter(({ holds }) => holds === false),
    ];
  },
};

/** Copies the disk at such a moment. `stopping` resolves with whether the recording was stopped meanwhile. */
async function cutAt(scene: Scene, moment: Moment, rig: Rig, match: string, disk: LoopDisk, image: string, copyMs: number[]): Promise<{ readonly stopping: Promise<boolean>; readonly cutUs: number }> {
  let stopping = Promise.resolve(false);
  if (moment === 'at random') await scene.sleepMs(scene.chance.between(1500, 4000));
  if (moment === 'in the first second') await scene.sleepMs(scene.chance.between(0, 1000));
  if (moment === 'around a segment boundary') {
    const opened = (await readJournal(join(rig.recordingsDir, match), 0)).findLast(({ kind }) => kind === 'segment-opened');
    const nextMs = ((opened?.monoUs ?? 0) / 1000 - systemClock.monoMs() + SEGMENT_SECONDS * 1000) % (SEGMENT_SECONDS * 1000);
    await scene.sleepMs(Math.max(0, nextMs + scene.chance.between(-150, 150)));
  }
  if (moment === 'in mid-stop') {
    await scene.sleepMs(scene.chance.between(1500, 4000));
    stopping = rig.stop().then(() => true);
    await scene.sleepMs(scene.chance.between(0, 80));
  }
  const from = systemClock.monoMs();
  const { cutUs } = await disk.copyTo(image);
  copyMs.push(systemClock.monoMs() - from);
  return { stopping, cutUs };
}

/** @param cutUs null when the recording was stopped meanwhile, so that its own files say what there was */
async function examine(scene: Scene, onCopy: string, onDisk: string, cutUs: number | null, tally: Tally): Promise<void> {
  for (const camera of CAMERAS) {
    const folder = join(onCopy, 'segments');
    const names = await segmentNames(folder, camera);
    let found = 0;
    for (const [index, name] of names.entries()) {
      const { frames, shape } = await segmentAccount(join(folder, name), name);
      found += frames;
      // The newest runs, whatever its first bytes look like; the one before may still be in the middle of its finalisation.
      const newerOnes = names.length - 1 - index;
      if (newerOnes > 1 || (newerOnes === 1 && shape === 'finalised')) {
        tally.finished += 1;
        if (shape === 'finalised' && frames === SEGMENT_SECONDS * FPS) tally.intact += 1;
        else scene.say(`not intact: ${name}, ${index + 1} of ${names.length}, ${shape}, ${frames} frames`);
      } else {
        tally.running += 1;
        if (frames > 0) tally.playable += 1;
        else scene.say(`not playable: ${name}, ${index + 1} of ${names.length}, ${shape}`);
      }
    }
    const { missing, repeated } = await stampsIn(names.map((name) => join(folder, name)));
    tally.damagedPictures += missing + repeated;
    tally.missingSeconds.push((await capturedUntil(onDisk, camera, cutUs)) - found / FPS);
  }
}

/** Seconds of one camera that had been captured until then. */
async function capturedUntil(matchDir: string, camera: number, cutUs: number | null): Promise<number> {
  const journal = await readJournal(matchDir, camera);
  const ended = journal.findLast((entry) => entry.kind === 'run-ended');
  if (cutUs === null && ended !== undefined) return ended.framesAtSource / FPS;
  const first = journal.findLast((entry) => entry.kind === 'first-frame');
  return first === undefined || cutUs === null ? 0 : Math.max(0, (cutUs - first.frameMonoUs) / 1e6);
}

/**
 * What cannot be told from a copy alone: does the next boot go on with the match, in the same folder, and lose nothing of it?
 * @param inStop somebody had asked for the stop: the match may go on or be over, but nothing between
 */
async function secondBoot(scene: Scene, disk: string, copy: string, env: Readonly<Record<string, string>>, match: string, inStop: boolean, tally: Tally): Promise<Finding[]> {
  if (!inStop) tally.boots += 1;
  const matchDir = join(copy, 'recordings', match);
  const before = await accountsOf(matchDir, { stamps: false });
  const fromMs = systemClock.monoMs();
  const rig = await bootOn(scene, disk, copy, env);
  try {
    const isOver = inStop && (await staysOver(scene, rig, copy, match));
    const goesOn = !isOver && (await until(() => isWhole(rig), 'the match goes on', RESUME_MS).then(() => true, () => false));
    if (inStop && !isOver && !goesOn) return [fact('… a match cut off in mid-stop', 'goes on or is over', JSON.stringify(await statusOf(rig)), false, 'GET /recording, match.json')];
    if (goesOn) {
      if (!inStop) tally.resumedMs.push(systemClock.monoMs() - fromMs);
      await scene.sleepMs(1500);
      if ((await statusOf(rig)).match_id !== match) return [fact('… the match that goes on', match, String((await statusOf(rig)).match_id), false, 'GET /recording')];
      await rig.stop();
    }
    const runs = await accountsOf(matchDir);
    const kept = before.every((run) => (runs.find(({ camera, stamp }) => camera === run.camera && stamp === run.stamp)?.frames ?? 0) >= run.frames);
    scene.say(`booted on it: ${isOver ? 'the match is over' : goesOn ? 'it goes on' : 'it does not go on'}`);
    return [
      fact('… frames from before the cut that are gone after the boot', '0', kept ? '0' : 'some', kept, 'ffprobe, run by run'),
      nothingLost(scene, '… frames missing in the middle of what the next boot recorded', runs, 'counters in the pictures, meters and files'),
    ];
  } finally {
    await rig.dispose();
  }
}

/** Nothing is recorded, and the match is told to be over. */
async function staysOver(scene: Scene, rig: Rig, copy: string, match: string): Promise<boolean> {
  await scene.sleepMs(1000);
  if ((await statusOf(rig)).recording) return false;
  const manifest = await readJsonFile(join(copy, 'recordings', match, 'match.json'), manifestState);
  return (await rig.get(`/api/v1/recordings/${match}/segments`)).status === 200 && 'value' in manifest && manifest.value.state !== 'recording';
}
