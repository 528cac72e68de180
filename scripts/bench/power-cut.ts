/**
 * Power cuts on the whole rig: the recordings lie on ext4 on a loop device, and a copy of the file behind it is what
 * a power cut at that moment would have left. Each copy is mounted, which replays its journal, and examined.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import { parseSegmentName, compareSegments } from '../../src/camera/segment-names.js';
import { segmentShape } from '../../src/integrity/mp4.js';
import { systemClock } from '../../src/lib/clock.js';
import { framesIn, Rig } from '../../test/support/rig.js';
import type { Figure } from './figure.js';
import { max, median } from './stats.js';

const FPS = 30;
const SEGMENT_SECONDS = 5;
const MATCH = 'power';

interface Tally {
  finished: number;
  finishedIntact: number;
  running: number;
  runningPlayable: number;
  readonly missingSeconds: number[];
}

export async function measurePowerCuts(cuts: number): Promise<Figure[]> {
  if (process.getuid?.() !== 0) return [{ name: `power cut at ${cuts} random moments`, required: '100 % intact, ≤ 1.0 s', measured: 'left out: needs root', holds: null, how: 'loop devices' }];
  // In memory: what counts is what reached the device, not how fast the device is.
  const work = await mkdtemp('/dev/shm/touchline-power-');
  const disk = join(work, 'disk');
  const after = join(work, 'after');
  let rig: Rig | null = null;
  const tally: Tally = { finished: 0, finishedIntact: 0, running: 0, runningPlayable: 0, missingSeconds: [] };
  const copyMs: number[] = [];
  try {
    await mkdir(disk);
    await mkdir(after);
    await execa('truncate', ['-s', '600M', join(work, 'disk.img')]);
    await execa('mkfs.ext4', ['-q', join(work, 'disk.img')]);
    await execa('mount', ['-o', 'loop', join(work, 'disk.img'), disk]);
    rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: join(disk, 'recordings'), TOUCHLINE_RECORDING_SEGMENT_SECONDS: String(SEGMENT_SECONDS) } });
    await rig.record(MATCH);
    const first = await Promise.all([0, 1].map(async (camera) => Number((await rig?.journal(MATCH, camera))?.find((entry) => entry['kind']?.valueOf() === 'first-frame')?.['frameMonoUs'])));
    for (let cut = 0; cut < cuts; cut += 1) {
      await systemClock.sleepMs(300 + Math.random() * 2200);
      const from = systemClock.monoUs();
      // Only what the device holds is read, holes are not: the copy takes milliseconds.
      await execa('cp', ['--sparse=auto', join(work, 'disk.img'), join(work, 'after.img')]);
      // The copy is not taken at one instant; frames until its end count as captured, so the loss is never understated.
      const cutMonoUs = systemClock.monoUs();
      copyMs.push((cutMonoUs - from) / 1000);
      await execa('mount', ['-o', 'loop', join(work, 'after.img'), after]);
      try {
        for (const camera of [0, 1]) await examine(join(after, 'recordings', MATCH, 'segments'), camera, ((cutMonoUs - (first[camera] ?? 0)) / 1e6) * FPS, tally);
      } finally {
        await execa('umount', [after]);
      }
    }
    await rig.stop();
  } finally {
    await rig?.dispose();
    await execa('umount', [disk], { reject: false });
    await rm(work, { recursive: true, force: true });
  }
  const { missingSeconds } = tally;
  const how = `${cuts} copies of the file behind the loop device, ${median(copyMs).toFixed(0)} ms each; ${SEGMENT_SECONDS} s segments`;
  return [
    { name: 'power cut: finished segments intact', required: '100 %', measured: `${tally.finishedIntact} of ${tally.finished}`, holds: tally.finishedIntact === tally.finished && tally.finished > 0, how },
    { name: '… running segments playable', required: '100 %', measured: `${tally.runningPlayable} of ${tally.running}`, holds: tally.runningPlayable === tally.running && tally.running > 0, how: 'ffprobe reads frames' },
    { name: '… seconds missing', required: 'p50 reported, max ≤ 1.0 s', measured: `p50 ${median(missingSeconds).toFixed(2)} s, max ${max(missingSeconds).toFixed(2)} s`, holds: max(missingSeconds) <= 1, how: 'captured until the end of the copy minus found on the copy' },
  ];
}

async function examine(folder: string, camera: number, captured: number, tally: Tally): Promise<void> {
  const segments = (await readdir(folder))
    .flatMap((name) => {
      const parsed = parseSegmentName(name);
      return parsed?.camera === camera ? [{ name, parsed }] : [];
    })
    .sort((a, b) => compareSegments(a.parsed, b.parsed));
  let found = 0;
  for (const [index, { name }] of segments.entries()) {
    const path = join(folder, name);
    const frames = await framesIn(path);
    found += frames;
    const shape = await segmentShape(path);
    // The newest runs, whatever its first bytes look like; the one before may still be in the middle of its finalisation.
    const newerOnes = segments.length - 1 - index;
    if (newerOnes > 1 || (newerOnes === 1 && shape === 'finalised')) {
      tally.finished += 1;
      if (shape === 'finalised' && frames === SEGMENT_SECONDS * FPS) tally.finishedIntact += 1;
      else process.stderr.write(`not intact: ${name}, ${index + 1} of ${segments.length}, ${shape}, ${frames} frames\n`);
    } else {
      tally.running += 1;
      if (frames > 0) tally.runningPlayable += 1;
    }
  }
  tally.missingSeconds.push((captured - found) / FPS);
}
