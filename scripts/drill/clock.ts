import { systemClock } from '../../src/lib/clock.js';
import { parseSegmentName } from '../../src/camera/segment-names.js';
import { readJournal } from '../../src/recording/journal-reader.js';
import { until, type Rig } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf, segmentNames } from './kit/account.js';
import { CAMERAS, findingsOnDeaths, type Death } from './kit/deaths.js';
import { FakeClock, fakeClockLibrary } from './kit/fake-clock.js';
import { fact, leftOut, nothingLost } from './kit/findings.js';
import { isWhole, statusOf, Watch } from './kit/look.js';

const MATCH = 'clock';
const HOUR = 3600;
const DAY = 24 * HOUR;
const DURATION_SECONDS = 0.5;
/** In 1970, some hours in, so that no time zone makes it 1969. */
const to1970 = (): number => 2 * DAY - Math.round(Date.now() / 1000);
const JUMPS = [
  { name: '+1 h', offset: () => HOUR },
  { name: '-1 h', offset: () => -HOUR },
  { name: '+1 day', offset: () => DAY },
  { name: '-1 day', offset: () => -DAY },
  { name: 'to 1970', offset: to1970 },
  { name: 'back', offset: () => 0 },
] as const;

export const clockJumps: Drill = {
  name: 'clock',
  breaks: 'the wall clock jumps by an hour and a day in both directions and to 1970, while recording',
  needsRoot: false,
  async run(scene) {
    const library = fakeClockLibrary();
    if (library === null) return [leftOut('clock jumps', 'libfaketime is missing: apt-get install faketime')];
    const jumps = scene.count(3 * JUMPS.length);
    const clock = await FakeClock.create(scene, library);
    const daemons: number[] = [];
    await scene.defer(() => Promise.all(daemons.map((pid) => clock.forget(pid))));
    const rig = await scene.rig({ env: { ...clock.env, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '2' } });
    daemons.push(rig.pid);
    const askedMs = systemClock.monoMs();
    await rig.record(MATCH);
    const startedMs = systemClock.monoMs();
    const deaths: Death[] = [];
    const wrongDurations: string[] = [];
    const misfires: string[] = [];
    for (let jump = 0; jump < jumps; jump += 1) {
      const { name, offset } = JUMPS[jump % JUMPS.length] ?? JUMPS[0];
      await scene.sleepMs(scene.chance.between(1000, 2500));
      const before = await hostPids(rig);
      const watch = new Watch(scene, rig, 100);
      await clock.set(offset());
      // Longer than every watchdog's patience.
      await scene.sleepMs(4000);
      await watch.end();
      const troubled = watch.looks.filter((look) => !look.healthy || look.degraded || look.running.length < 2).length;
      if (troubled > 0 || (await hostPids(rig)).join() !== before.join()) misfires.push(`${name}: ${troubled} of ${watch.looks.length} answers`);
      // It began between the request and its answer; on a busy machine, also the question takes its time.
      const leastSeconds = (systemClock.monoMs() - startedMs) / 1000;
      const { duration } = await statusOf(rig);
      const trueSeconds = (systemClock.monoMs() - askedMs) / 1000;
      if (duration === null || duration < leastSeconds - DURATION_SECONDS || duration > trueSeconds + DURATION_SECONDS) wrongDurations.push(`${name}: ${duration} s instead of ${trueSeconds.toFixed(1)} s`);
      // A new run takes its name from the clock as it is now.
      const camera = scene.chance.pick(CAMERAS);
      await rig.signalHost(camera, 'SIGKILL');
      deaths.push({ camera, monoUs: systemClock.monoUs() });
      if (name === 'to 1970') {
        await rig.crashDaemon();
        await rig.startDaemon();
        daemons.push(rig.pid);
      }
      await until(() => isWhole(rig), 'both cameras record');
      scene.say(`jump ${jump + 1}, ${name}: ${troubled} of ${watch.looks.length} answers troubled`);
    }
    await clock.set(to1970());
    await scene.sleepMs(2500);
    const stop = (await rig.stop()).body;
    const trueSeconds = (systemClock.monoMs() - startedMs) / 1000;
    const start = (await rig.post('/api/v1/recording', {})).body;
    await scene.sleepMs(1500);
    const second = (await rig.stop()).body;
    const isSecondFine = start['success']?.valueOf() === true && second['success']?.valueOf() === true;
    const matchDir = `${rig.recordingsDir}/${MATCH}`;
    const runs = await accountsOf(matchDir);
    const disorder = await disorderIn(matchDir);
    const listed = Object((await rig.get('/api/v1/recordings')).body['recordings']);
    const isListed = JSON.stringify(listed ?? {}).includes(MATCH);
    return [
      nothingLost(scene, 'clock jumps: frames lost', runs, `${jumps} jumps in turn: ${JUMPS.map(({ name }) => name).join(', ')}; a camera process is killed after each`),
      ...findingsOnDeaths(deaths, runs),
      fact('… names that collide or sort wrongly', '0', disorder.length === 0 ? '0' : disorder.join('; '), disorder.length === 0, 'names against the order in which the journal has them opened'),
      fact('… watchdogs that misfired', '0', misfires.length === 0 ? '0' : misfires.join('; '), misfires.length === 0, 'status and health for 4 s after each jump; pids'),
      fact('… durations that are wrong', '0', wrongDurations.length === 0 ? '0' : wrongDurations.join('; '), wrongDurations.length === 0, `duration in the status within ${DURATION_SECONDS} s of the monotonic clock`),
      fact('… the stop, and a recording that begins in 1970', 'success', isSecondFine && stop['success']?.valueOf() === true ? 'success' : JSON.stringify([stop['message'], start['message'], second['message']]), isSecondFine && stop['success']?.valueOf() === true, `after ${trueSeconds.toFixed(0)} s`),
      fact('… the match in the list', 'listed', isListed ? 'listed' : 'missing', isListed, 'GET /recordings'),
    ];
  },
};

async function hostPids(rig: Rig): Promise<number[]> {
  return Promise.all(CAMERAS.map(async (camera) => (await rig.hostIdentity(camera))?.pid ?? 0));
}

/** Segments whose names, in the order in which they are sorted, are not in the order in which they were recorded. */
async function disorderIn(matchDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const camera of CAMERAS) {
    const opened = (await readJournal(matchDir, camera)).flatMap((entry) => (entry.kind === 'segment-opened' ? [entry.name] : []));
    const sorted = await segmentNames(`${matchDir}/segments`, camera);
    if (new Set(opened).size !== opened.length) found.push(`camera ${camera}: a name was used twice`);
    // A process that was killed in the wrong moment leaves a file that its journal does not know.
    const known = sorted.filter((name) => opened.includes(name));
    opened.filter((name) => known.includes(name)).forEach((name, index) => {
      if (known[index] !== name) found.push(`camera ${camera}: ${name} is number ${known.indexOf(name)}, not ${index} (${parseSegmentName(name)?.stamp})`);
    });
  }
  return found;
}
