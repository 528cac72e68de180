/** What happens between two steps: processes that stand still or die there, folders and disks that go away there. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { intentPath } from '../../src/camera/protocol.js';
import { systemClock } from '../../src/lib/clock.js';
import { isAlive } from '../../src/lib/process-identity.js';
import { breakableJetsonEnv } from '../support/jetson-rig.js';
import { Rig, until, type Json } from '../support/rig.js';

const isRoot = process.getuid?.() === 0;

/** A rig with Jetson stand-ins whose faults a test can change while it runs. */
async function faulty(t: Test, fault: string, extra: Readonly<Record<string, string>> = {}): Promise<{ rig: Rig; setFault(text: string): Promise<void> }> {
  const file = join(t.testdir(), 'fault');
  await writeFile(file, fault);
  const rig = await Rig.start({
    env: { ...breakableJetsonEnv(file), ...extra },
  });
  t.teardown(() => rig.dispose());
  return { rig, setFault: (text) => writeFile(file, text) };
}

const status = async (rig: Rig): Promise<Json> => (await rig.get('/api/v1/recording')).body;
const stateOf = async (rig: Rig, id: number): Promise<unknown> => (await status(rig))['cameras']?.[`camera_${id}`]?.['state']?.valueOf();
const alerts = async (rig: Rig): Promise<Json[]> => ((await rig.get('/api/v1/logs/alerts?lines=100')).body['lines'] as unknown as string[]).map((line) => JSON.parse(line) as Json);
const hosts = (rig: Rig) => Promise.all([rig.hostIdentity(0), rig.hostIdentity(1)]);

t.test('a daemon that stood still for a while does not take its hosts for hung', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('asleep');
  const before = await hosts(rig);
  rig.signalDaemon('SIGSTOP');
  await systemClock.sleepMs(4500);
  rig.signalDaemon('SIGCONT');
  await until(async () => (await stateOf(rig, 0)) === 'running' && (await stateOf(rig, 1)) === 'running', 'both are heard again');
  await until(async () => Number((await status(rig))['duration']) > 5.5, 'a second goes by');
  t.strictSame(await hosts(rig), before, 'the same processes');
  t.match(await status(rig), { degraded: false, camera_recovery: { camera_0: { attempts: 0 }, camera_1: { attempts: 0 } } });
  t.strictSame(await alerts(rig), [], 'and tells nobody that video is missing');
  await rig.signalHost(1, 'SIGKILL');
  await until(async () => (await alerts(rig)).length > 0, 'the alert');
  t.match((await alerts(rig))[0], { event_type: 'recording_camera_degraded', details: { camera: 1, reason: 'The camera process died.', attempts: 1 } }, 'the first that is told is what has happened');
});

t.test('a disk that hangs for longer than the daemon waits for a silent host costs nothing', async (t) => {
  const library = join(t.testdir(), 'disk-faults.so');
  await execa('cc', ['-shared', '-fPIC', '-O1', '-o', library, 'test/support/disk-faults.c', '-ldl']);
  const rig = await Rig.start({ env: { LD_PRELOAD: library, DISK_FAULT: 'fdatasync@10=d6000', TOUCHLINE_RECORDING_SEGMENT_SECONDS: '2' } });
  t.teardown(() => rig.dispose());
  await rig.record('hangs');
  const before = await hosts(rig);
  while (Number((await status(rig))['duration']) < 10) {
    for (const id of [0, 1]) if ((await stateOf(rig, id)) !== 'running') t.fail(`camera ${id} is not running any more`);
    await systemClock.sleepMs(100);
  }
  t.strictSame(await hosts(rig), before, 'the same processes');
  t.match((await rig.stop()).body, { success: true, camera_recovery: { camera_0: { attempts: 0 }, camera_1: { attempts: 0 } } });
  for (const id of [0, 1]) {
    const ended = (await rig.journal('hangs', id)).at(-1);
    t.equal(Number(ended?.['framesInSegments']), Number(ended?.['framesAtSource']), 'every frame is in the files');
  }
});

t.test('a start that failed because a camera process died leaves no process that goes on with it', async (t) => {
  const { rig, setFault } = await faulty(t, 'abort-after:1@1');
  t.match((await rig.post('/api/v1/recording', { match_id: 'half' })).body, { success: false, cameras_failed: [1] });
  await setFault('');
  t.match((await rig.post('/api/v1/recording', { match_id: 'whole' })).body, { success: true, cameras_started: [0, 1] });
  t.match((await rig.stop()).body, { success: true });
  t.strictSame(await readdir(rig.recordingsDir), ['whole']);
});

