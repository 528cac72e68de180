/** A camera that fails as NVIDIA's camera stack does: the Jetson stand-in is told how. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { JETSON_ENV } from '../support/jetson-rig.js';
import { Rig, until, type Json } from '../support/rig.js';

function jetson(fault: string, extra: Readonly<Record<string, string>> = {}): Promise<Rig> {
  return Rig.start({
    env: {
      ...JETSON_ENV,
      TOUCHLINE_RECORDING_START_TIMEOUT_SECONDS: '3',
      ...(fault === '' ? {} : { TOUCHLINE_TEST_JETSON_FAULT: fault }),
      ...extra,
    },
  });
}

const camera = async (rig: Rig, id: number): Promise<Json | undefined> => (await rig.get('/api/v1/recording')).body['cameras']?.[`camera_${id}`];
const isRunning = async (rig: Rig, id: number): Promise<boolean> => (await camera(rig, id))?.['state']?.valueOf() === 'running';

for (const [fault, why] of [
  ['no-frames@1', 'delivers no frame'],
  ['no-session@1', 'cannot be opened'],
  ['abort-after:1@1', 'takes its process down'],
] as const) {
  t.test(`a start while one camera ${why} is taken back whole`, async (t) => {
    const rig = await jetson(fault);
    t.teardown(() => rig.dispose());
    const answer = await rig.post('/api/v1/recording', { match_id: 'half' });
    t.match(answer, { status: 200, body: { success: false, message: 'Failed to start all required cameras', cameras_started: [], cameras_failed: [1], require_all_cameras: true } });
    t.strictSame(await readdir(rig.recordingsDir), [], 'no folder of a match that never was');
    t.strictSame((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle', holder: null, lock_time: null, can_preview: true, can_record: true });
    t.match((await rig.get('/api/v1/recording')).body, { recording: false, match_id: null });
    t.match(await rig.delete('/api/v1/recording'), { body: { success: false, message: 'Not currently recording' } });
    await until(async () => (await rig.hostIdentity(0)) !== null && (await rig.hostIdentity(1)) !== null, 'both hosts are there');
    t.strictSame(await readdir(rig.recordingsDir), [], 'and none of them goes on with it');
  });
}

t.test('the lenient mode records with one camera, and every answer agrees', async (t) => {
  const rig = await jetson('no-frames@1', { TOUCHLINE_RECORDING_REQUIRE_ALL_CAMERAS: 'false' });
  t.teardown(() => rig.dispose());
  t.match((await rig.post('/api/v1/recording', { match_id: 'one' })).body, { success: true, cameras_started: [0], cameras_failed: [1], require_all_cameras: false });
  const { body } = await rig.get('/api/v1/recording');
  t.match(body, { recording: true, degraded: true, cameras: { camera_0: { state: 'running' } }, degraded_cameras: { camera_1: /frame/ } });
  t.notOk(body['cameras']?.['camera_1']);
  const stop = (await rig.stop()).body;
  t.match(stop, { success: true, graceful_stop: true, integrity: { checked: true, all_ok: true } });
  t.strictSame(Object.keys(stop['camera_stop_results'] ?? {}), ['camera_0']);
});

t.test('a camera that goes silent is noticed, shown and recovered', async (t) => {
  const faultFile = join(t.testdir(), 'fault');
  const rig = await jetson('', { TOUCHLINE_TEST_JETSON_FAULT_FILE: faultFile });
  t.teardown(() => rig.dispose());
  await rig.record('silent');
  await writeFile(faultFile, 'no-frames@1');
  await until(async () => (await camera(rig, 1))?.['state']?.valueOf() === 'error', 'the silence shows');
  const health = (await rig.get('/api/v1/recording-health')).body;
  t.equal(health['healthy']?.valueOf(), false);
  t.match(health['message'], /cam1/);
  t.ok(await isRunning(rig, 0), 'the other camera goes on');
  await until(async () => Number((await rig.get('/api/v1/recording')).body['camera_recovery']?.['camera_1']?.['attempts']) > 0, 'an attempt is counted');
  await writeFile(faultFile, '');
  await until(() => isRunning(rig, 1), 'the camera is back', 30_000);
  const { body } = await rig.get('/api/v1/recording');
  t.match(body, { degraded: false, camera_recovery: { camera_1: { recovering: false, failed_permanently: false, last_error: null }, camera_0: { attempts: 0 } } });
  t.ok(Number(body['camera_recovery']?.['camera_1']?.['last_recovery_ts']) > 1e9);
  const stop = (await rig.stop()).body;
  t.match(stop, { success: true, degraded_cameras: { camera_1: /frame/ } }, 'the stop tells that a camera had dropped out');
});

t.test('recovery that never succeeds shows as exhausted, and nobody calls it healthy', async (t) => {
  const rig = await jetson('error-after:20@1', { TOUCHLINE_RECORDING_RECOVERY_MAX_ATTEMPTS: '1', TOUCHLINE_RECORDING_RECOVERY_BACKOFF_SECONDS: '0.1' });
  t.teardown(() => rig.dispose());
  await rig.record('flaky');
  await until(async () => Number((await rig.get('/api/v1/recording')).body['camera_recovery']?.['camera_1']?.['attempts']) >= 2, 'attempts are used up', 30_000);
  await until(async () => (await rig.get('/api/v1/recording-health')).body['healthy']?.valueOf() === false, 'health tells');
  t.match((await rig.get('/api/v1/recording')).body, { recording: true, camera_recovery: { camera_0: { attempts: 0 } } });
  t.ok(await isRunning(rig, 0));
  const { body } = await rig.stop();
  t.match(body['camera_stop_results']?.['camera_0'], { finalized: true, integrity_ok: true });
});

t.test('a camera that hangs when it is shut down costs neither the files nor the next recording', async (t) => {
  const rig = await jetson('hang-on-stop@1');
  t.teardown(() => rig.dispose());
  await rig.record('first');
  const { body } = await rig.stop();
  t.match(body, { success: true, graceful_stop: true, integrity: { all_ok: true } });
  const answer = await rig.post('/api/v1/recording', { match_id: 'second' });
  t.match(answer.body, { success: true, cameras_started: [0, 1] }, 'the hung process was replaced');
  t.match((await rig.stop()).body, { success: true });
});
