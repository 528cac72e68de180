/** A match outlives the power supply: what was being recorded goes on after the next boot, and nobody hides that it was interrupted. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { segmentShape } from '../../src/integrity/mp4.js';
import { compareSegments, parseSegmentName } from '../../src/camera/segment-names.js';
import { framesIn, Rig, until, type Json } from '../support/rig.js';
import { cutPower, killAll } from '../support/reboot.js';

const status = async (rig: Rig): Promise<Json> => (await rig.get('/api/v1/recording')).body;
const isRunning = async (rig: Rig, id: number): Promise<boolean> => (await status(rig))['cameras']?.[`camera_${id}`]?.['state']?.valueOf() === 'running';

async function alerts(rig: Rig, type: string): Promise<Json[]> {
  const { body } = await rig.get('/api/v1/logs/alerts?lines=100');
  return (body['lines'] as unknown as string[]).map((line) => JSON.parse(line) as Json).filter((alert) => alert['event_type']?.valueOf() === type);
}

async function recordedFor(rig: Rig, seconds: number): Promise<void> {
  await until(async () => Number((await status(rig))['cameras']?.['camera_0']?.['facts']?.['frames_at_source'] ?? 0) > 30 * seconds, `${seconds} s are recorded`);
}

async function bothRun(rig: Rig): Promise<void> {
  for (const id of [0, 1]) await until(() => isRunning(rig, id), `camera ${id} records`, 20_000, () => rig.output);
}

t.test('after a power cut the match goes on in its folder, without anyone', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('cup', { process_after_recording: true });
  await recordedFor(rig, 2);
  const before = await rig.segments('cup', 0);
  await cutPower(rig, { matchId: 'cup', secondsAgo: 300 });
  await rig.startDaemon();

  t.match(await status(rig), { recording: true, match_id: 'cup', phase: 'recording', interruption_count: 1, interruptions: [{ cause: 'machine_restarted', seconds: Number }] });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'recording', can_record: false });
  await bothRun(rig);
  const now = await status(rig);
  const missing = Number(now['interruptions']?.[0]?.['seconds']);
  t.ok(missing >= 300 && missing < 315, `${missing} s are missing`);
  t.ok(Number(now['duration']) > 302 && Number(now['duration']) < 330, 'the match is as old as it is, interruption included');
  t.equal(now['degraded']?.valueOf(), false);

  await t.test('the interruption is told', async (t) => {
    await until(async () => (await alerts(rig, 'recording_resumed_after_power_loss')).length === 1, 'the alert');
    const [alert] = await alerts(rig, 'recording_resumed_after_power_loss');
    t.match(alert, { severity: 'warning', message: /cup.*5 minutes are missing/, details: { match_id: 'cup', interruption_count: 1, clock_is_plausible: true } });
    t.match(rig.output, /took up the recording of a match that had been interrupted/);
  });

  await t.test('marks and segments lie where they belong on the time line', async (t) => {
    const mark = await rig.post('/api/v1/recordings/cup/marks', { kind: 'goal' });
    t.ok(Number(mark.body['mark']?.['match_seconds']) > 302, JSON.stringify(mark.body));
    const listed = (await rig.get('/api/v1/recordings/cup/segments')).body['cam0'] as unknown as Json[];
    const starts = listed.map((segment) => Number(segment['start_seconds']));
    t.ok((starts[0] ?? 9) < 1, 'the match begins with the first frame of either camera');
    t.ok((starts[1] ?? 0) > 302 && (starts[1] ?? 0) < 330, `the second one begins at ${starts[1]} s`);
  });

  await recordedFor(rig, 1);
  t.match((await rig.stop()).body, { success: true, match_id: 'cup' });
  const manifest = await rig.manifest('cup');
  t.match(manifest, { state: 'finished', interruptions: [{ cause: 'machine_restarted', seconds: Number }] });
  t.equal((manifest['boot_ids'] as unknown as string[]).length, 2);
  const path = join(rig.segmentsDir('cup'), before[0] ?? '');
  await until(async () => (await segmentShape(path)) === 'finalised', 'what the power cut left is finalised after the match');
  await until(async () => typeof (await rig.manifest('cup'))['cameras']?.['0']?.['gaps']?.[0]?.['seconds']?.valueOf() === 'number', 'the length of the gap is known', 15_000, () => rig.output);
  const gap = (await rig.manifest('cup'))['cameras']?.['0']?.['gaps']?.[0];
  t.match(gap, { cause: 'machine_restarted', after: before[0] });
  t.ok(Number(gap?.['seconds']) > 298 && Number(gap?.['seconds']) < 315, `gap of ${String(gap?.['seconds'])} s`);
  t.ok((await framesIn(path)) > 45);
});

t.test('a clock that is behind after the boot ends no match, and nothing collides or sorts wrongly', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('clock');
  await recordedFor(rig, 1);
  await cutPower(rig, { matchId: 'clock', secondsAgo: -40 * 24 * 3600 });
  await rig.startDaemon();
  await bothRun(rig);
  t.match(await status(rig), { recording: true, match_id: 'clock', interruption_count: 1, interruptions: [{ seconds: null }] });
  await until(async () => (await alerts(rig, 'recording_resumed_after_power_loss')).length === 1, 'the alert');
  t.match((await alerts(rig, 'recording_resumed_after_power_loss'))[0], { message: /clock of the machine is not right/, details: { missing_seconds: null, clock_is_plausible: false } });
  await recordedFor(rig, 1);
  for (const id of [0, 1]) {
    const names = await rig.segments('clock', id);
    t.equal(names.length, 2);
    const [first, second] = names.map((name) => parseSegmentName(name));
    t.ok(first != null && second != null && compareSegments(first, second) < 0);
  }
  const listed = (await rig.get('/api/v1/recordings/clock/segments')).body['cam0'] as unknown as Json[];
  const start = Number(listed[1]?.['start_seconds']);
  t.ok(start > 1 && start < 12, `what follows is appended: it begins at ${start} s`);
  t.match((await rig.stop()).body, { success: true });
});

t.test('a match of long ago, one that was being stopped, and a rig that is told not to: none goes on', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const isOver = async (matchId: string, reason: string): Promise<void> => {
    t.match(await status(rig), { recording: false, match_id: null, interruption_count: 0 });
    await until(async () => (await alerts(rig, 'recording_interrupted')).some((alert) => alert['details']?.['match_id']?.valueOf() === matchId), `the alert about ${matchId}`);
    t.match((await alerts(rig, 'recording_interrupted')).at(-1), { details: { match_id: matchId, reason } });
    await until(async () => (await rig.manifest(matchId))['state']?.valueOf() === 'interrupted', 'match.json says so');
    t.equal((await rig.segments(matchId, 0)).length, 1);
  };

  await rig.record('yesterday');
  await recordedFor(rig, 1);
  await cutPower(rig, { matchId: 'yesterday', secondsAgo: 1900 });
  await rig.startDaemon();
  await isOver('yesterday', 'too_long_ago');
  const agoSeconds = (Date.now() - Number((await rig.manifest('yesterday'))['ended_epoch_ms'])) / 1000;
  t.ok(agoSeconds > 1890 && agoSeconds < 1990, `it ended when the power was cut, ${agoSeconds} s ago`);

  await rig.record('stopping');
  await recordedFor(rig, 1);
  await cutPower(rig, { matchId: 'stopping' });
  const path = join(rig.stateDir, 'recording.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"stopping":false', '"stopping":true'));
  await rig.startDaemon();
  await isOver('stopping', 'was_being_stopped');

  await rig.record('not-wanted');
  await recordedFor(rig, 1);
  await cutPower(rig, { matchId: 'not-wanted' });
  await rig.startDaemon({ TOUCHLINE_RECORDING_RESUME_ENABLED: 'false' });
  await isOver('not-wanted', 'switched_off');

  await rig.record('ended');
  t.match((await rig.stop()).body, { success: true });
  await cutPower(rig, { matchId: 'ended' });
  await rig.startDaemon();
  t.match(await status(rig), { recording: false });
  t.equal((await alerts(rig, 'recording_interrupted')).length, 3, 'a match that was stopped is not even mentioned');
});

t.test('power cut after power cut: it goes on each time, counts them and says that something is wrong', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('storm');
  for (const number of [1, 2, 3]) {
    await bothRun(rig);
    await until(async () => (await Promise.all([0, 1].map(async (id) => (await rig.segments('storm', id)).length === number))).every(Boolean), 'each camera has its file');
    await cutPower(rig, { matchId: 'storm', number });
    await rig.startDaemon();
  }
  await bothRun(rig);
  t.match(await status(rig), { recording: true, match_id: 'storm', interruption_count: 3 });
  await until(async () => (await alerts(rig, 'recording_resumed_after_power_loss')).length === 3, 'three alerts');
  const told = await alerts(rig, 'recording_resumed_after_power_loss');
  t.strictSame(told.map((alert) => alert['severity']?.valueOf()), ['warning', 'warning', 'error']);
  t.match(told.at(-1), { message: /number 3.*power supply/ });
  t.match((await rig.stop()).body, { success: true });
  for (const id of [0, 1]) t.equal((await rig.segments('storm', id)).length, 4);
  t.equal(((await rig.manifest('storm'))['interruptions'] as unknown as Json[]).length, 3);
  const listed = (await rig.get('/api/v1/recordings/storm/segments')).body['cam1'] as unknown as Json[];
  const starts = listed.map((segment) => Number(segment['start_seconds']));
  t.strictSame(starts, [...starts].sort((a, b) => a - b));
});

t.test('a state file that the power cut spoilt does not end the match', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('spoilt');
  await recordedFor(rig, 1);
  await cutPower(rig, { matchId: 'spoilt' });
  await writeFile(join(rig.stateDir, 'recording.json'), '{"v":1,"matchId":"spo');
  await rig.startDaemon();
  await bothRun(rig);
  t.match(await status(rig), { recording: true, match_id: 'spoilt', interruption_count: 1 });
  t.match((await rig.stop()).body, { success: true });
});

t.test('everything killed at once, in one boot: it goes on, and says that it was interrupted', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('crash');
  await recordedFor(rig, 1);
  await killAll(rig);
  await rig.startDaemon();
  await bothRun(rig);
  t.match(await status(rig), { recording: true, match_id: 'crash', interruption_count: 1, interruptions: [{ cause: 'processes_died', seconds: Number }] });
  await until(async () => (await alerts(rig, 'recording_resumed_after_crash')).length === 1, 'the alert');
  t.match((await rig.stop()).body, { success: true });
});

t.test('where the state file could not be written after a power cut, the next daemon still knows the match', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('unwritten');
  await recordedFor(rig, 1);
  await cutPower(rig, { matchId: 'unwritten', secondsAgo: 60 });
  const path = join(rig.stateDir, 'recording.json');
  const ofEarlierBoot = await readFile(path, 'utf8');
  await rig.startDaemon();
  await bothRun(rig);
  await rig.crashDaemon();
  await writeFile(path, ofEarlierBoot);
  await rig.startDaemon();
  await bothRun(rig);
  t.match(await status(rig), { recording: true, match_id: 'unwritten', interruption_count: 1, interruptions: [{ cause: 'machine_restarted' }] });
  t.ok(Number((await status(rig))['duration']) > 60, 'since the kick-off');
  t.strictSame(await alerts(rig, 'recording_interrupted'), [], 'nobody is told that it is over');
  await until(async () => (await rig.manifest('unwritten'))['state']?.valueOf() === 'recording', 'nor does match.json say so');
  t.match((await rig.stop()).body, { success: true, match_id: 'unwritten' });
});