t.test('a stop that the daemon did not live to answer is carried out by the next one', async (t) => {
  const { rig } = await faulty(t, 'hang-on-eos@0', { TOUCHLINE_RECORDING_STOP_EOS_TIMEOUT_SECONDS: '4' });
  await rig.record('cut');
  const stop = rig.stop().catch(() => null);
  await until(async () => (await status(rig))['phase']?.valueOf() === 'stopping', 'the stop has begun');
  await until(async () => (await readFile(join(rig.stateDir, 'recording.json'), 'utf8')).includes('"stopping":true'), 'the stop is noted');
  await until(async () => (await rig.journal('cut', 1)).at(-1)?.['kind']?.valueOf() === 'run-ended', 'the other camera has ended');
  await rig.crashDaemon();
  await stop;
  await rig.startDaemon();
  t.match(await status(rig), { recording: false, match_id: null });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle' });
  t.match(await rig.manifest('cut'), { state: 'finished' });
  t.equal((await rig.segments('cut', 1)).length, 1, 'nobody went on with it');
  t.match(await status(rig), { last_stop: { match_id: 'cut', reason: 'cut_off', success: true } }, 'the files are final, whoever asked for it');
});

t.test('a camera that takes its time to open is not killed while it opens, also when its process has not greeted yet', async (t) => {
  const { rig, setFault } = await faulty(t, '');
  await rig.record('slow');
  await setFault('hang-on-start@0');
  const first = await rig.signalHost(0, 'SIGKILL');
  await until(async () => ((await rig.hostIdentity(0))?.pid ?? first.pid) !== first.pid, 'its successor is there');
  const second = await rig.hostIdentity(0);
  const untilMs = performance.now() + 6000;
  await until(() => performance.now() > untilMs, 'twice as long as a process may say nothing while it records', 10_000);
  await setFault('');
  await until(async () => (await stateOf(rig, 0)) === 'running', 'it records');
  t.strictSame(await rig.hostIdentity(0), second, 'the same process');
  t.notMatch(rig.output, /camera host does not answer, killing it/);
  t.match((await rig.stop()).body, { success: true });
});

t.test('a match that was stopped while a camera was out of reach does not come back, not even with a new daemon', async (t) => {
  const { rig, setFault } = await faulty(t, '', { TOUCHLINE_RECORDING_RECOVERY_BACKOFF_SECONDS: '5' });
  await rig.record('over');
  await setFault('no-session@1');
  const first = await rig.signalHost(1, 'SIGKILL');
  // Its successor cannot open the camera and is gone as well; the next one is not due for seconds.
  await until(async () => Number((await status(rig))['camera_recovery']?.['camera_1']?.['attempts']) >= 2, 'the successor failed');
  await until(async () => (await rig.hostIdentity(1)) === null, 'nobody is there');
  t.notOk(isAlive(first));
  await rig.stop();
  await rig.crashDaemon();
  await setFault('');
  const segments = await rig.segments('over', 1);
  await rig.startDaemon();
  t.match(await status(rig), { recording: false });
  await until(async () => (await rig.hostIdentity(1)) !== null, 'the camera process is there again');
  await rig.record('next');
  t.strictSame(await rig.segments('over', 1), segments);
  t.match((await rig.stop()).body, { success: true });
});

t.test('a stop while a camera process is coming back ends that camera in order', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('back');
  const killed = await rig.signalHost(0, 'SIGKILL');
  await until(async () => {
    const host = await rig.hostIdentity(0);
    return host !== null && host.pid !== killed.pid;
  }, 'its successor has begun');
  t.match((await rig.stop()).body, { camera_stop_results: { camera_0: { success: true, finalized: true }, camera_1: { success: true, finalized: true } } });
});

t.test('a stop works when nothing can be written any more where the hosts keep their state', { skip: isRoot ? false : 'needs root: mounts a small tmpfs' }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-rig-'));
  const run = join(folder, 'run');
  await mkdir(run);
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', run]);
  const rig = await Rig.start({ folder });
  t.teardown(async () => {
    await rig.dispose().catch(() => undefined);
    await execa('umount', ['-l', run], { reject: false });
    await rm(folder, { recursive: true, force: true });
  });
  await rig.record('full');
  await writeFile(join(run, 'filler'), Buffer.alloc(512 * 1024)).catch(() => undefined);
  t.match((await rig.stop()).body, { success: true, graceful_stop: true });
  t.match(await status(rig), { recording: false });
  await rm(join(run, 'filler'));
  await rig.record('next');
  t.match((await rig.stop()).body, { success: true });
});

