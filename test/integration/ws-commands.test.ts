/** Commands by WebSocket in front of planned parts: two phases, repetitions, bounds. */
import t from 'tap';
import type { StopResult } from '../../src/recording/types.js';
import { TouchlineError } from '../../src/errors.js';
import { until } from '../support/rig.js';
import { PROTECTED, STARTED, STOPPED } from '../support/recording-values.js';
import { WsClient } from '../support/ws-client.js';
import { type PlannedServerOptions, serveWebSocket } from '../support/ws-server.js';

const HOUR = 3_600_000;
const QUIET = { intervalsMs: { status: HOUR, pipeline_state: HOUR, system_metrics: HOUR, panorama_status: HOUR } };

/** A stop that ends when the test says so. */
function slowStop() {
  const gates: PromiseWithResolvers<StopResult>[] = [];
  const stop = (): Promise<StopResult> => {
    const gate = Promise.withResolvers<StopResult>();
    gates.push(gate);
    return gate.promise;
  };
  return { gates, options: { plan: { stop }, limits: QUIET } satisfies PlannedServerOptions };
}

const acks = (client: WsClient) => client.all('command_ack');
const results = (client: WsClient) => client.all('command_result');

t.test('a command is acknowledged at once and answered when it is done; pings are answered meanwhile', async (t) => {
  const { gates, options } = slowStop();
  const { url } = await serveWebSocket(t, options);
  const client = await WsClient.greeted(url);
  const id = client.command('stop_recording');
  await client.settled();
  t.strictSame(client.frames.slice(1), [{ v: 1, type: 'command_ack', id, action: 'stop_recording' }, { v: 1, type: 'pong' }]);
  gates[0]?.resolve(STOPPED);
  t.match(await client.type('command_result', 0), { v: 1, id, success: true, data: { success: true, transport_success: true } });
  t.strictSame(client.broken, []);
});

t.test('a finished command that changed the state publishes status and pipeline_state, after its result', async (t) => {
  const { url } = await serveWebSocket(t, { plan: { stop: async () => STOPPED }, limits: QUIET });
  const client = await WsClient.greeted(url);
  client.send({ v: 1, type: 'subscribe', channels: ['pipeline_state'] });
  await client.type('pipeline_state', 0);
  const from = client.frames.length;
  await client.run('stop_recording');
  await client.type('pipeline_state', from);
  t.strictSame(client.frames.slice(from).map(({ type }) => type), ['command_ack', 'command_result', 'status', 'pipeline_state']);
});

t.test('a refusal of the service is outer success and inner failure', async (t) => {
  const { url } = await serveWebSocket(t, { plan: { stop: async () => PROTECTED }, limits: QUIET });
  const client = await WsClient.greeted(url);
  t.match(await client.run('stop_recording', {}), { success: true, data: { success: false, protected: true } });
});

t.test('params reach the service as they do by REST', async (t) => {
  const { url, recording } = await serveWebSocket(t, { plan: { start: async () => STARTED, stop: async () => STOPPED }, limits: QUIET });
  const client = await WsClient.greeted(url);
  t.match(await client.run('start_recording', { match_id: 'final', process_after_recording: true, extra: [] }), { success: true, data: { success: true } });
  await client.run('start_recording', null);
  await client.run('stop_recording', { force: true });
  await client.run('stop_recording', { force: null });
  t.strictSame(recording.calls, [
    { operation: 'start', request: { matchId: 'final', force: false, processAfterRecording: true } },
    { operation: 'start', request: { matchId: null, force: false, processAfterRecording: false } },
    { operation: 'stop', request: { force: true } },
    { operation: 'stop', request: { force: false } },
  ]);
  t.strictSame(client.broken, []);
});

t.test('params that break a rule are told, and nothing is carried out', async (t) => {
  const { url, recording } = await serveWebSocket(t, { limits: QUIET });
  const client = await WsClient.greeted(url);
  const wrong: [string, unknown, RegExp][] = [
    ['start_recording', { force: 'yes' }, /^params\.force: must be true or false/],
    ['start_recording', { match_id: '../etc' }, /^params\.match_id: /],
    ['start_recording', { match_id: 5 }, /^params\.match_id: must be text/],
    ['start_recording', [], /^params: must be an object/],
    ['start_recording', 'x', /^params: must be an object/],
    ['stop_recording', { force: 1 }, /^params\.force: /],
    ['start_preview', { transport: 'smoke' }, /^params\.transport: /],
    ['start_preview', { camera_id: '0' }, /^params\.camera_id: must be a whole number/],
    ['get_logs', { lines: 'all' }, /^params\.lines: must be a whole number/],
    ['get_logs', { log_type: {} }, /^params\.log_type: must be text/],
    ['get_panorama_processing', {}, /^match_id is required$/],
    ['get_panorama_processing', { match_id: '' }, /^match_id is required$/],
    ['get_panorama_processing', { match_id: 5 }, /^params\.match_id: must be text/],
    ['get_panorama_processing', 'x', /^match_id is required$/],
    ['make_coffee', {}, /^Unknown action: make_coffee$/],
    ['constructor', {}, /^Unknown action: constructor$/],
    ['get_logs', { log_type: 'secret' }, /^Unknown log type\. Available: health, alerts, watchdog$/],
  ];
  for (const [action, params, error] of wrong) {
    const id = client.command(action, params);
    t.match(await client.next((frame) => frame['type'] === 'command_result' && frame['id'] === id, action, 0), { success: false, error }, `${action} ${JSON.stringify(params)}`);
    t.ok(acks(client).some((frame) => frame['id'] === id), 'acknowledged all the same');
  }
  t.strictSame(recording.calls, []);
  t.strictSame(client.broken, []);
});

