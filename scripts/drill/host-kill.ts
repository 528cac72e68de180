import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS, SHORT_SEGMENTS, findingsOnDeaths, type Death } from './kit/deaths.js';
import { nothingLost, times } from './kit/findings.js';
import { backOnDiskMs, isRunning, isWhole } from './kit/look.js';

export const hostKill: Drill = {
  name: 'host-kill',
  breaks: 'kill -9 of a camera process at random moments',
  needsRoot: false,
  async run(scene) {
    const kills = scene.count(100);
    const rig = await scene.rig({ env: SHORT_SEGMENTS });
    const match = 'host-kill';
    await rig.record(match);
    const deaths: Death[] = [];
    const backMs: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      const camera = scene.chance.pick(CAMERAS);
      await until(() => isRunning(rig, camera), `camera ${camera} records`);
      await scene.sleepMs(scene.chance.between(2000, 4500));
      const before = await rig.segments(match, camera);
      await rig.signalHost(camera, 'SIGKILL');
      const monoUs = systemClock.monoUs();
      deaths.push({ camera, monoUs });
      backMs.push(await backOnDiskMs(rig, match, camera, before, monoUs));
      scene.say(`kill ${kill}: camera ${camera}, frames on disk again after ${backMs.at(-1)?.toFixed(0)} ms`);
    }
    await until(() => isWhole(rig), 'both cameras record');
    await scene.sleepMs(1000);
    await rig.stop();
    const runs = await accountsOf(`${rig.recordingsDir}/${match}`);
    return [
      times('kill -9 of a camera process: until frames are on disk again', backMs, { p95Ms: 1500 }, `${kills} random moments; until the next segment file has an index and the frames that it names`),
      ...findingsOnDeaths(deaths, runs),
      nothingLost(scene, '… frames missing in the middle of any run, the other camera included', runs, 'counters in the pictures, meters and files'),
    ];
  },
};
