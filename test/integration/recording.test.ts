/** The main job on the real daemon: two simulated cameras, from kick-off to files that play. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { segmentShape } from '../../src/integrity/mp4.js';
import { framesIn, Rig, until } from '../support/rig.js';

t.test('a recording from start to stop', async (t) => {
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1', TOUCHLINE_RECORDING_PROTECTION_SECONDS: '2' } });
  t.teardown(() => rig.dispose());

  const start = await rig.record('match_20260211_001');
  const atStart = (await rig.get('/api/v1/status')).body;
  t.match(start, {
    status: 200,
    body: {
      success: true,
      message: 'Recording started for match: match_20260211_001',
      match_id: 'match_20260211_001',
      cameras_started: [0, 1],
      cameras_failed: [],
      require_all_cameras: true,
    },
  });

  await t.test('the reply of a start comes when both cameras have delivered and encoded frames', async (t) => {
    t.match(atStart, { recording: { recording: true, cameras: { camera_0: { state: 'running' }, camera_1: { state: 'running' } }, degraded: false } });
  });

  await t.test('the mutex is held by the recording, which excludes previews and further recordings', async (t) => {
    const { body } = await rig.get('/api/v1/pipeline-state');
    t.match(body, { mode: 'recording', holder: 'api-recording-match_20260211_001', can_preview: false, can_record: false });
    t.match(String(body['lock_time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+$/);
  });

  await t.test('a refused second start disturbs neither the recording nor its lock', async (t) => {
    const second = await rig.post('/api/v1/recording', { match_id: 'other' });
    t.match(second, { status: 200, body: { success: false, message: 'Already recording match: match_20260211_001', cameras_started: [], cameras_failed: [] } });
    t.match((await rig.get('/api/v1/pipeline-state')).body, { holder: 'api-recording-match_20260211_001' });
    t.strictSame(await readdir(rig.recordingsDir), ['match_20260211_001'], 'the refused match left no folder');
  });

  await t.test('a stop inside the protected window is refused and says how to insist', async (t) => {
    const stop = await rig.delete('/api/v1/recording?force=false');
    t.match(stop, { status: 200, body: { success: false, protected: true } });
    t.match(String(stop.body['message']), /^Recording protected for 2\.0s\. Current duration: [01]\.\ds\. Use force=True to override\.$/);
    t.match((await rig.get('/api/v1/recording')).body, { recording: true, protected: true });
  });

  await t.test('health says what each camera writes', async (t) => {
    await until(async () => (await rig.segments('match_20260211_001', 0)).length >= 3, 'three segments');
    const { body } = await rig.get('/api/v1/recording-health');
    t.match(body, { healthy: true, message: 'Recording healthy', recovery_attempts: { camera_0: 0, camera_1: 0 } });
    for (const camera of ['camera_0', 'camera_1']) {
      t.match(body['camera_diagnostics']?.[camera], { pipeline_present: true, pipeline_state: 'running', latest_segment: /^cam[01]_\d{8}_\d{6}_\d\d\.mp4$/, integrity_probe: { checked: false, ok: null, error: null } });
    }
  });

  const stop = await rig.delete('/api/v1/recording');
  await t.test('the reply of a stop comes when the files are final, on disk and probed', async (t) => {
    t.match(stop, { status: 200, body: { success: true, message: 'Recording stopped successfully', transport_success: true, graceful_stop: true, integrity: { checked: true, all_ok: true, reason: null } } });
    for (const camera of [0, 1]) {
      const result = stop.body['camera_stop_results']?.[`camera_${camera}`];
      t.match(result, { success: true, eos_received: true, timed_out: false, error: null, finalized: true, integrity_ok: true, integrity_avg_frame_rate: '30/1' });
      const path = String(result?.['segment_path']);
      t.equal((await stat(path)).size, stop.body['integrity']?.['cameras']?.[`camera_${camera}`]?.['segment_size']);
      t.equal(await segmentShape(path), 'finalised');
    }
  });

  await t.test('afterwards the rig is idle and free', async (t) => {
    t.strictSame((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle', holder: null, lock_time: null, can_preview: true, can_record: true });
    t.match((await rig.get('/api/v1/recording')).body, { recording: false, match_id: null, duration: 0, cameras: {}, degraded: false });
    t.match(await rig.delete('/api/v1/recording'), { status: 200, body: { success: false, message: 'Not currently recording' } });
    t.strictSame((await rig.get('/api/v1/recording-health')).body, { healthy: true, message: 'No active recording' });
  });

  await t.test('no frame is lost at a boundary: the files hold what the cameras delivered', async (t) => {
    for (const camera of [0, 1]) {
      const names = await rig.segments('match_20260211_001', camera);
      let inFiles = 0;
      for (const name of names) {
        t.equal(await segmentShape(join(rig.segmentsDir('match_20260211_001'), name)), 'finalised', name);
        inFiles += await framesIn(join(rig.segmentsDir('match_20260211_001'), name));
      }
      const manifest = await rig.manifest('match_20260211_001');
      t.equal(manifest['cameras']?.[String(camera)]?.['frames']?.valueOf(), inFiles);
      t.ok(inFiles > 60);
      const journal = await rig.journal('match_20260211_001', camera);
      t.match(journal.at(-1), { kind: 'run-ended', framesAtSource: inFiles, framesEncoded: inFiles, framesInSegments: inFiles, framesMissed: 0 });
    }
  });

  await t.test('match.json tells when, what and how well, for every segment', async (t) => {
    await until(async () => (await rig.manifest('match_20260211_001'))['cameras']?.['0']?.['segments']?.[0]?.['integrity']?.['ok']?.valueOf() === true, 'older segments are probed, too');
    const manifest = await rig.manifest('match_20260211_001');
    t.match(manifest, { v: 1, match_id: 'match_20260211_001', state: 'finished' });
    t.ok(Number(manifest['first_frame_offset_ms']) < 200);
    for (const segment of Object.values(manifest['cameras']?.['1']?.['segments'] ?? {})) t.match(segment, { finalised: true, integrity: { checked: true, ok: true } });
  });
});

t.test('force replaces a running recording and tells how that one ended', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('first');
  const second = await rig.record('second', { force: true });
  t.match(second.body, { match_id: 'second', cameras_started: [0, 1], replaced: { success: true } });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { holder: 'api-recording-second' });
  t.match((await rig.stop()).body, { success: true });
  for (const match of ['first', 'second']) t.equal((await rig.segments(match, 0)).length, 1);
});

t.test('status and health stay instant while a stop waits for a camera that hangs', async (t) => {
  const rig = await Rig.start({ env: { TOUCHLINE_PROFILE: 'jetson-x264', ...jetson(), TOUCHLINE_TEST_JETSON_FAULT: 'hang-on-eos@0', TOUCHLINE_VIDEO_WIDTH: '640', TOUCHLINE_VIDEO_HEIGHT: '360', TOUCHLINE_RECORDING_STOP_EOS_TIMEOUT_SECONDS: '3' } });
  t.teardown(() => rig.dispose());
  await rig.record('hangs');
  const stop = rig.stop();
  let asked = 0;
  let stopped = false;
  void stop.then(() => {
    stopped = true;
  });
  while (!stopped) {
    const { body } = await rig.get('/api/v1/status');
    asked += 1;
    if (!stopped) t.equal(body['recording']?.['recording']?.valueOf(), true);
  }
  t.ok(asked > 20, `answered ${asked} times meanwhile`);
  const { body } = await stop;
  t.match(body['camera_stop_results']?.['camera_1'], { success: true, finalized: true, integrity_ok: true });
  t.match(body['camera_stop_results']?.['camera_0'], { integrity_ok: true }, 'the sink finalised what the camera would not end');
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle' });
  await rig.record('next');
});

function jetson(): Record<string, string> {
  return { GST_PLUGIN_PATH: join(import.meta.dirname, '..', '..', 'native-test') };
}
