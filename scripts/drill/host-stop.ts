import { systemClock } from '../../src/lib/clock.js';
import { isAlive } from '../../src/lib/process-identity.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS, SHORT_SEGMENTS, findingsOnDeaths, type Death } from './kit/deaths.js';
import { fact, nothingLost, times } from './kit/findings.js';
import { backOnDiskMs, isWhole, Watch } from './kit/look.js';

export const hostStop: Drill = {
  name: 'host-stop',
  breaks: 'SIGSTOP of a camera process: it hangs',
  needsRoot: false,
  async run(scene) {
    const stops = scene.count(10);
    const rig = await scene.rig({ env: SHORT_SEGMENTS });
    const match = 'host-stop';
    await rig.record(match);
    const deaths: Death[] = [];
    const seenMs: number[] = [];
    const backMs: number[] = [];
    let lies = 0;
    for (let stop = 1; stop <= stops; stop += 1) {
      const camera = scene.chance.pick(CAMERAS);
      await scene.sleepMs(scene.chance.between(2500, 4500));
      const before = await rig.segments(match, camera);
      const watch = new Watch(scene, rig);
      const hung = await rig.signalHost(camera, 'SIGSTOP');
      await scene.defer(() => isAlive(hung) && process.kill(hung.pid, 'SIGKILL'));
      const monoUs = systemClock.monoUs();
      deaths.push({ camera, monoUs });
      const back = await backOnDiskMs(rig, match, camera, before, monoUs);
      await watch.end();
      backMs.push(back);
      const isKnown = watch.firstMs(monoUs / 1000, (look) => !look.healthy && !look.running.includes(camera));
      if (isKnown !== null) seenMs.push(isKnown);
      lies += watch.between(monoUs / 1000 + 3500, monoUs / 1000 + back - 500).filter(({ healthy }) => healthy).length;
      await until(() => isWhole(rig), 'both cameras record');
      scene.say(`stop ${stop}: camera ${camera}, told after ${isKnown?.toFixed(0)} ms, frames on disk again after ${back.toFixed(0)} ms`);
    }
    await scene.sleepMs(1000);
    await rig.stop();
    const runs = await accountsOf(`${rig.recordingsDir}/${match}`);
    return [
      times('SIGSTOP of a camera process: until frames are on disk again', backMs, { maxMs: 10_000 }, `${stops} random moments; the hung process is found by its silence and killed`),
      times('… until status and health tell', seenMs, { maxMs: 3500 }, 'both asked every 50 ms'),
      fact('… answers that call it healthy later than that', '0', String(lies), lies === 0, 'all answers until frames were on disk again'),
      ...findingsOnDeaths(deaths, runs),
      nothingLost(scene, '… frames missing in the middle of any run, the other camera included', runs, 'counters in the pictures, meters and files'),
    ];
  },
};
