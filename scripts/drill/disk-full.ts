import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf, framesInFiles, lostSeconds, runAt } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, lostAtMost, nothingLost, times } from './kit/findings.js';
import { isWhole, statusOf, Watch } from './kit/look.js';
import { LoopDisk } from './kit/loop-disk.js';

const MATCH = 'disk-full';
/** Time to notice: the next write fails at once. */
const TOLD_MS = 2500;

export const diskFull: Drill = {
  name: 'disk-full',
  breaks: 'the disk is full from one moment to the next, and has room again some seconds later',
  needsRoot: true,
  async run(scene) {
    const rounds = scene.count(10);
    const disk = await LoopDisk.create(scene, 400);
    const rig = await scene.rig({ env: { TOUCHLINE_RECORDINGS_DIR: disk.path, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '2' } });
    await rig.record(MATCH);
    const matchDir = `${disk.path}/${MATCH}`;
    const fullUs: number[] = [];
    const toldMs: number[] = [];
    const backMs: number[] = [];
    let lies = 0;
    let vanished = 0;
    for (let round = 1; round <= rounds; round += 1) {
      await scene.sleepMs(scene.chance.between(2500, 5000));
      const watch = new Watch(scene, rig);
      const monoUs = systemClock.monoUs();
      await disk.fill();
      fullUs.push(monoUs);
      await scene.sleepMs(scene.chance.between(4000, 8000));
      const written = framesInFiles(await accountsOf(matchDir, { stamps: false }));
      const freedMs = systemClock.monoMs();
      await disk.makeRoom();
      await until(() => isWhole(rig), 'both cameras record again', 30_000, () => rig.output.slice(-4000));
      backMs.push(systemClock.monoMs() - freedMs);
      await watch.end();
      const told = watch.firstMs(monoUs / 1000, (look) => !look.healthy && look.running.length === 0);
      if (told !== null) toldMs.push(told);
      lies += watch.between(monoUs / 1000 + TOLD_MS, freedMs).filter(({ healthy }) => healthy).length;
      if (framesInFiles(await accountsOf(matchDir, { stamps: false })) < written) vanished += 1;
      scene.say(`round ${round}: told after ${told?.toFixed(0)} ms, both record ${backMs.at(-1)?.toFixed(0)} ms after there was room`);
    }
    await scene.sleepMs(1000);
    const degraded = (await statusOf(rig)).degraded;
    await rig.stop();
    const runs = await accountsOf(matchDir);
    const lost = fullUs.flatMap((monoUs) => CAMERAS.flatMap((camera) => {
      const run = runAt(runs, camera, monoUs);
      return run === null ? [] : [lostSeconds(run, monoUs)];
    }));
    return [
      fact('disk full: frames that were written and are gone later', '0', `in ${vanished} of ${rounds} rounds`, vanished === 0, `ext4 on a loop device, all room taken at once at ${rounds} random moments`),
      lostAtMost('… seconds missing before each', lost, 0.5, 'captured until then minus found in the files'),
      nothingLost(scene, '… frames missing in the middle of any run', runs, 'counters in the pictures, meters and files'),
      times('… until status and health tell of both cameras', toldMs, { maxMs: TOLD_MS }, 'both asked every 50 ms'),
      fact('… answers that call it healthy later than that', '0', String(lies), lies === 0 && toldMs.length === rounds, 'until there was room again'),
      times('… until both record after there is room again', backMs, { maxMs: 10_000 }, 'attempts are up to 5 s apart'),
      fact('… state in the end', 'not degraded', degraded ? 'degraded' : 'not degraded', !degraded, 'GET /recording'),
    ];
  },
};
