import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf, framesInFiles, lostSeconds, runAt } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, lostAtMost, nothingLost, times } from './kit/findings.js';
import { isWhole, Watch } from './kit/look.js';
import { LoopDisk } from './kit/loop-disk.js';

const MATCH = 'disk-read-only';
const TOLD_MS = 2500;

export const diskReadOnly: Drill = {
  name: 'disk-read-only',
  breaks: 'the file system finds an error in mid-match and turns read-only; it is repaired and mounted again',
  needsRoot: true,
  async run(scene) {
    const rounds = scene.count(5);
    const disk = await LoopDisk.create(scene, 400);
    const rig = await scene.rig({ env: { TOUCHLINE_RECORDINGS_DIR: disk.path, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '2' } });
    await rig.record(MATCH);
    const matchDir = `${disk.path}/${MATCH}`;
    const brokenUs: number[] = [];
    const toldMs: number[] = [];
    const backMs: number[] = [];
    let lies = 0;
    let vanished = 0;
    for (let round = 1; round <= rounds; round += 1) {
      await scene.sleepMs(scene.chance.between(2500, 5000));
      const watch = new Watch(scene, rig);
      // What the card has accepted by now must outlive all that comes.
      const written = framesInFiles(await accountsOf(matchDir, { stamps: false }));
      await scene.sleepMs(1000);
      const monoUs = systemClock.monoUs();
      await disk.breakDown();
      brokenUs.push(monoUs);
      await scene.sleepMs(scene.chance.between(4000, 8000));
      const repairedFromMs = systemClock.monoMs();
      await disk.repair();
      const repairedMs = systemClock.monoMs();
      await until(() => isWhole(rig), 'both cameras record again', 30_000, () => rig.output.slice(-4000));
      backMs.push(systemClock.monoMs() - repairedMs);
      await watch.end();
      const told = watch.firstMs(monoUs / 1000, (look) => !look.healthy && look.running.length === 0);
      if (told !== null) toldMs.push(told);
      lies += watch.between(monoUs / 1000 + TOLD_MS, repairedFromMs).filter(({ healthy }) => healthy).length;
      if (framesInFiles(await accountsOf(matchDir, { stamps: false })) < written) vanished += 1;
      scene.say(`round ${round}: told after ${told?.toFixed(0)} ms, both record ${backMs.at(-1)?.toFixed(0)} ms after the repair`);
    }
    await scene.sleepMs(1000);
    const stop = (await rig.stop()).body;
    const runs = await accountsOf(matchDir);
    const lost = brokenUs.flatMap((monoUs) => CAMERAS.flatMap((camera) => {
      const run = runAt(runs, camera, monoUs);
      return run === null ? [] : [lostSeconds(run, monoUs)];
    }));
    return [
      fact('disk read-only in mid-match: frames that were written and are gone later', '0', `in ${vanished} of ${rounds} rounds`, vanished === 0, `ext4 told to find an error at ${rounds} random moments; afterwards e2fsck and mounted again`),
      lostAtMost('… seconds missing before each', lost, 1, 'captured until then minus found in the files'),
      nothingLost(scene, '… frames missing in the middle of any run', runs, 'counters in the pictures, meters and files'),
      times('… until status and health tell of both cameras', toldMs, { maxMs: TOLD_MS }, 'both asked every 50 ms'),
      fact('… answers that call it healthy later than that', '0', String(lies), lies === 0 && toldMs.length === rounds, 'until it was repaired'),
      times('… until both record after the repair', backMs, { maxMs: 10_000 }, 'attempts are up to 5 s apart'),
      fact('… the stop afterwards', 'success', String(stop['success']?.valueOf() === true ? 'success' : stop['message']), stop['success']?.valueOf() === true, 'DELETE /recording'),
    ];
  },
};
