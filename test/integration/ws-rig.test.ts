/** The WebSocket of a real rig, as a dashboard uses it (contract 17, items 1, 2, 3, 16, 17). */
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { isObject } from '../../src/lib/json-schema.js';
import { Rig, until } from '../support/rig.js';
import { type Frame, WsClient } from '../support/ws-client.js';

const STAND_INS = join(import.meta.dirname, '..', '..', 'native-test');
const EVERYTHING = ['status', 'pipeline_state', 'system_metrics', 'panorama_status'];
const SLOW_STOP = {
  GST_PLUGIN_PATH: STAND_INS,
  TOUCHLINE_PROFILE: 'jetson-x264',
  TOUCHLINE_VIDEO_WIDTH: '640',
  TOUCHLINE_VIDEO_HEIGHT: '360',
  TOUCHLINE_TEST_JETSON_FAULT: 'hang-on-eos',
  TOUCHLINE_RECORDING_STOP_EOS_TIMEOUT_SECONDS: '6',
};

async function startRig(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const rig = await Rig.start({ env });
  t.teardown(() => rig.dispose());
  return rig;
}

const dataOf = (frame: Frame): Frame => (isObject(frame['data']) ? frame['data'] : {});
const recordingOf = (frame: Frame): Frame => {
  const { recording } = dataOf(frame);
  return isObject(recording) ? recording : {};
};

t.test('a match is started, watched and stopped by WebSocket, with the answers of REST', async (t) => {
  const rig = await startRig(t);
  const client = await WsClient.greeted(rig.url);
  client.send({ v: 1, type: 'subscribe', channels: EVERYTHING });
  for (const channel of EVERYTHING) await client.type(channel, 0);
  const started = await client.run('start_recording', { match_id: 'final', process_after_recording: false });
  t.match(dataOf(started), { success: true, match_id: 'final', cameras_started: [0, 1] });
  const from = client.frames.length;
  t.match(recordingOf(await client.type('status', from)), { recording: true, match_id: 'final' });
  t.match(dataOf(await client.type('pipeline_state', from)), { mode: 'recording' });

  t.match(await client.run('start_recording', { match_id: 'second' }), { success: true, data: { success: false, message: 'Already recording match: final', cameras_started: [] } });
  t.match(await client.run('start_preview', { transport: 'webrtc' }), { success: false, error: 'Recording is active. Stop recording before starting preview.' });
  t.match(await client.run('stop_recording', {}), { success: true, data: { success: false, protected: true } }, 'inside the protection window');
  await until(async () => (await rig.segments('final', 0)).length > 0 && (await rig.segments('final', 1)).length > 0, 'there are segments');
  const listed = async (): Promise<unknown> => dataOf(await client.run('get_recordings'))['recordings'];
  await until(async () => Object.keys((await listed()) ?? {}).includes('final'), 'the match is in the list');
  t.strictSame(await listed(), (await rig.get('/api/v1/recordings')).body['recordings']);
  t.match(dataOf(await client.run('get_logs', { log_type: 'alerts' })), { log_type: 'alerts' });

  const stopped = await client.run('stop_recording', { force: true });
  t.match(dataOf(stopped), { success: true, transport_success: true, graceful_stop: true, integrity: { checked: true, all_ok: true }, camera_stop_results: { camera_0: { finalized: true }, camera_1: { finalized: true } } });
  t.match(dataOf(await client.type('pipeline_state')), { mode: 'idle' });
  t.match(await client.run('stop_recording', {}, 'again'), { success: true, data: { success: false, message: 'Not currently recording' } });
  t.match(await client.run('stop_preview', {}), { success: true, data: { success: false } });
  t.strictSame(client.broken, []);
  t.notMatch(rig.output, /MaxListenersExceededWarning/);
});

t.test('while a stop takes long, pings are answered within a second and status goes on, for everybody', async (t) => {
  const rig = await startRig(t, SLOW_STOP);
  const [client, other] = [await WsClient.greeted(rig.url), await WsClient.greeted(rig.url)];
  await rig.record('slow');
  const startedMs = performance.now();
  const id = client.command('stop_recording', { force: true });
  const isDone = (): boolean => client.all('command_result').some((frame) => frame['id'] === id);
  const pongsMs: number[] = [];
  while (!isDone()) {
    for (const each of [client, other]) {
      const askedMs = performance.now();
      await each.settled();
      pongsMs.push(performance.now() - askedMs);
    }
    await until(() => true, 'a turn');
  }
  const tookMs = performance.now() - startedMs;
  t.ok(tookMs > 3000, `the stop took ${Math.round(tookMs)} ms`);
  t.ok(Math.max(...pongsMs) < 1000, `the slowest of ${pongsMs.length} pongs took ${Math.round(Math.max(...pongsMs))} ms`);
  for (const each of [client, other]) {
    const seen = each.times.filter((timeMs, index) => each.frames[index]?.['type'] === 'status' && timeMs > startedMs);
    const gaps = [startedMs, ...seen].map((timeMs, index, all) => (all[index + 1] ?? timeMs) - timeMs);
    t.ok(seen.length >= Math.floor(tookMs / 1000), `${seen.length} times status`);
    t.ok(Math.max(...gaps) < 1500, `status came every ${Math.round(Math.max(...gaps))} ms or sooner`);
    t.strictSame(each.broken, []);
  }
});

t.test('a stop whose client vanishes is carried out once, and the client that comes back learns how it went', async (t) => {
  const rig = await startRig(t, { ...SLOW_STOP, TOUCHLINE_RECORDING_STOP_EOS_TIMEOUT_SECONDS: '2' });
  await rig.record('vanished');
  const client = await WsClient.greeted(rig.url);
  client.command('stop_recording', { force: true }, 'stop-1');
  await client.type('command_ack', 0);
  client.socket.terminate();
  const back = await WsClient.greeted(rig.url);
  t.match(await back.run('stop_recording', { force: true }, 'stop-1', 30_000), { success: true, data: { match_id: 'vanished' }, deduplicated: true });
  t.match(back.all('command_ack'), [{ id: 'stop-1', in_progress: true, deduplicated: true }]);
  t.match(await back.run('stop_recording', { force: true }, 'stop-1'), { success: true, data: { match_id: 'vanished' }, deduplicated: true });
});

t.test('a daemon that ends tells its clients to come back, and they find the next one', async (t) => {
  const rig = await startRig(t);
  const client = await WsClient.greeted(rig.url);
  t.equal(await rig.endDaemon(), 0);
  t.strictSame(await client.closed, { code: 1012, reason: 'Service restart' });
  await rig.startDaemon();
  await (await WsClient.greeted(rig.url)).settled();
});

t.test('a daemon that stood still goes on from there: its clients stay, what it missed is left out', async (t) => {
  const rig = await startRig(t);
  const client = await WsClient.greeted(rig.url);
  await client.type('status', 0);
  rig.signalDaemon('SIGSTOP');
  const from = client.frames.length;
  const stoppedMs = performance.now();
  await until(() => performance.now() - stoppedMs > 4500, 'it has stood still for several ticks');
  rig.signalDaemon('SIGCONT');
  const continuedMs = performance.now();
  await client.settled();
  await until(() => performance.now() - continuedMs > 1500, 'time enough for what is late');
  t.ok(client.frames.slice(from).filter(({ type }) => type === 'status').length <= 3, 'one that is late and one or two that are due');
});
