import { once } from 'node:events';
import { createServer } from 'node:http';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { createHttpApp } from '../../src/api/http/app.js';
import { startHttpServer } from '../../src/api/http/server.js';
import { TouchlineError } from '../../src/errors.js';
import type { SystemSample } from '../../src/telemetry/system.js';
import { call, callJson, sendRaw } from '../support/http.js';
import { plannedParts } from '../support/planned-parts.js';
import { type PlannedRecording, plannedRecording, type RecordingPlan } from '../support/planned-recording.js';
import { IDLE, PROTECTED, RECORDING, STARTED, STOPPED } from '../support/recording-values.js';

const SAMPLE: SystemSample = {
  takenAtMonoMs: 1,
  cpuPercent: 1,
  memoryUsedPercent: 2,
  memoryAvailableBytes: 3e9,
  disk: { freeBytes: 4e9, totalBytes: 5e9, usedPercent: 20 },
  diskError: null,
};

interface Rig {
  readonly url: string;
  readonly recording: PlannedRecording;
}

async function serve(t: Test, plan: RecordingPlan, sample: SystemSample = SAMPLE): Promise<Rig> {
  const log = pino({ level: 'silent' });
  const recording = plannedRecording(plan);
  const app = createHttpApp({
    ...plannedParts({ recording, system: { latest: () => sample }, version: '0.1.0' }),
    log,
    allowedOrigins: () => ['https://club.example'],
  });
  const server = await startHttpServer({ app, host: '127.0.0.1', port: 0, log });
  t.teardown(() => server.close());
  return { url: server.url, recording };
}

const started = async () => STARTED;
const stopped = async () => STOPPED;
const JSON_TYPE = { 'content-type': 'application/json' };

t.test('every operation answers under /api/v1 and under /api', async (t) => {
  const { url } = await serve(t, {
    status: () => IDLE,
    mutexState: () => ({ mode: 'idle', holder: null, acquiredAt: null, canPreview: true, canRecord: true }),
    health: async () => ({
      healthy: true,
      message: 'No active recording',
      issues: [],
      active: false,
      recoveryAttempts: new Map(),
      diagnostics: new Map(),
    }),
  });
  for (const path of ['health', 'status', 'pipeline-state', 'recording', 'recording-health']) {
    const first = await call(url, `/api/v1/${path}`);
    t.equal(first.status, 200, path);
    t.equal(first.headers['content-type'], 'application/json; charset=utf-8');
    t.equal(first.headers['cache-control'], 'no-store', 'never from a cache');
    t.same((await call(url, `/api/${path}`)).json, first.json, path);
  }
  t.equal((await call(url, '/')).status, 200);
  const status = (await call(url, '/api/v1/status')).json;
  t.same(Object.keys(Object(status)), ['recording', 'preview'], 'no other key at the top (contract 13.2)');
});

t.test('what the framework of the reference answered by itself is answered here too', async (t) => {
  const { url } = await serve(t, { status: () => IDLE });
  for (const path of ['/api/v1/nope', '/nope', '/api/v1', '/api/v1/Recording', '/api/v2/status', '/api/v1/%zz', '//']) {
    const answer = await call(url, path);
    t.equal(answer.status, 404, path);
    t.match(answer.json, { detail: 'Not Found', code: 'not_found' });
  }
  for (const [method, path, allow] of [
    ['PUT', '/api/v1/recording', 'GET, POST, DELETE'],
    ['POST', '/api/v1/status', 'GET'],
    ['HEAD', '/api/v1/status', 'GET'],
    ['OPTIONS', '/api/v1/recording', 'GET, POST, DELETE'],
    ['DELETE', '/', 'GET'],
  ] as const) {
    const answer = await call(url, path, { method });
    t.equal(answer.status, 405, `${method} ${path}`);
    t.equal(answer.headers['allow'], allow);
    if (method !== 'HEAD') t.match(answer.json, { detail: 'Method Not Allowed', code: 'method_not_allowed' });
  }
  const slash = await call(url, '/api/v1/recording/?force=true', { method: 'DELETE' });
  t.equal(slash.status, 307);
  t.equal(slash.headers['location'], '/api/v1/recording?force=true');
});

t.test('a start passes on what the body says, and its defaults', async (t) => {
  const { url, recording } = await serve(t, { start: started });
  for (const body of [{}, { match_id: null, force: null, process_after_recording: null }, { match_id: '', fps: 'x' }]) {
    t.equal((await callJson(url, 'POST', '/api/v1/recording', body)).status, 200);
  }
  await callJson(url, 'POST', '/api/recording', { match_id: ' Derby 2 ', force: true, process_after_recording: true });
  const byDefault = { matchId: null, force: false, processAfterRecording: false };
  t.same(
    recording.calls.map(({ request }) => request),
    [byDefault, byDefault, byDefault, { matchId: 'Derby 2', force: true, processAfterRecording: true }],
  );
});