t.test('a match folder that somebody removes in mid-match is noticed, and a fresh camera process makes it again', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('gone');
  // Files may come into it while it is being emptied.
  await rm(join(rig.recordingsDir, 'gone'), { recursive: true, maxRetries: 20, retryDelay: 10 });
  t.match((await rig.get('/api/v1/recording-health')).body, { healthy: false, message: /^Segments directory does not exist/ });
  // It may have died of that by itself.
  await rig.signalHost(0, 'SIGKILL').catch(() => undefined);
  await until(async () => (await rig.segments('gone', 0)).length > 0, 'the camera records again');
  await until(async () => (await stateOf(rig, 0)) === 'running', 'and says so');
});

t.test('a camera that cannot begin is not called starting for ever', async (t) => {
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDING_START_TIMEOUT_SECONDS: '2' } });
  t.teardown(() => rig.dispose());
  await rig.record('lost');
  await rig.crashDaemon();
  for (const id of [0, 1]) {
    await rig.signalHost(id, 'SIGKILL');
    await unlink(intentPath(rig.runtimeDir, id));
  }
  const matchDir = join(rig.recordingsDir, 'lost');
  await rm(matchDir, { recursive: true });
  await writeFile(matchDir, 'a file where the folder was');
  await rig.startDaemon();
  await until(async () => (await status(rig))['degraded']?.valueOf() === true && (await stateOf(rig, 0)) === 'error', 'nobody claims that it records', 10_000);
});

t.test('a recording that a restart of the machine cut off keeps no daemon from starting, whatever became of its folder', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('before');
  const stored = await readFile(join(rig.stateDir, 'recording.json'), 'utf8');
  await rig.stop();
  await rig.crashDaemon();
  await rm(join(rig.recordingsDir, 'before'), { recursive: true });
  const earlier = stored.replace(/"bootId":"[^"]+"/g, '"bootId":"another-boot"');
  await writeFile(join(rig.stateDir, 'recording.json'), earlier.replace(/"startedEpochMs":\d+/g, `"startedEpochMs":${Date.now() - 3_600_000}`));
  await rig.startDaemon();
  t.match(await status(rig), { recording: false }, 'one of an hour ago is over');
  t.strictSame(await readdir(rig.recordingsDir), [], 'and leaves nothing');
  await rig.crashDaemon();
  await writeFile(join(rig.stateDir, 'recording.json'), earlier);
  await rig.startDaemon();
  t.match(await status(rig), { recording: true, match_id: 'before' }, 'one of just now goes on: nobody can have wanted the rest to be lost');
  await until(async () => (await rig.segments('before', 0)).length > 0 && (await rig.segments('before', 1)).length > 0, 'in a folder made anew');
  t.match((await rig.stop()).body, { success: true });
});

t.test('a start that is taken back leaves the earlier part of the same match as it was', async (t) => {
  const { rig, setFault } = await faulty(t, '', { TOUCHLINE_RECORDING_START_TIMEOUT_SECONDS: '2' });
  await rig.record('twice');
  await rig.stop();
  const contents = async (): Promise<string[]> => {
    // The manifest may just be written anew, by way of a file that is gone the next moment.
    const names = (await readdir(join(rig.recordingsDir, 'twice'), { recursive: true })).filter((name) => !/^\.?match\.json/.test(name));
    const sizes = await Promise.all(names.map(async (name) => `${name} ${(await stat(join(rig.recordingsDir, 'twice', name))).size}`));
    return sizes.filter((line) => !line.startsWith('segments ')).sort();
  };
  const before = await contents();
  await setFault('no-frames@1');
  t.match((await rig.post('/api/v1/recording', { match_id: 'twice' })).body, { success: false, cameras_failed: [1] });
  t.strictSame(await contents(), before);
  t.match(await rig.manifest('twice'), { state: 'finished' });
});

t.test('a replacement that is refused leaves the running recording alone', async (t) => {
  const first = await Rig.start();
  const file = join(first.folder, 'touchline.json');
  await first.endDaemon();
  await writeFile(file, '{"recording_min_free_gb": 0}');
  // An override would win over the file that this test edits.
  const rig = await Rig.start({ folder: first.folder, env: { TOUCHLINE_CONFIG: file, TOUCHLINE_RECORDING_MIN_FREE_GB: '' } }).catch(async (error: unknown) => {
    await first.dispose();
    throw error;
  });
  t.teardown(() => rig.dispose());
  await rig.record('first');
  const before = await hosts(rig);
  await writeFile(file, '{"recording_min_free_gb": 900000}');
  await until(async () => rig.output.includes('configuration changed'), 'the edit is taken');
  t.match((await rig.post('/api/v1/recording', { match_id: 'second', force: true })).body, { success: false, code: 'low_space' });
  t.match(await status(rig), { recording: true, match_id: 'first', degraded: false });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { holder: 'api-recording-first' });
  t.strictSame(await hosts(rig), before);
  t.strictSame(await readdir(rig.recordingsDir), ['first']);
});

