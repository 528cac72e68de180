import { readdir } from 'node:fs/promises';
import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { filesOf, installedBox, hostPids, isBack, mainPid, matchDir, signalUnit } from './kit/box.js';
import { CAMERAS, findingsOnDeaths, type Death } from './kit/deaths.js';
import { fact, leftOut, nothingLost, times } from './kit/findings.js';
import { backOnDiskMs } from './kit/look.js';

const MATCH = 'watchdog';
const BACK_MS = 10_000;
const PATIENCE_MS = 30_000;

export const watchdog: Drill = {
  name: 'watchdog',
  breaks: 'on an installed box: SIGSTOP of the daemon, and of the daemon and a camera process at once; only the watchdogs of systemd can help',
  needsRoot: true,
  async run(scene) {
    const rounds = scene.count(8);
    const box = await installedBox(scene);
    if ('obstacle' in box) return [leftOut('watchdogs of systemd', box.obstacle)];
    await box.rig.record(MATCH);
    const deaths: Death[] = [];
    const answersMs: number[] = [];
    const backMs: number[] = [];
    let alive = 0;
    for (let round = 1; round <= rounds; round += 1) {
      await scene.sleepMs(scene.chance.between(3000, 6000));
      const camera = round % 2 === 0 ? scene.chance.pick(CAMERAS) : null;
      const before = await readdir(filesOf(box).segmentsDir(MATCH));
      const pids = await hostPids(box);
      const hung = await signalUnit(box, 'touchline', 'STOP');
      const monoUs = systemClock.monoUs();
      if (camera !== null) {
        await signalUnit(box, `touchline-camera@${camera}`, 'STOP');
        deaths.push({ camera, monoUs: systemClock.monoUs() });
        backMs.push(await backOnDiskMs(filesOf(box), MATCH, camera, before, monoUs));
      }
      await until(async () => ![0, hung].includes(await mainPid(box, 'touchline')) && (await box.rig.answers()), 'a new daemon answers', PATIENCE_MS);
      answersMs.push((systemClock.monoUs() - monoUs) / 1000);
      await isBack(box, PATIENCE_MS);
      const after = await hostPids(box);
      if (CAMERAS.some((one) => one !== camera && pids[one] !== after[one])) alive += 1;
      scene.say(`round ${round}: the daemon answers after ${answersMs.at(-1)?.toFixed(0)} ms${camera === null ? '' : `, camera ${camera} is on disk after ${backMs.at(-1)?.toFixed(0)} ms`}`);
    }
    await scene.sleepMs(2000);
    const stop = await box.rig.stop();
    const runs = await accountsOf(matchDir(box, MATCH));
    return [
      nothingLost(scene, 'watchdogs of systemd: frames lost of cameras that were left alone, or in the middle of a run', runs, `${rounds} times SIGSTOP under the installed units`),
      times('… until a new daemon answers', answersMs, { maxMs: BACK_MS }, 'from SIGSTOP; WatchdogSec=6'),
      ...(deaths.length === 0 ? [] : [times('… until a camera that hung with it is on disk again', backMs, { maxMs: BACK_MS }, 'from SIGSTOP; 5 s while it records')]),
      ...(deaths.length === 0 ? [] : findingsOnDeaths(deaths, runs)),
      fact('… camera processes that were ended without having hung', '0', String(alive), alive === 0, 'pids'),
      fact('… the stop afterwards', 'success', String(stop['success']?.valueOf() === true ? 'success' : stop['message']), stop['success']?.valueOf() === true, 'DELETE /recording'),
    ];
  },
};
