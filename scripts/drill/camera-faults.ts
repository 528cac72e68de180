import { systemClock } from '../../src/lib/clock.js';
import { until } from '../../test/support/rig.js';
import type { Drill, Finding } from './drill.js';
import { accountsOf, FPS, lostSeconds, runAt } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, lostAtMost, nothingLost, times } from './kit/findings.js';
import { breakableRig } from './kit/jetson.js';
import { isRunning, isWhole, Watch } from './kit/look.js';
import type { Scene } from './kit/scene.js';

const MATCH = 'camera-fault';
const TOLD_MS = 2500;
/** How long a fault lasts. Long enough for the camera to be tried more than once. */
const BROKEN_MS = 8000;
const FAULTS = [
  { fault: 'no-frames', what: 'gives no frames any more' },
  { fault: 'error-after:1', what: 'reports an error' },
  { fault: 'abort-after:1', what: 'takes its process down' },
] as const;

export const cameraFaults: Drill = {
  name: 'camera-faults',
  breaks: 'the camera stack gives no frames, reports errors, aborts, hangs at the end; one camera and both',
  needsRoot: false,
  async run(scene) {
    const findings: Finding[] = [];
    for (const { fault, what } of FAULTS) {
      findings.push(...(await whileRecording(scene, fault, `one camera ${what}`, [1])));
      findings.push(...(await whileRecording(scene, fault, `both cameras: each ${what}`, CAMERAS)));
    }
    findings.push(...(await atTheEnd(scene, 'one camera hangs at the end', 'hang-on-eos@1')));
    findings.push(...(await atTheEnd(scene, 'both cameras hang at the end', 'hang-on-eos')));
    return findings;
  },
};

async function whileRecording(scene: Scene, fault: string, name: string, broken: readonly number[]): Promise<Finding[]> {
  const rounds = scene.count(3);
  const { rig, breakWith } = await breakableRig(scene);
  await rig.record(MATCH);
  const faultUs: number[] = [];
  const toldMs: number[] = [];
  const backMs: number[] = [];
  let lies = 0;
  let disturbed = 0;
  for (let round = 1; round <= rounds; round += 1) {
    await scene.sleepMs(scene.chance.between(2500, 4500));
    const watch = new Watch(scene, rig);
    const monoUs = systemClock.monoUs();
    faultUs.push(monoUs);
    await breakWith(broken.length === 1 ? `${fault}@${broken[0]}` : fault);
    await scene.sleepMs(BROKEN_MS);
    const healedMs = systemClock.monoMs();
    await breakWith('');
    await until(async () => (await Promise.all(broken.map((camera) => isRunning(rig, camera)))).every((runs) => runs) && (await isWhole(rig)), 'the cameras are back', 30_000, () => rig.output.slice(-4000));
    backMs.push(systemClock.monoMs() - healedMs);
    await watch.end();
    const told = watch.firstMs(monoUs / 1000, (look) => !look.healthy && look.degraded && broken.every((camera) => !look.running.includes(camera)));
    if (told !== null) toldMs.push(told);
    lies += watch.between(monoUs / 1000 + TOLD_MS, healedMs).filter((look) => look.healthy).length;
    disturbed += watch.looks.filter((look) => CAMERAS.some((camera) => !broken.includes(camera) && !look.running.includes(camera))).length;
    scene.say(`${name}, round ${round}: told after ${told?.toFixed(0)} ms, back ${backMs.at(-1)?.toFixed(0)} ms after it was healed`);
  }
  await scene.sleepMs(1000);
  await rig.stop();
  const runs = await accountsOf(`${rig.recordingsDir}/${MATCH}`, { stamps: false });
  await rig.dispose();
  const lost = faultUs.flatMap((monoUs) => broken.flatMap((camera) => {
    const run = runAt(runs, camera, monoUs);
    return run === null ? [] : [lostSeconds(run, monoUs)];
  }));
  const untouched = runs.filter((run) => !broken.includes(run.camera));
  return [
    times(`${name}: until status and health tell`, toldMs, { maxMs: TOLD_MS }, `${rounds} times for ${BROKEN_MS / 1000} s; both asked every 50 ms`),
    fact('… answers that call it healthy later than that', '0', String(lies), lies === 0 && toldMs.length === rounds, 'until the camera was healed'),
    times('… until it records after it was healed', backMs, { maxMs: 10_000 }, 'attempts are up to 5 s apart'),
    lostAtMost('… seconds missing before each fault', lost, 0.5, 'captured until then minus found in the files'),
    ...(untouched.length === 0
      ? []
      : [
          nothingLost(scene, '… frames of the other camera lost', untouched, 'meter and files'),
          fact('… answers in which the other camera does not run', '0', String(disturbed), disturbed === 0 && untouched.length === 1, 'and it has one run'),
        ]),
  ];
}

async function atTheEnd(scene: Scene, name: string, fault: string): Promise<Finding[]> {
  const rounds = scene.count(3);
  const { rig, breakWith } = await breakableRig(scene);
  const stopMs: number[] = [];
  let bad = 0;
  let untrue = 0;
  const runs = [];
  for (let round = 1; round <= rounds; round += 1) {
    const match = `${MATCH}-${round}`;
    await rig.record(match);
    await scene.sleepMs(scene.chance.between(1000, 3000));
    await breakWith(fault);
    const fromMs = systemClock.monoMs();
    const { body } = await rig.stop();
    stopMs.push(systemClock.monoMs() - fromMs);
    await breakWith('');
    // The next recording must have the cameras, whatever became of the ones that hung.
    if (body['transport_success']?.valueOf() !== true) bad += 1;
    const found = await accountsOf(`${rig.recordingsDir}/${match}`, { stamps: false });
    runs.push(...found);
    // The sink ends the stream in the place of a camera that does not; what counts is that the answer fits the files.
    const areFinal = found.every(({ segments }) => segments.length > 0 && segments.every(({ shape }) => shape === 'finalised'));
    if ((body['graceful_stop']?.valueOf() === true) !== areFinal || (body['integrity']?.['all_ok']?.valueOf() === true) !== areFinal) untrue += 1;
    scene.say(`${name}, round ${round}: stopped after ${stopMs.at(-1)?.toFixed(0)} ms`);
  }
  await rig.dispose();
  const unfinished = runs.flatMap(({ segments }) => segments).filter(({ shape }) => shape !== 'finalised').length;
  return [
    times(`${name}: until the stop is answered`, stopMs, { maxMs: 6000 }, `${rounds} recordings one after the other; end of stream is waited for 5 s at most`),
    lostAtMost('… seconds missing at the end', runs.map((run) => ((run.ended?.framesAtSource ?? Infinity) - run.frames) / FPS), 0.5, 'meter minus files: what the encoder held when the end did not come'),
    ...(fault.includes('@') ? [nothingLost(scene, '… frames of the other camera lost', runs.filter(({ camera }) => !fault.endsWith(`@${camera}`)), 'meter and files')] : []),
    fact('… answers that do not fit the files', '0', String(untrue), untrue === 0, 'graceful_stop and integrity of the stop against the boxes of the files'),
    fact('… files that are not final', '0', String(unfinished), unfinished === 0 && bad === 0, 'top-level boxes'),
  ];
}
