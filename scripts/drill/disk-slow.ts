import { systemClock } from '../../src/lib/clock.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, leftOut, nothingLost } from './kit/findings.js';
import { statusOf, Watch } from './kit/look.js';
import { LoopDisk } from './kit/loop-disk.js';

const MATCH = 'disk-slow';
/** A fiftieth of the slowest disk that `touchline doctor` lets pass (30 MB/s), and of what such a disk syncs in a second. */
const SLOW = { bytesPerSecond: 600_000, operationsPerSecond: 10 };

export const diskSlow: Drill = {
  name: 'disk-slow',
  breaks: 'the disk is fifty times slower for 20 s',
  needsRoot: true,
  async run(scene) {
    if (!(await LoopDisk.canBeSlow())) return [leftOut('disk fifty times slower', 'no blkio controller of cgroup v1')];
    const rounds = scene.count(3);
    const slowMs = scene.minutes(1 / 3) * 60_000;
    const disk = await LoopDisk.create(scene, 600);
    const rig = await scene.rig({ env: { TOUCHLINE_RECORDINGS_DIR: disk.path, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '5' } });
    await rig.record(MATCH);
    const hosts = await Promise.all(CAMERAS.map((camera) => rig.hostIdentity(camera)));
    const watch = new Watch(scene, rig, 100);
    await scene.defer(() => disk.slowDown(null));
    const behindBytes: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      await scene.sleepMs(scene.chance.between(2000, 4000));
      await disk.slowDown(SLOW);
      const untilMs = systemClock.monoMs() + slowMs;
      let worst = 0;
      while (systemClock.monoMs() < untilMs) {
        await scene.sleepMs(250);
        const { cameras } = await statusOf(rig);
        for (const { facts } of Object.values(cameras)) worst = Math.max(worst, (facts?.bytes_written ?? 0) - (facts?.bytes_synced ?? 0));
      }
      await disk.slowDown(null);
      behindBytes.push(worst);
      scene.say(`round ${round}: up to ${(worst / 1024).toFixed(0)} KiB written and not yet on the disk`);
    }
    await scene.sleepMs(3000);
    const attempts = Object.values((await statusOf(rig)).camera_recovery).map((recovery) => recovery.attempts);
    const after = await Promise.all(CAMERAS.map((camera) => rig.hostIdentity(camera)));
    await watch.end();
    const isSame = hosts.every((host, index) => host !== null && host.pid === after[index]?.pid) && attempts.every((count) => count === 0);
    const stop = (await rig.stop()).body;
    const runs = await accountsOf(`${disk.path}/${MATCH}`);
    const silent = watch.looks.reduce((longest, look, index) => Math.max(longest, look.monoMs - (watch.looks[index - 1]?.monoMs ?? look.monoMs)), 0);
    const told = watch.looks.filter(({ healthy, degraded }) => !healthy || degraded).length;
    const alerts = Object((await rig.get('/api/v1/logs/alerts')).body['lines'])?.length ?? 0;
    return [
      nothingLost(scene, `disk fifty times slower for ${(slowMs / 1000).toFixed(0)} s: frames lost`, runs, `${rounds} times ${SLOW.bytesPerSecond / 1000} kB/s and ${SLOW.operationsPerSecond} writes/s (blkio throttle of the loop device)`),
      fact('… camera processes that were restarted for it', '0', isSame ? '0' : `attempts ${attempts.join(', ')}`, isSame, 'pids and camera_recovery'),
      fact('… the stop afterwards', 'success', String(stop['success']?.valueOf() === true ? 'success' : stop['message']), stop['success']?.valueOf() === true, 'DELETE /recording'),
      { name: '… what waited for the disk', required: 'report', measured: `at most ${(Math.max(...behindBytes) / 1024).toFixed(0)} KiB per camera`, holds: null, how: 'bytes written minus bytes synced, asked every 250 ms', isTimed: true },
      fact('… somebody who looks is told that the disk is behind', 'yes', `${told} of ${watch.looks.length} answers, ${alerts} alerts`, told > 0, 'not healthy or degraded, asked every 100 ms'),
      { name: '… longest wait for an answer meanwhile', required: 'report', measured: `${silent.toFixed(0)} ms`, holds: null, how: 'status and health, one after the other', isTimed: true },
    ];
  },
};
