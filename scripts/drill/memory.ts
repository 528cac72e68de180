import { writeFile } from 'node:fs/promises';
import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, leftOut, nothingLost } from './kit/findings.js';
import { MemoryGroup } from './kit/load.js';
import { isWhole, Watch } from './kit/look.js';
import { hostPids } from '../bench/load.js';

const MATCH = 'memory';
const LIMIT_BYTES = 700 * 1024 ** 2;
/** As the units have it (OOMScoreAdjust). */
const SPARED = { daemon: -500, camera: -900 };
/** Takes more and more until the kernel ends it; the kernel is told that it is the one to end. */
const HOG = "require('fs').writeFileSync('/proc/self/oom_score_adj', '1000'); const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 20)";

export const memoryPressure: Drill = {
  name: 'memory',
  breaks: 'another program takes all memory again and again until the kernel ends it',
  needsRoot: true,
  async run(scene) {
    const group = await MemoryGroup.create(scene, LIMIT_BYTES);
    if (group === null) return [leftOut('memory pressure', 'no memory controller')];
    const untilMs = systemClock.monoMs() + scene.minutes(1) * 60_000;
    const rig = await scene.rig({ env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '5' } });
    const rigPids = [rig.pid, ...(await hostPids(rig))];
    for (const pid of rigPids) await group.add(pid);
    const isSpared = await spare(rigPids);
    let ends = 0;
    await rig.record(MATCH);
    const watch = new Watch(scene, rig, 100);
    let ended = 0;
    let fullest = 0;
    while (systemClock.monoMs() < untilMs) {
      const hog = await scene.spawn(process.execPath, ['-e', HOG]);
      if (hog.pid !== undefined) await group.add(hog.pid);
      while (hog.exitCode === null && hog.signalCode === null && systemClock.monoMs() < untilMs + 10_000) {
        await scene.sleepMs(50);
        fullest = Math.max(fullest, await group.usedBytes());
      }
      if (hog.signalCode === 'SIGKILL') ended += 1;
      // Where nothing spares it, the kernel may take the daemon with the hog; a service manager starts it again.
      if (!(await rig.get('/api/v1/recording').then(() => true, () => false))) {
        ends += 1;
        await rig.startDaemon();
        await group.add(rig.pid);
      }
      scene.say(`ended by the kernel ${ended} times, group at ${(fullest / 1024 ** 2).toFixed(0)} of ${LIMIT_BYTES / 1024 ** 2} MiB`);
    }
    await watch.end();
    const isFine = await until(() => isWhole(rig), 'both cameras record').then(() => true, () => false);
    const pids = [rig.pid, ...(await hostPids(rig))];
    await rig.stop();
    const runs = await accountsOf(`${rig.recordingsDir}/${MATCH}`);
    const isSame = pids.join() === rigPids.join() && runs.length === CAMERAS.length;
    return [
      nothingLost(scene, 'memory pressure: frames lost', runs, `rig and hog in a cgroup of ${LIMIT_BYTES / 1024 ** 2} MiB, which was full ${ended} times`),
      fact('… the recording afterwards', 'goes on', isFine ? 'goes on' : 'disturbed', isFine && ended > 0, 'status'),
      isSpared
        ? fact('… processes of the rig that were ended', '0', isSame ? '0' : 'some', isSame, 'pids and runs')
        : { name: '… processes of the rig that were ended', required: 'report', measured: isSame ? '0' : `${ends} daemons, ${runs.length - CAMERAS.length} cameras`, holds: null, how: 'pids and runs; OOMScoreAdjust of the units could not be set here', isTimed: false },
      { name: '… answers not healthy or degraded', required: 'report', measured: `${watch.looks.filter((look) => !look.healthy || look.degraded).length} of ${watch.looks.length}`, holds: null, how: 'asked every 100 ms', isTimed: true },
    ];
  },
};

/** Whether the kernel was told to end these last, as it is of the units. */
async function spare([daemon = 0, ...cameras]: readonly number[]): Promise<boolean> {
  try {
    await writeFile(`/proc/${daemon}/oom_score_adj`, String(SPARED.daemon));
    for (const pid of cameras) await writeFile(`/proc/${pid}/oom_score_adj`, String(SPARED.camera));
    return true;
  } catch {
    return false;
  }
}
