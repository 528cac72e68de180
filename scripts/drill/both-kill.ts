import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS, SHORT_SEGMENTS, findingsOnDeaths, type Death } from './kit/deaths.js';
import { nothingLost, times } from './kit/findings.js';
import { backOnDiskMs, isWhole } from './kit/look.js';

export const bothKill: Drill = {
  name: 'both-kill',
  breaks: 'kill -9 of the daemon and both camera processes at once',
  needsRoot: false,
  async run(scene) {
    const kills = scene.count(20);
    const rig = await scene.rig({ env: SHORT_SEGMENTS });
    const match = 'both-kill';
    await rig.record(match);
    const deaths: Death[] = [];
    const backMs: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      await scene.sleepMs(scene.chance.between(1500, 4000));
      const before = await Promise.all(CAMERAS.map((camera) => rig.segments(match, camera)));
      const crash = rig.crashDaemon();
      for (const camera of CAMERAS) await rig.signalHost(camera, 'SIGKILL');
      const monoUs = systemClock.monoUs();
      deaths.push(...CAMERAS.map((camera) => ({ camera, monoUs })));
      await crash;
      await rig.startDaemon();
      backMs.push(...(await Promise.all(CAMERAS.map((camera) => backOnDiskMs(rig, match, camera, before[camera] ?? [], monoUs)))));
      await until(() => isWhole(rig), 'both cameras record');
      scene.say(`kill ${kill}: frames of both on disk again after ${Math.max(...backMs.slice(-2)).toFixed(0)} ms`);
    }
    await scene.sleepMs(1000);
    await rig.stop();
    const runs = await accountsOf(`${rig.recordingsDir}/${match}`);
    return [
      times('kill -9 of everything at once: until frames of both are on disk again', backMs, { maxMs: 10_000 }, `${kills} random moments; the daemon is started at once, as a service manager does`),
      ...findingsOnDeaths(deaths, runs),
      nothingLost(scene, '… frames missing in the middle of any run', runs, 'counters in the pictures, meters and files'),
    ];
  },
};
