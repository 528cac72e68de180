/** The eighteen promises to clients of FootballVision (contract 17), each once, through the real daemon. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { DashboardClient } from '../support/dashboard-client.js';
import type { StatusData } from '../support/dashboard-pages.js';
import { call } from '../support/http.js';
import { type Answer, Rig, until } from '../support/rig.js';
import { WsClient } from '../support/ws-client.js';

const JETSON = { GST_PLUGIN_PATH: join(import.meta.dirname, '..', '..', 'native-test'), TOUCHLINE_PROFILE: 'jetson-x264', TOUCHLINE_VIDEO_WIDTH: '640', TOUCHLINE_VIDEO_HEIGHT: '360' };
const STOP = { force: true };

async function startRig(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const rig = await Rig.start({ env });
  t.teardown(() => rig.dispose());
  return rig;
}

const bodyOf = async (rig: Rig, path: string): Promise<Answer['body']> => (await rig.get(`/api/v1${path}`)).body;
const keysOf = (body: object): readonly string[] => Object.keys(body).sort();
const modeOf = async (rig: Rig): Promise<unknown> => (await bodyOf(rig, '/pipeline-state'))['mode']?.valueOf();
const isIdleSoon = (rig: Rig, how: string): Promise<void> => until(async () => (await modeOf(rig)) === 'idle', `mode is idle after ${how}`, 2000);

t.test('1. hello comes first, status every second and pong within a second while a stop takes long', async (t) => {
  const rig = await startRig(t, { ...JETSON, TOUCHLINE_TEST_JETSON_FAULT: 'hang-on-eos', TOUCHLINE_RECORDING_STOP_EOS_TIMEOUT_SECONDS: '6' });
  await rig.record('slow');
  const client = await WsClient.greeted(rig.url);
  t.strictSame(client.frames[0], { v: 1, type: 'hello', channels: ['status'] });
  const dashboard = new DashboardClient(rig.url);
  t.teardown(() => dashboard.disconnect());
  await dashboard.connect();
  await dashboard.channel<StatusData>('status');
  const startedMs = performance.now();
  const stop = client.run('stop_recording', STOP, undefined, 30_000);
  await client.settled();
  t.ok(performance.now() - startedMs < 1000, 'pong');
  await stop;
  t.ok(performance.now() - startedMs > 2500, 'the stop took long');
  t.ok(dashboard.longestSilenceMs < 2000, `no frame for ${Math.round(dashboard.longestSilenceMs)} ms at most`);
});

t.test('2. the result of a stop by command is the body of REST, and a refusal is success outside and failure inside', async (t) => {
  const rig = await startRig(t);
  const client = await WsClient.greeted(rig.url);
  const shapes: unknown[] = [];
  const shapeOf = (value: unknown): unknown => (Array.isArray(value) ? value.map(shapeOf) : value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)])) : typeof value);
  t.strictSame((await client.run('stop_recording', {}))['data'], (await rig.delete('/api/v1/recording')).body, 'nothing to stop');
  for (const stop of [async () => (await client.run('stop_recording', STOP))['data'], async () => (await rig.stop()).body]) {
    await rig.record(`by-${shapes.length}`);
    t.match(await client.run('stop_recording', {}), { success: true, data: { success: false, protected: true } });
    shapes.push(shapeOf(await stop()));
  }
  t.strictSame(shapes[0], shapes[1]);
});

t.test('3. signalling says success inside data, errors of a start name the stream and others the session', async (t) => {
  const client = await WsClient.greeted((await startRig(t)).url);
  client.send({ v: 1, type: 'webrtc_start', data: { stream_kind: 'main_cam0' } });
  t.match(await client.type('webrtc_session_ready', 0), { data: { success: true, session_id: String, stream_kind: 'main_cam0', camera_id: 0, ice_servers: [] } });
  client.send({ v: 1, type: 'webrtc_start', data: { stream_kind: 'nope' } });
  t.match(await client.type('webrtc_error', 0), { data: { stream_kind: 'nope', error: 'Unsupported stream_kind: nope' } });
  const from = client.frames.length;
  client.send({ v: 1, type: 'webrtc_offer', data: { session_id: 'x', stream_kind: 'main_cam0', sdp: 'v=0' } });
  t.match(await client.type('webrtc_error', from), { data: { session_id: 'x', error: 'Unknown session_id' } });
  t.strictSame(client.broken, []);
});

t.test('4 to 6, 10 to 14, 18: what is asked of a rig that records and one that does not', async (t) => {
  const rig = await startRig(t);

  await t.test('4. status has exactly recording and preview, whatever the rig does', async (t) => {
    t.strictSame(keysOf(await bodyOf(rig, '/status')), ['preview', 'recording']);
    await rig.record('first');
    t.strictSame(keysOf(await bodyOf(rig, '/status')), ['preview', 'recording']);
    const stop = rig.stop();
    t.strictSame(keysOf(await bodyOf(rig, '/status')), ['preview', 'recording']);
    await stop;
  });

  await t.test('6. a protected stop is 200 with success false and protected true', async (t) => {
    await rig.record('second');
    t.match(await rig.delete('/api/v1/recording'), { status: 200, body: { success: false, protected: true, message: /^Recording protected for 10\.0s\. Current duration: \d\.\ds\. Use force=True to override\.$/ } });
  });

  await t.test('18. a second start without force is refused, and the first recording and its lock go on', async (t) => {
    const lock = await bodyOf(rig, '/pipeline-state');
    const refused = await rig.post('/api/v1/recording', { match_id: 'third' });
    t.match(refused, { status: 200, body: { success: false, message: 'Already recording match: second', cameras_started: [] } });
    t.strictSame(await bodyOf(rig, '/pipeline-state'), lock);
    t.match(lock, { mode: 'recording', holder: 'api-recording-second' });
    t.match(await bodyOf(rig, '/recording'), { recording: true, match_id: 'second' });
    t.notOk((await readdir(rig.recordingsDir)).includes('third'));
  });

  await t.test('13. a stop names real files, and a clean one says all_ok true', async (t) => {
    const { body } = await rig.stop();
    t.equal(body['integrity']?.['all_ok']?.valueOf(), true);
    for (const camera of ['camera_0', 'camera_1']) {
      const file = await readFile(String(body['camera_stop_results']?.[camera]?.['segment_path']));
      t.equal(file.subarray(4, 8).toString(), 'ftyp');
    }
  });

  await t.test('14. names are those of the contract, and downloads have byte ranges', async (t) => {
    const names = [...(await rig.segments('second', 0)), ...(await rig.segments('second', 1))];
    t.match(names, [/^cam0_\d{8}_\d{6}_00\.mp4$/, /^cam1_\d{8}_\d{6}_00\.mp4$/]);
    for (const name of ['cam0_archive.mp4', 'cam1_archive.mp4']) await writeFile(join(rig.recordingsDir, 'second', name), '0123456789');
    await until(async () => (await bodyOf(rig, '/recordings/second/processing-status'))['archives']?.['cam1']?.valueOf() === true, 'the archives are known');
    t.match(await bodyOf(rig, '/recordings/second/processing-status'), { processing: false, completed: true, archives: { cam0: true, cam1: true } });
    for (const path of [`/segments/${names[0] ?? ''}`, '/files/cam0_archive.mp4']) {
      const answer = await call(rig.url, `/api/v1/recordings/second${path}`, { headers: { range: 'bytes=2-5' } });
      t.match(answer, { status: 206, headers: { 'content-range': /^bytes 2-5\/\d+$/, 'accept-ranges': 'bytes', etag: /\S/, 'last-modified': /\S/, 'content-disposition': /^attachment/ } });
      t.equal(answer.text.length, 4);
    }
  });

  await t.test('10. an unknown log is 400 with the list of those that are, a missing one 200 with a message', async (t) => {
    t.match(await rig.get('/api/v1/logs/nope'), { status: 400, body: { detail: 'Unknown log type. Available: health, alerts, watchdog' } });
    t.strictSame(await rig.get('/api/v1/logs/alerts'), { status: 200, body: { log_type: 'alerts', lines: [], message: 'Log file does not exist yet' } });
  });

  await t.test('11. the processing status of an unknown match is 200, and a hundred of them are cheap', async (t) => {
    const startedMs = performance.now();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => rig.get(`/api/v1/recordings/unknown-${index}/processing-status`)));
    t.ok(performance.now() - startedMs < 2000, `${Math.round(performance.now() - startedMs)} ms`);
    t.match(answers, answers.map(() => ({ status: 200, body: { processing: false, completed: false, message: 'Not processed' } })));
  });

  await t.test('12. without cloud storage both its routes are 503 with the known detail', async (t) => {
    for (const path of ['/recordings/second/r2-urls', '/r2/archives']) t.match(await rig.get(`/api/v1${path}`), { status: 503, body: { detail: 'R2 storage not configured' } });
    t.match(await rig.get('/api/v1/recordings/nobody/r2-urls'), { status: 404, body: { detail: 'Recording nobody not found' } });
  });
});

t.test('5. failed starts have cameras_started: [], whatever the reason and the policy', async (t) => {
  for (const lenient of [false, true]) {
    const rig = await startRig(t, { ...JETSON, TOUCHLINE_TEST_JETSON_FAULT: 'no-frames', TOUCHLINE_RECORDING_START_TIMEOUT_SECONDS: '2', TOUCHLINE_RECORDING_REQUIRE_ALL_CAMERAS: String(!lenient) });
    const { status, body } = await rig.post('/api/v1/recording', { match_id: 'never' });
    t.match({ status, body }, { status: 200, body: { success: false, message: lenient ? 'Failed to start any cameras' : 'Failed to start all required cameras', cameras_started: [], cameras_failed: [0, 1], require_all_cameras: !lenient } });
    if (lenient) t.match(body, { failed_cameras: [0, 1] });
    await isIdleSoon(rig, 'a failed start');
  }
});

t.test('7. a preview during a recording is refused with the exact words, and after any stop the rig is idle', async (t) => {
  const rig = await startRig(t);
  const client = await WsClient.greeted(rig.url);
  const detail = 'Recording is active. Stop recording before starting preview.';
  await rig.post('/api/v1/preview', { transport: 'hls' });
  t.equal(await modeOf(rig), 'preview');
  await rig.record('one');
  t.strictSame([await modeOf(rig), (await bodyOf(rig, '/preview'))['preview_active']?.valueOf()], ['recording', false], 'a recording takes the cameras from a preview');
  for (const body of [{}, { camera_id: 0 }, { transport: 'webrtc' }]) t.match(await rig.post('/api/v1/preview', body), { status: 400, body: { detail } });
  t.match(await client.run('start_preview', {}), { success: false, error: detail });
  t.match(await rig.post('/api/v1/preview/restart', {}), { status: 400, body: { detail: 'Recording is active. Stop recording before restarting preview.' } });
  await rig.stop();
  await isIdleSoon(rig, 'a stop by REST');
  await rig.record('two');
  await rig.record('three', { force: true });
  await client.run('stop_recording', STOP);
  await isIdleSoon(rig, 'a replaced recording that was stopped by command');
  await rig.post('/api/v1/preview', {});
  await rig.delete('/api/v1/preview');
  await isIdleSoon(rig, 'the stop of a preview');
  await rig.post('/api/v1/preview', { camera_id: 0 });
  await rig.post('/api/v1/preview', { camera_id: 1 });
  for (const camera of [0, 1]) await rig.delete(`/api/v1/preview?camera_id=${camera}`);
  await isIdleSoon(rig, 'previews that were begun and ended one by one');
  await rig.record('four');
  await rig.endDaemon();
  await rig.startDaemon();
  await isIdleSoon(rig, 'a restart of the service');
});

t.test('8, 9, 15, 17', async (t) => {
  const rig = await startRig(t);

  await t.test('8. system-metrics is complete at once, and no number is null', async (t) => {
    const body = await bodyOf(rig, '/system-metrics');
    t.strictSame(keysOf(body), ['cpu_avg', 'cpu_frequencies', 'cpu_usage', 'memory', 'power_mode', 'storage', 'temperature']);
    t.notMatch(JSON.stringify(body), /null/);
    for (const value of [body['cpu_usage']?.['overall'], body['temperature']?.['max_c'], body['cpu_avg']?.['performance'], body['cpu_avg']?.['efficiency'], ...['used_gb', 'total_gb', 'percent', 'available_gb'].map((key) => body['memory']?.[key]), ...['free_gb', 'used_gb', 'total_gb', 'percent'].map((key) => body['storage']?.[key])]) t.type(value, 'number');
  });

  await t.test('9. the figures of the panorama are numbers, over REST and in the channel', async (t) => {
    const client = await WsClient.greeted(rig.url);
    client.send({ v: 1, type: 'subscribe', channels: ['panorama_status'] });
    const numbers = { current_fps: Number, frames_stitched: Number, avg_sync_drift_ms: Number, dropped_frames: Number };
    t.match(await client.type('panorama_status', 0), { data: { panorama: { performance: numbers }, calibration: { calibrated: false } } });
    t.match(await bodyOf(rig, '/panorama/status'), { performance: numbers });
    await client.end();
  });

  await t.test('15. ids are names of folders and nothing else, and the list survives what others put there', async (t) => {
    for (const id of ['.', '..', '../x', 'a/b', '/etc', 'a\0b', 'a\nb', 'a\\b', '\u001b[1m']) t.match(await rig.post('/api/v1/recording', { match_id: id }), { status: 422, body: { detail: [{ loc: ['body', 'match_id'] }] } }, JSON.stringify(id));
    for (const path of ['/recordings/%2e', '/recordings/%2e%2e', '/recordings/..%2f..', '/recordings/%00']) {
      t.ok([404, 405, 422].includes((await call(rig.url, `/api/v1${path}`, { method: 'DELETE' })).status), path);
    }
    await mkdir(join(rig.recordingsDir, 'lost+found'), { mode: 0o000 });
    await mkdir(join(rig.recordingsDir, 'Ours (copy)', 'segments'), { recursive: true });
    await mkdir(join(rig.recordingsDir, 'strange', 'segments', 'deeper.mp4'), { recursive: true });
    await symlink('/nowhere', join(rig.recordingsDir, 'link'));
    await writeFile(join(rig.recordingsDir, 'notes.txt'), 'x');
    await writeFile(join(rig.recordingsDir, 'Ours (copy)', 'segments', 'cam0_20260211_220241_00.mp4'), 'x'.repeat(5000));
    await until(async () => Object.keys((await bodyOf(rig, '/recordings'))['recordings'] ?? {}).includes('Ours (copy)'), 'the copy is listed');
    t.strictSame(Object.keys((await bodyOf(rig, '/recordings'))['recordings'] ?? {}), ['Ours (copy)']);
    t.match(await rig.get('/api/v1/recordings'), { status: 200 });
  });

  await t.test('17. the eleventh socket is refused, and neither unsubscribing nor bad JSON closes one', async (t) => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => WsClient.greeted(rig.url)));
    const [first] = clients;
    first?.send({ v: 1, type: 'unsubscribe', channels: ['status'] });
    for (const nonsense of ['{', 'x', '[]', '{"v":1,"type":[]}']) first?.send(nonsense);
    await first?.settled();
    t.equal(first?.socket.readyState, WebSocket.OPEN);
    const surplus = await WsClient.connect(rig.url);
    await t.rejects(surplus.type('hello', 0), /closed/);
    surplus.socket.terminate();
    t.match(await surplus.closed, { code: 1013, reason: 'Too many connections' });
    await Promise.all(clients.map((client) => client.end()));
  });
});

t.test('16. a command that comes twice is carried out once: in progress first, its result again later', async (t) => {
  const rig = await startRig(t);
  const client = await WsClient.greeted(rig.url);
  const start = { match_id: 'once' };
  client.command('start_recording', start, 'twice');
  client.command('start_recording', start, 'twice');
  t.match(await client.type('command_result', 0), { id: 'twice', success: true, data: { success: true, match_id: 'once' } });
  t.match(client.all('command_ack'), [{ id: 'twice' }, { id: 'twice', deduplicated: true, in_progress: true }]);
  t.match(await client.run('start_recording', start, 'twice'), { success: true, data: { success: true, match_id: 'once' }, deduplicated: true });
  t.strictSame(await readdir(rig.recordingsDir), ['once']);
});
