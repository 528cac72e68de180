import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS, SHORT_SEGMENTS } from './kit/deaths.js';
import { fact, nothingLost, times } from './kit/findings.js';
import { isWhole } from './kit/look.js';

export const daemonStop: Drill = {
  name: 'daemon-stop',
  breaks: 'SIGSTOP of the daemon for ten seconds: it hangs, and goes on',
  needsRoot: false,
  async run(scene) {
    const stops = scene.count(5);
    const hangMs = scene.minutes(1 / 6) * 60_000;
    const rig = await scene.rig({ env: SHORT_SEGMENTS });
    const match = 'daemon-stop';
    await rig.record(match);
    const hosts = await Promise.all(CAMERAS.map((camera) => rig.hostIdentity(camera)));
    const answerMs: number[] = [];
    for (let stop = 1; stop <= stops; stop += 1) {
      await scene.sleepMs(scene.chance.between(1000, 3000));
      rig.signalDaemon('SIGSTOP');
      await scene.sleepMs(scene.chance.between(0.4, 1) * hangMs);
      rig.signalDaemon('SIGCONT');
      const fromMs = systemClock.monoMs();
      await until(() => isWhole(rig), 'the daemon tells that both cameras record');
      answerMs.push(systemClock.monoMs() - fromMs);
      scene.say(`stop ${stop}: true answer ${answerMs.at(-1)?.toFixed(0)} ms after it went on`);
    }
    // A hung host would be replaced some seconds later.
    await scene.sleepMs(4000);
    const after = await Promise.all(CAMERAS.map((camera) => rig.hostIdentity(camera)));
    const isSame = hosts.every((host, index) => host !== null && host.pid === after[index]?.pid);
    await rig.stop();
    const runs = await accountsOf(`${rig.recordingsDir}/${match}`);
    return [
      nothingLost(scene, 'SIGSTOP of the daemon: frames lost', runs, `${stops} times for ${(0.4 * hangMs / 1000).toFixed(0)} to ${(hangMs / 1000).toFixed(0)} s, then SIGCONT; what its watchdog does under systemd is the drill watchdog`),
      fact('… camera processes are the same afterwards', 'both', isSame ? 'both' : 'replaced', isSame, 'pids; a daemon that wakes up must not take silence for a hung camera'),
      times('… until the daemon tells the truth again', answerMs, { maxMs: 2000 }, 'from SIGCONT'),
    ];
  },
};
