import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS, SHORT_SEGMENTS } from './kit/deaths.js';
import { fact, leftOut, nothingLost, times } from './kit/findings.js';
import { isWhole } from './kit/look.js';
import { canBeSupervised, superviseCameras, SUPERVISED } from './kit/service-manager.js';

const MATCH = 'daemon-restart';

export const daemonRestart: Drill = {
  name: 'daemon-restart',
  breaks: 'the daemon is ended in good order and started again, as an upgrade does, while a service manager keeps the cameras',
  needsRoot: false,
  async run(scene) {
    if (!(await canBeSupervised())) return [leftOut('restart of the daemon', 'this version ends its camera processes with itself (camera_supervisor)')];
    const restarts = scene.count(50);
    const folder = await mkdtemp(join(tmpdir(), 'touchline-rig-'));
    await superviseCameras(scene, join(folder, 'run'), CAMERAS);
    const rig = await scene.rig({ folder, env: { ...SHORT_SEGMENTS, ...SUPERVISED } });
    await rig.record(MATCH);
    const hosts = await Promise.all(CAMERAS.map((camera) => rig.hostIdentity(camera)));
    const trueMs: number[] = [];
    for (let restart = 1; restart <= restarts; restart += 1) {
      await scene.sleepMs(scene.chance.between(0, 2500));
      await rig.endDaemon();
      await scene.sleepMs(scene.chance.between(0, 1000));
      const fromMs = systemClock.monoMs();
      await rig.startDaemon();
      await until(() => isWhole(rig), 'the new daemon tells that both cameras record');
      trueMs.push(systemClock.monoMs() - fromMs);
      scene.say(`restart ${restart}: true answer after ${trueMs.at(-1)?.toFixed(0)} ms`);
    }
    const after = await Promise.all(CAMERAS.map((camera) => rig.hostIdentity(camera)));
    const isSame = hosts.every((host, index) => host !== null && host.pid === after[index]?.pid);
    const stop = (await rig.stop()).body;
    const runs = await accountsOf(`${rig.recordingsDir}/${MATCH}`);
    return [
      nothingLost(scene, 'restart of the daemon: frames lost', runs, `${restarts} random moments, SIGTERM and a new one`),
      fact('… camera processes are the same afterwards', 'both', isSame ? 'both' : 'replaced', isSame && runs.length === CAMERAS.length, 'pids and journals'),
      fact('… the stop afterwards', 'success', String(stop['success']?.valueOf() === true ? 'success' : stop['message']), stop['success']?.valueOf() === true, 'DELETE /recording'),
      times('… until the new daemon shows the true state', trueMs, { maxMs: 2000 }, 'from the start of its process'),
    ];
  },
};
