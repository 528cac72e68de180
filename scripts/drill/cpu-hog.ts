import { cpus } from 'node:os';
import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf, framesInFiles } from './kit/account.js';
import { fact, times } from './kit/findings.js';
import { hogProcessors } from './kit/load.js';
import { statusOf } from './kit/look.js';
import { endProcess } from './kit/scene.js';

const MATCH = 'cpu-hog';
const HOGS = Math.max(2, cpus().length);

export const cpuHog: Drill = {
  name: 'cpu-hog',
  breaks: 'other programs take all processors for a minute',
  needsRoot: false,
  async run(scene) {
    const hogMs = scene.minutes(1) * 60_000;
    // Short versions cannot wait for looks that are 5 s apart.
    const lookSeconds = hogMs < 60_000 ? 1 : 5;
    const rig = await scene.rig({ env: { TOUCHLINE_RECORDING_OVERLOAD_GUARD_ENABLED: 'true', TOUCHLINE_RECORDING_OVERLOAD_POLL_INTERVAL_SECONDS: String(lookSeconds), TOUCHLINE_RECORDING_SEGMENT_SECONDS: '5' } });
    await rig.record(MATCH);
    await scene.sleepMs(3000);
    const hogs = await hogProcessors(scene, HOGS);
    const fromMs = systemClock.monoMs();
    let actsMs: number | null = null;
    const steps = new Set<string>();
    while (systemClock.monoMs() - fromMs < hogMs) {
      await scene.sleepMs(200);
      const { overload_guard: guard, degraded_cameras: degraded } = await statusOf(rig);
      if (guard.active && degraded['overload_guard'] !== undefined) actsMs ??= systemClock.monoMs() - fromMs;
      for (const step of guard.steps ?? []) steps.add(step);
    }
    await Promise.all(hogs.map(endProcess));
    const freeMs = systemClock.monoMs();
    const idle = async (): Promise<boolean> => {
      const { overload_guard: guard } = await statusOf(rig);
      return !guard.active && (guard.steps ?? []).length === 0;
    };
    const isReleased = await until(idle, 'the guard has undone everything', lookSeconds * 40_000).then(
      () => true,
      () => false,
    );
    const releasedMs = isReleased ? [systemClock.monoMs() - freeMs] : [];
    scene.say(`guard active after ${actsMs?.toFixed(0)} ms, steps ${[...steps].join(', ')}, all undone ${releasedMs[0]?.toFixed(0)} ms after the load`);
    await rig.stop();
    const runs = await accountsOf(`${rig.recordingsDir}/${MATCH}`);
    const atSource = runs.reduce((sum, run) => sum + (run.ended?.framesAtSource ?? 0), 0);
    const unsaid = Math.max(0, atSource - framesInFiles(runs)) + runs.reduce((sum, { stamps }) => sum + (stamps?.missing ?? 0) + (stamps?.repeated ?? 0), 0);
    const missed = runs.reduce((sum, run) => sum + (run.ended?.framesMissed ?? 0), 0);
    const manifest = await rig.manifest(MATCH);
    const told = [0, 1].reduce((sum, camera) => sum + Number(manifest['cameras']?.[String(camera)]?.['frames_missed_at_source'] ?? NaN), 0);
    return [
      fact('processors taken: frames that came from the camera and are in no file', '0', `${unsaid} of ${atSource}`, unsaid === 0 && runs.length === 2, `${HOGS} processes that compute, for ${(hogMs / 1000).toFixed(0)} s on ${cpus().length} processors; meters, files and counters`),
      fact('… frames that the camera did not deliver in time', 'all told', `${missed}, told ${told}`, missed === told, 'meter at the source; frames_missed_at_source in match.json'),
      times('… until the guard acts', actsMs === null ? [] : [actsMs], { maxMs: lookSeconds * 5000 }, `three bad looks, one every ${lookSeconds} s`),
      fact('… what it did', 'at least one step', [...steps].join(', ') || 'nothing', steps.size > 0, 'steps in the status'),
      times('… until it has undone everything', releasedMs, { maxMs: lookSeconds * 30_000 }, 'from the end of the load'),
    ];
  },
};