t.test('what an operation throws is the error, in its own words', async (t) => {
  const message = 'Could not acquire camera resources for recording';
  const { url } = await serveWebSocket(t, {
    plan: { start: () => Promise.reject(new TouchlineError({ kind: 'busy', code: 'cameras_busy', message })) },
    limits: QUIET,
  });
  const client = await WsClient.greeted(url);
  t.match(await client.run('start_recording'), { success: false, error: message });
});

t.test('get_logs asks for 200 lines of health, and for 500 at most', async (t) => {
  const asked: unknown[] = [];
  const tail = async (type: string, lines: number) => {
    asked.push([type, lines]);
    return { lines: ['a', 'b'], exists: true };
  };
  const never = (): never => {
    throw new Error('not asked for');
  };
  const { url } = await serveWebSocket(t, { limits: QUIET, parts: { diagnostics: { board: never, tail, correlations: never, alertCounts: () => new Map() } } });
  const client = await WsClient.greeted(url);
  t.match(await client.run('get_logs'), { data: { log_type: 'health', lines: ['a', 'b'], total_lines: 2 } });
  await client.run('get_logs', { log_type: 'alerts', lines: 20_000 });
  await client.run('get_logs', { log_type: null, lines: null });
  await client.run('get_logs', { lines: 7 });
  t.strictSame(asked, [['health', 200], ['alerts', 500], ['health', 200], ['health', 7]]);
});

t.test('a repetition of a finished command gets the stored result and carries nothing out', async (t) => {
  const { url, recording } = await serveWebSocket(t, { plan: { stop: async () => STOPPED }, limits: QUIET });
  const client = await WsClient.greeted(url);
  const first = await client.run('stop_recording', { force: true }, 'x');
  const again = await client.run('stop_recording', { force: true, note: 'other' }, 'x');
  t.strictSame(again, { ...first, deduplicated: true });
  t.match(await client.run('nope', {}, 'y'), { success: false });
  t.match(await client.run('nope', {}, 'y'), { success: false, error: 'Unknown action: nope', deduplicated: true }, 'failures, too');
  t.equal(recording.calls.length, 1);
  t.equal(acks(client).length, 2, 'no ack for a repetition');
});

t.test('the same id for another action, with other params or of another client is another command (defect 40)', async (t) => {
  const { url, recording } = await serveWebSocket(t, { plan: { stop: async () => STOPPED, start: async () => STARTED }, limits: QUIET });
  const client = await WsClient.greeted(url, { headers: { 'user-agent': 'A' } });
  const other = await WsClient.greeted(url, { headers: { 'user-agent': 'B' } });
  await client.run('stop_recording', {}, 'x');
  t.notOk((await client.run('start_recording', {}, 'x'))['deduplicated']);
  t.notOk((await client.run('stop_recording', { force: true }, 'x'))['deduplicated']);
  t.notOk((await other.run('stop_recording', {}, 'x'))['deduplicated']);
  t.equal(recording.calls.length, 4);
});

t.test('a repetition of a running command is acknowledged as in progress, and the sender gets one result', async (t) => {
  const { gates, options } = slowStop();
  const { url, recording } = await serveWebSocket(t, options);
  const [client, other] = [await WsClient.greeted(url), await WsClient.greeted(url)];
  for (let i = 0; i < 3; i += 1) client.command('stop_recording', {}, 'x');
  other.command('stop_recording', {}, 'x');
  await Promise.all([client.settled(), other.settled()]);
  const again = { v: 1, type: 'command_ack', id: 'x', action: 'stop_recording', deduplicated: true, in_progress: true };
  t.strictSame(acks(client), [{ v: 1, type: 'command_ack', id: 'x', action: 'stop_recording' }, again, again]);
  t.strictSame(acks(other), [again]);
  gates[0]?.resolve(STOPPED);
  await Promise.all([client.type('command_result', 0), other.type('command_result', 0)]);
  await Promise.all([client.settled(), other.settled()]);
  t.equal(results(client).length, 1);
  t.notOk(results(client)[0]?.['deduplicated']);
  t.match(results(other), [{ id: 'x', success: true, deduplicated: true }]);
  t.equal(recording.calls.length, 1);
});