t.test('a body that breaks rules gets all of them, and nothing reaches the recording', async (t) => {
  const { url, recording } = await serve(t, { start: started });
  const wrong = await callJson(url, 'POST', '/api/v1/recording', { match_id: {}, force: 'maybe' });
  t.equal(wrong.status, 422);
  t.match(wrong.json, {
    code: 'invalid_request',
    detail: [
      { loc: ['body', 'match_id'], msg: /text or null/, type: 'type', input: {} },
      { loc: ['body', 'force'], msg: /true or false or null|true or false|null/, type: 'type', input: 'maybe' },
    ],
  });
  const escape = await callJson(url, 'POST', '/api/v1/recording', { match_id: '../../etc' });
  t.equal(escape.status, 422);
  t.match(escape.json, {
    detail: [{ loc: ['body', 'match_id'], msg: /match_id "\.\.\/\.\.\/etc" contains "\/"/, type: 'match_id_separator' }],
  });
  for (const body of ['', '{', 'null', '[]', '"x"', '5', Buffer.from([0x7b, 0xff, 0x7d])]) {
    const answer = await call(url, '/api/v1/recording', { method: 'POST', headers: JSON_TYPE, body });
    t.equal(answer.status, 422, String(body));
    t.match(answer.json, { detail: [{ loc: ['body'], msg: String, type: String }] });
  }
  t.match((await call(url, '/api/v1/recording', { method: 'POST', headers: JSON_TYPE, body: '{' })).json, {
    detail: [{ type: 'json_invalid' }],
  });
  t.match((await call(url, '/api/v1/recording', { method: 'POST' })).json, { detail: [{ type: 'missing' }] });
  t.same(recording.calls, []);
});

t.test('only JSON is a body, and only one that is not absurdly large', async (t) => {
  const { url, recording } = await serve(t, { start: started });
  const post = (headers: Record<string, string>, body: string) =>
    call(url, '/api/v1/recording', { method: 'POST', headers, body });
  const form = await post({ 'content-type': 'application/x-www-form-urlencoded' }, 'match_id=x');
  t.equal(form.status, 422);
  t.match(form.json, { detail: [{ loc: ['body'], type: 'content_type', msg: /application\/json/ }] });
  t.equal((await post({ 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'x')).status, 415);
  const large = await post(JSON_TYPE, JSON.stringify({ match_id: 'x'.repeat(65 * 1024) }));
  t.equal(large.status, 413);
  t.match(large.json, { code: 'body_too_large' });
  t.same(recording.calls, []);
  t.equal((await post({}, '{}')).status, 200, 'no content type counts as JSON, as in the reference');
  t.equal((await post({ 'content-type': 'application/json; charset=utf-8' }, '{}')).status, 200);
});

t.test('force in the query takes the words of the contract and refuses others', async (t) => {
  const { url, recording } = await serve(t, { stop: stopped });
  const queries = ['', '?force=true', '?force=1', '?force=YES', '?force=off', '?force=0', '?force=f', '?other=1', '?force=1&force=no'];
  for (const query of queries) t.equal((await call(url, `/api/v1/recording${query}`, { method: 'DELETE' })).status, 200);
  t.same(
    recording.calls.map(({ request }) => request),
    [false, true, true, true, false, false, false, false, false].map((force) => ({ force })),
  );
  for (const query of ['?force=maybe', '?force=', '?force=2', '?force=null', '?force=%00']) {
    const answer = await call(url, `/api/v1/recording${query}`, { method: 'DELETE' });
    t.equal(answer.status, 422, query);
    t.match(answer.json, { detail: [{ loc: ['query', 'force'], msg: String, type: String }] });
  }
  t.equal(recording.calls.length, queries.length);
});

t.test('refused operations are answers, thrown errors are statuses', async (t) => {
  const failure = (kind: TouchlineError['kind']) =>
    new TouchlineError({ kind, code: `planned_${kind}`, message: `planned ${kind}`, cause: new Error('secret') });
  const kinds = [
    ['invalid', 422],
    ['not_found', 404],
    ['conflict', 409],
    ['busy', 503],
    ['unavailable', 503],
    ['timeout', 504],
    ['no_space', 507],
    ['internal', 500],
  ] as const;
  const violations = [{ path: ['x.gst'], message: 'is wrong', rule: 'x' }];
  const foreignRule = new TouchlineError({ kind: 'invalid', code: 'pipelines_invalid', message: 'x.gst is wrong', violations });
  const queue: Error[] = [...kinds.map(([kind]) => failure(kind)), foreignRule, new Error('planned defect')];
  const { url } = await serve(t, {
    stop: async () => PROTECTED,
    start: async () => {
      throw queue.shift();
    },
  });
  const refused = await call(url, '/api/v1/recording', { method: 'DELETE' });
  t.equal(refused.status, 200);
  t.match(refused.json, { success: false, protected: true, code: 'protected' });
  for (const [kind, status] of kinds) {
    const answer = await callJson(url, 'POST', '/api/v1/recording', {});
    t.equal(answer.status, status, kind);
    t.same(answer.json, { detail: `planned ${kind}`, code: `planned_${kind}` });
  }
  const foreign = await callJson(url, 'POST', '/api/v1/recording', {});
  t.same(foreign.json, { detail: 'x.gst is wrong', code: 'pipelines_invalid' }, 'rules of other things are no list');
  const defect = await callJson(url, 'POST', '/api/v1/recording', {});
  t.equal(defect.status, 500);
  t.same(defect.json, { detail: 'planned defect', code: 'internal_error' });
});

t.test('recording-health is 200 even when the check itself fails', async (t) => {
  const { url } = await serve(t, {
    health: async () => {
      throw new Error('planned defect');
    },
  });
  const answer = await call(url, '/api/v1/recording-health');
  t.equal(answer.status, 200);
  t.same(answer.json, { healthy: false, message: 'Error: planned defect' });
});

t.test('an unreadable disk is an error in the body of health and still 200', async (t) => {
  const { url } = await serve(t, {}, { ...SAMPLE, disk: null, diskError: 'no such folder' });
  const answer = await call(url, '/api/v1/health');
  t.equal(answer.status, 200);
  t.match(answer.json, { status: 'error', detail: 'no such folder' });
});

t.test('pages of other sites cannot start or stop a recording; the own page and programs can', async (t) => {
  const { url, recording } = await serve(t, { start: started, stop: stopped, status: () => IDLE });
  const stop = (origin: string, host?: string) =>
    call(url, '/api/v1/recording', { method: 'DELETE', headers: host === undefined ? { origin } : { origin, host } });
  for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1', 'file://', 'garbage']) {
    const answer = await stop(origin);
    t.equal(answer.status, 403, origin);
    t.match(answer.json, { code: 'foreign_origin', detail: String });
    t.notOk(answer.headers['access-control-allow-origin']);
  }
  t.same(recording.calls, []);
  t.equal((await stop(url)).status, 200, 'same origin');
  t.equal((await stop('https://rig.local', 'rig.local')).status, 200, 'behind a proxy with TLS');
  t.equal((await stop('https://club.example')).status, 200, 'configured');
  const read = await call(url, '/api/v1/recording', { headers: { origin: 'http://evil.example' } });
  t.notOk(read.headers['access-control-allow-origin'], 'a foreign page may ask but not read');
});

