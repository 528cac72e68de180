import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS, SHORT_SEGMENTS } from './kit/deaths.js';
import { fact, nothingLost, times } from './kit/findings.js';
import { isWhole } from './kit/look.js';

export const daemonKill: Drill = {
  name: 'daemon-kill',
  breaks: 'kill -9 of the daemon at random moments',
  needsRoot: false,
  async run(scene) {
    const kills = scene.count(50);
    const rig = await scene.rig({ env: SHORT_SEGMENTS });
    const match = 'daemon-kill';
    await rig.record(match);
    const hosts = await Promise.all(CAMERAS.map((camera) => rig.hostIdentity(camera)));
    const trueMs: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      await scene.sleepMs(scene.chance.between(0, 2500));
      await rig.crashDaemon();
      await scene.sleepMs(scene.chance.between(0, 1000));
      const fromMs = systemClock.monoMs();
      await rig.startDaemon();
      await until(() => isWhole(rig), 'the new daemon tells that both cameras record');
      trueMs.push(systemClock.monoMs() - fromMs);
      scene.say(`kill ${kill}: true answer after ${trueMs.at(-1)?.toFixed(0)} ms`);
    }
    const after = await Promise.all(CAMERAS.map((camera) => rig.hostIdentity(camera)));
    const isSame = hosts.every((host, index) => host !== null && host.pid === after[index]?.pid);
    await rig.stop();
    const runs = await accountsOf(`${rig.recordingsDir}/${match}`);
    return [
      nothingLost(scene, 'kill -9 of the daemon: frames lost', runs, `${kills} random moments, up to 1 s without a daemon`),
      fact('… camera processes are the same afterwards', 'both', isSame ? 'both' : 'replaced', isSame, 'pids'),
      times('… until the new daemon shows the true state', trueMs, { maxMs: 2000 }, 'from the start of its process'),
    ];
  },
};
