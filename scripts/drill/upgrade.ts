import { systemClock } from '../../src/lib/clock.js';
import { identityOf } from '../../test/support/installed.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { hostPids, installedBox, isBack, matchDir } from './kit/box.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, leftOut, nothingLost, times } from './kit/findings.js';

const MATCH = 'upgrade';
/** After that the version before is taken back. */
const HEALTHY_MS = 30_000;

export const upgrade: Drill = {
  name: 'upgrade',
  breaks: 'on an installed box: upgrades in place in mid-match, forth and back, and one to a version that does not start',
  needsRoot: true,
  async run(scene) {
    const upgrades = scene.count(5);
    const box = await installedBox(scene);
    if ('obstacle' in box) return [leftOut('upgrade in place', box.obstacle)];
    const { rig, versions, first } = box;
    const second = await versions.variant(first, '1.1.0', 'THIRD-PARTY.txt', (text) => `${text}\nA second version.\n`);
    const broken = await versions.variant(first, '1.2.0', 'build/src/main.js', (text) => `throw new Error('spoiled on purpose');\n${text}`);
    await rig.record(MATCH);
    const hosts = await hostPids(box);
    const tookMs: number[] = [];
    let wrong = 0;
    for (let count = 1; count <= upgrades; count += 1) {
      await scene.sleepMs(scene.chance.between(1000, 3000));
      const next = count % 2 === 1 ? second : first;
      const fromMs = systemClock.monoMs();
      await rig.install(next);
      await isBack(box, HEALTHY_MS);
      tookMs.push(systemClock.monoMs() - fromMs);
      if ((await rig.daemonVersion()) !== (await identityOf(next))) wrong += 1;
      scene.say(`upgrade ${count}: ${tookMs.at(-1)?.toFixed(0)} ms`);
    }
    const before = await rig.current();
    const refused = await rig.install(broken, { mayFail: true });
    await isBack(box, HEALTHY_MS);
    const isTakenBack = refused.exitCode !== 0 && (await rig.current()) === before && (await rig.daemonVersion()) === before;
    const isSame = (await hostPids(box)).join() === hosts.join();
    await scene.sleepMs(1000);
    const stop = await rig.stop();
    const runs = await accountsOf(matchDir(box, MATCH));
    return [
      nothingLost(scene, 'upgrade in place: frames lost', runs, `${upgrades} upgrades by the appliance's own script under a real systemd, and one that is taken back`),
      fact('… camera processes are the same afterwards', 'both', isSame ? 'both' : 'replaced', isSame && runs.length === CAMERAS.length, 'pids and journals'),
      fact('… daemons of the wrong version after it', '0', String(wrong), wrong === 0, 'GET /'),
      fact('… a version that does not start', 'the one before is back', isTakenBack ? 'the one before is back' : `exit code ${refused.exitCode}, ${await rig.current()}`, isTakenBack, 'link, version of the daemon'),
      fact('… the stop afterwards', 'success', String(stop['success']?.valueOf() === true ? 'success' : stop['message']), stop['success']?.valueOf() === true, 'DELETE /recording'),
      times('… until it is over', tookMs, {}, 'checksums, copying, switching, and asking until it is healthy and stays so for 3 s'),
    ];
  },
};