t.test('a command whose connection is gone goes on, and the client that comes back gets its result', async (t) => {
  const { gates, options } = slowStop();
  const { url, plane, recording } = await serveWebSocket(t, options);
  const client = await WsClient.greeted(url);
  client.command('stop_recording', {}, 'x');
  client.command('stop_recording', {}, 'y');
  await client.settled();
  client.socket.terminate();
  await until(() => plane.connections() === 0, 'it is gone');
  gates[0]?.resolve(STOPPED);
  const back = await WsClient.greeted(url);
  t.match(await back.run('stop_recording', {}, 'x'), { success: true, data: { success: true }, deduplicated: true }, 'that has ended meanwhile');
  back.command('stop_recording', {}, 'y');
  await back.settled();
  gates[1]?.resolve(STOPPED);
  t.match(await back.next((frame) => frame['type'] === 'command_result' && frame['id'] === 'y', 'y', 0), { success: true, deduplicated: true }, 'that is still under way');
  t.equal(recording.calls.length, 2);
});

t.test('a result too large to be kept is read anew for a repetition', async (t) => {
  let asked = 0;
  const tail = async () => ({ lines: [`${(asked += 1)}${'x'.repeat(70_000)}`], exists: true });
  const never = (): never => {
    throw new Error('not asked for');
  };
  const { url } = await serveWebSocket(t, { limits: QUIET, parts: { diagnostics: { board: never, tail, correlations: never, alertCounts: () => new Map() } } });
  const client = await WsClient.greeted(url);
  t.notOk((await client.run('get_logs', {}, 'x'))['deduplicated']);
  t.match(await client.run('get_logs', {}, 'x'), { success: true, deduplicated: true, data: { lines: [/^2x/] } });
  t.equal(acks(client).length, 1);
});

t.test('a connection can have 32 commands under way, no more; pings and repetitions go on', async (t) => {
  const { gates, options } = slowStop();
  const { url } = await serveWebSocket(t, options);
  const client = await WsClient.greeted(url);
  for (let i = 0; i < 33; i += 1) client.command('stop_recording', {}, `c${i}`);
  client.command('stop_recording', {}, 'c0');
  await client.settled();
  t.match(client.all('error'), [{ code: 'too_many_commands' }]);
  t.equal(acks(client).length, 33);
  t.equal(gates.length, 32);
  gates[0]?.resolve(STOPPED);
  await client.type('command_result', 0);
  client.command('stop_recording', {}, 'c32');
  await client.settled();
  t.equal(gates.length, 33, 'there is room again');
  for (const gate of gates) gate.resolve(STOPPED);
  await until(() => results(client).length === 33, 'all are answered');
});

t.test('signalling is answered in the forms that browsers match', async (t) => {
  const { url } = await serveWebSocket(t, { limits: QUIET });
  const client = await WsClient.greeted(url);
  client.send({ v: 1, type: 'webrtc_start', data: { stream_kind: 'main_cam0' } });
  client.send({ v: 1, type: 'webrtc_start', data: { stream_kind: 'panorama' } });
  client.send({ v: 1, type: 'webrtc_start', stream_kind: 'main_cam9' });
  client.send({ v: 1, type: 'webrtc_start', data: { stream_kind: {} } });
  client.send({ v: 1, type: 'webrtc_offer', data: { session_id: 's', stream_kind: 'main_cam0', sdp: 'v=0' } });
  client.send({ v: 1, type: 'webrtc_ice_candidate', data: { session_id: 's', candidate: 'c' } });
  client.send({ v: 1, type: 'webrtc_stop', session_id: 's' });
  client.send({ v: 1, type: 'webrtc_stop', data: {} });
  await client.settled();
  const unavailable = 'WebRTC runtime is not available';
  t.strictSame(client.all('webrtc_error').map(({ data }) => data), [
    { stream_kind: 'main_cam0', error: unavailable },
    { stream_kind: 'panorama', error: unavailable },
    { stream_kind: 'main_cam9', error: 'Unsupported stream_kind: main_cam9' },
    { stream_kind: 'an object with 0 keys', error: 'Unsupported stream_kind: an object with 0 keys' },
    { session_id: 's', error: 'Unknown session_id' },
    { session_id: 's', error: 'Unknown session_id' },
    { session_id: 's', error: 'Unknown session_id' },
    { session_id: 'null', error: 'Unknown session_id' },
  ]);
  t.strictSame(client.broken, []);
});
