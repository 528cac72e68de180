import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill, Finding } from './drill.js';
import { accountsOf, framesInFiles, lostSeconds, runAt } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, lostAtMost, nothingLost, times } from './kit/findings.js';
import { statusOf } from './kit/look.js';
import { LoopDisk } from './kit/loop-disk.js';
import type { Scene } from './kit/scene.js';

const MIB = 1024 ** 2;
const RESERVE_MIB = 100;
/** Below the reserve, with enough for all that is still to be written. */
const LEFT_BYTES = 60 * MIB;
const STOPPED_MS = 15_000;

export const diskReserve: Drill = {
  name: 'disk-reserve',
  breaks: 'the room on the disk falls below the reserve of the storage guard, and to nothing at once with the guard on',
  needsRoot: true,
  async run(scene) {
    const rounds = scene.count(3);
    return [...(await guarded(scene, rounds, LEFT_BYTES)), ...(await guarded(scene, Math.min(2, rounds), 0))];
  },
};

async function guarded(scene: Scene, rounds: number, leftBytes: number): Promise<Finding[]> {
  const isFull = leftBytes === 0;
  const disk = await LoopDisk.create(scene, 400);
  const rig = await scene.rig({ env: { TOUCHLINE_RECORDINGS_DIR: disk.path, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '2', TOUCHLINE_RECORDING_RESERVE_MB: String(RESERVE_MIB) } });
  const stoppedMs: number[] = [];
  const lost: number[] = [];
  const wrong: string[] = [];
  const runs = [];
  for (let round = 1; round <= rounds; round += 1) {
    const match = `disk-reserve-${round}`;
    await rig.record(match);
    await scene.sleepMs(scene.chance.between(2500, 5000));
    const filledUs = systemClock.monoUs();
    await disk.fill(leftBytes);
    await until(async () => (await statusOf(rig)).phase === 'idle', 'the guard stops the recording', 30_000, () => rig.output.slice(-4000));
    stoppedMs.push((systemClock.monoUs() - filledUs) / 1000);
    const { last_stop: stop } = await statusOf(rig);
    if (stop?.match_id !== match || stop.reason !== 'no_space') wrong.push(`round ${round}: ${JSON.stringify(stop)}`);
    const matchDir = `${disk.path}/${match}`;
    const found = await accountsOf(matchDir);
    await disk.makeRoom();
    // What could not be finalised without room is, now that there is some.
    await until(async () => (await accountsOf(matchDir, { stamps: false })).every((run) => run.segments.every(({ shape }) => shape === 'finalised')), 'all files are final', 90_000).catch(() => wrong.push(`round ${round}: files that are not final`));
    const after = await accountsOf(matchDir);
    if (framesInFiles(after) < framesInFiles(found)) wrong.push(`round ${round}: ${framesInFiles(found) - framesInFiles(after)} frames are gone`);
    for (const camera of CAMERAS) {
      const run = runAt(after, camera, filledUs);
      if (run !== null) lost.push(lostSeconds(run, filledUs));
    }
    runs.push(...after);
    scene.say(`${isFull ? 'full' : 'below the reserve'}, round ${round}: stopped after ${stoppedMs.at(-1)?.toFixed(0)} ms`);
    await rig.delete(`/api/v1/recordings/${match}`);
  }
  await rig.dispose();
  const name = isFull ? 'no room at all with the storage guard on' : 'room below the reserve';
  return [
    nothingLost(scene, `${name}: frames lost`, runs, `reserve of ${RESERVE_MIB} MiB, ${rounds} matches; ${isFull ? 'counters in the pictures, in the middle of runs' : 'meters, files and counters'}`),
    lostAtMost('… seconds missing before it', lost, 0.5, 'captured until then minus found in the files'),
    times('… until the recording has been stopped', stoppedMs, { maxMs: STOPPED_MS }, 'three looks 2 s apart, and the stop'),
    fact('… stops that do not say why, files that are not final later, frames that are gone later', '0', wrong.length === 0 ? '0' : wrong.join('; '), wrong.length === 0, 'last_stop in the status, top-level boxes'),
  ];
}