t.test('a place that is taken by a file is refused, and the rig stays free', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await writeFile(join(rig.recordingsDir, 'taken'), 'mine');
  await rig.post('/api/v1/preview', {});
  const snapshot = async (): Promise<number> => (await fetch(`${rig.url}/api/v1/cameras/0/snapshot.jpg`)).status;
  await until(async () => (await snapshot()) === 200, 'there is a live picture');
  const answer = await rig.post('/api/v1/recording', { match_id: 'taken' });
  t.ok(answer.status >= 400 || answer.body['success']?.valueOf() === false, JSON.stringify(answer));
  t.equal(await readFile(join(rig.recordingsDir, 'taken'), 'utf8'), 'mine');
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle', holder: null });
  await until(async () => (await snapshot()) === 409, 'the picture that was taken away has ended');
  await rig.record('free');
  t.match((await rig.stop()).body, { success: true });
});

t.test('without ffprobe a stop says that it could not check, and nothing else suffers', async (t) => {
  const rig = await Rig.start({ env: { PATH: t.testdir() } });
  t.teardown(() => rig.dispose());
  await rig.record('unchecked');
  await until(async () => (await rig.segments('unchecked', 0)).length === 1, 'a segment has its name');
  await rig.signalHost(0, 'SIGKILL');
  await until(async () => (await rig.segments('unchecked', 0)).length === 2, 'a segment is left as the crash left it');
  await until(async () => (await stateOf(rig, 0)) === 'running', 'the camera is back');
  const { body } = await rig.stop();
  t.match(body, { success: true, graceful_stop: true, integrity: { checked: false, all_ok: null } });
  t.match(body['camera_stop_results']?.['camera_1'], { integrity_checked: false, integrity_ok: null, integrity_error: 'ffprobe_not_available' });
  await rig.record('next');
  t.match((await rig.stop()).body, { success: true });
});

t.test('the lenient mode refuses when no camera starts, in the words of the contract', async (t) => {
  const { rig } = await faulty(t, 'no-session', { TOUCHLINE_RECORDING_REQUIRE_ALL_CAMERAS: 'false' });
  t.match((await rig.post('/api/v1/recording', { match_id: 'none' })).body, { success: false, message: 'Failed to start any cameras', failed_cameras: [0, 1], cameras_started: [] });
  t.strictSame(await readdir(rig.recordingsDir), []);
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle' });
});

t.test('a live picture whose camera takes its time holds up no recording', async (t) => {
  const { rig, setFault } = await faulty(t, 'no-frames@0', { TOUCHLINE_RECORDING_START_TIMEOUT_SECONDS: '60' });
  const picture = rig.post('/api/v1/preview', { camera_id: 0 });
  await until(async () => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf() === 'preview', 'the first frame is waited for');
  await setFault('');
  t.match((await rig.post('/api/v1/recording', { match_id: 'now' })).body, { success: true, cameras_started: [0, 1] });
  t.match((await picture).body, { success: false, failed_cameras: [0] });
  t.match((await rig.stop()).body, { success: true });
});

t.test('a folder that is configured in mid-match is taken after the match: until then everything is about where the cameras write', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('moved');
  const before = await hosts(rig);
  await rig.crashDaemon();
  const other = { TOUCHLINE_RECORDINGS_DIR: join(rig.stateDir, '..', 'elsewhere') };
  await rig.startDaemon(other);
  await until(async () => (await stateOf(rig, 0)) === 'running' && (await stateOf(rig, 1)) === 'running', 'it goes on');
  t.strictSame(await hosts(rig), before, 'the same processes');
  t.match((await rig.post('/api/v1/recordings/moved/marks', { kind: 'goal' })).status, /^20/);
  t.match(await status(rig), { match_id: 'moved', interruption_count: 0, marks_count: 1 });
  t.match((await rig.stop()).body, { success: true });
  await rig.endDaemon();
  await rig.startDaemon(other);
  await rig.record('next');
  t.ok((await stat(join(other.TOUCHLINE_RECORDINGS_DIR, 'next'))).isDirectory());
});