t.test('status answers while a stop is under way, and the stop is still answered when the server closes', async (t) => {
  const finish = Promise.withResolvers<typeof STOPPED>();
  const reached = Promise.withResolvers<void>();
  const log = pino({ level: 'silent' });
  const recording = plannedRecording({
    status: () => RECORDING,
    stop: () => {
      reached.resolve();
      return finish.promise;
    },
  });
  const parts = { ...plannedParts({ recording, system: { latest: () => SAMPLE } }), log };
  const server = await startHttpServer({ app: createHttpApp(parts), host: '127.0.0.1', port: 0, log });
  const stopping = call(server.url, '/api/v1/recording', { method: 'DELETE' });
  await reached.promise;
  t.equal((await call(server.url, '/api/v1/status')).status, 200);
  const closed = server.close();
  finish.resolve(STOPPED);
  t.equal((await stopping).status, 200);
  await closed;
  await server.close();
  await t.rejects(call(server.url, '/api/v1/status'), { code: 'ECONNREFUSED' });
});

t.test('bytes that are no HTTP get an answer and cost one connection', async (t) => {
  const { url } = await serve(t, { status: () => IDLE });
  const answer = await sendRaw(url, 'this is not HTTP\r\n\r\n');
  t.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  t.match(answer, /"code":"bad_request"/);
  t.match(await sendRaw(url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
  t.equal((await call(url, '/api/v1/status')).status, 200);
});

t.test('a taken port is reported with its number and the way out', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const log = pino({ level: 'silent' });
  await t.rejects(startHttpServer({ app: () => undefined, host: '127.0.0.1', port, log }), {
    code: 'port_in_use',
    message: new RegExp(`port ${port} on 127\\.0\\.0\\.1 is already in use.*TOUCHLINE_PORT`),
  });
  await t.rejects(startHttpServer({ app: () => undefined, host: '192.0.2.1', port: 0, log }), {
    code: 'address_not_available',
  });
});
