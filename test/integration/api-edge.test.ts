/** Everything around the routes: what browsers are told, what machines are told, and how much one client can take up. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { createHttpApp, type HttpAppParts } from '../../src/api/http/app.js';
import { createRoutes } from '../../src/api/http/routes.js';
import { startHttpServer, type ServerLimits } from '../../src/api/http/server.js';
import { DOCUMENTED } from '../../src/api/metrics/event-series.js';
import { call, callJson, sendRaw } from '../support/http.js';
import { parseExposition } from '../support/exposition.js';
import { plannedParts } from '../support/planned-parts.js';
import { plannedRecording } from '../support/planned-recording.js';
import { IDLE, RECORDING, STARTED } from '../support/recording-values.js';

const BOARD = {
  powerMode: { name: 'MAXN', id: '0', isMax: true },
  cpus: [],
  zonesCelsius: [41.5, 43],
  cpuPercent: 10,
  memory: { totalBytes: 8e9, availableBytes: 4e9 },
  storage: { totalBytes: 5e9, freeBytes: 4e9, usedBytes: 1e9 },
};
const CLUB = 'https://club.example';

async function serve(t: Test, options: { readonly parts?: Partial<HttpAppParts>; readonly limits?: Partial<ServerLimits> } = {}) {
  const log = pino({ level: 'silent' });
  const planned = plannedParts({
    recording: plannedRecording({ status: () => RECORDING, start: async () => STARTED }),
    diagnostics: { ...plannedParts().diagnostics, board: () => BOARD, alertCounts: () => new Map([['low "disk"\n', 3]]) },
    system: { latest: () => ({ takenAtMonoMs: 1, cpuPercent: 12, memoryUsedPercent: 50, memoryAvailableBytes: 3e9, disk: { freeBytes: 4e9, totalBytes: 5e9, usedPercent: 20 }, diskError: null }) },
  });
  const allowed = [CLUB];
  const app = createHttpApp({ ...planned, log, allowedOrigins: () => allowed, connections: () => 7, ...options.parts });
  const server = await startHttpServer({ app, host: '127.0.0.1', port: 0, log, limits: options.limits ?? {} });
  t.teardown(() => server.close());
  return { url: server.url, allowed, recording: planned.recording };
}

t.test('allowed pages may ask and read, and an edit of the list applies at once', async (t) => {
  const { url, allowed } = await serve(t);
  const preflight = (origin: string) =>
    call(url, '/api/v1/recording', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'content-type' } });
  const ok = await preflight(CLUB);
  t.equal(ok.status, 204);
  t.match(ok.headers, { 'access-control-allow-origin': CLUB, 'access-control-allow-methods': /DELETE/, 'access-control-allow-headers': /Content-Type/, vary: /Origin/ });
  t.notOk(ok.headers['access-control-allow-credentials']);
  const read = await call(url, '/api/v1/recording', { headers: { origin: CLUB } });
  t.match(read.headers, { 'access-control-allow-origin': CLUB, vary: /Origin/, 'cross-origin-resource-policy': 'cross-origin' });
  t.equal((await call(url, '/api/v1/recording', { method: 'POST', headers: { origin: CLUB, 'content-type': 'application/json' }, body: '{}' })).headers['access-control-allow-origin'], CLUB);
  allowed.pop();
  t.notOk((await call(url, '/api/v1/recording', { headers: { origin: CLUB } })).headers['access-control-allow-origin']);
  t.equal((await call(url, '/api/v1/recording', { method: 'POST', headers: { origin: CLUB }, body: '{}' })).status, 403);
});

t.test('nobody else gets a header of CORS, not even the own page', async (t) => {
  const { url } = await serve(t);
  for (const origin of ['http://evil.example', 'null', url, `${CLUB}.evil.example`]) {
    for (const method of ['GET', 'OPTIONS', 'POST']) {
      const answer = await call(url, '/api/v1/recording', { method, headers: { origin, 'access-control-request-method': 'DELETE' } });
      t.same(Object.keys(answer.headers).filter((name) => name.startsWith('access-control')), [], `${method} ${origin}`);
      t.match(answer.headers['vary'], /Origin/, 'no cache gives the answer of one page to another');
    }
  }
});

t.test('a public name that a stranger points at the rig takes no commands', async (t) => {
  const { url, recording } = await serve(t);
  const answer = await call(url, '/api/v1/recording', { method: 'POST', headers: { host: 'evil.example:8000', origin: 'http://evil.example:8000' }, body: '{}' });
  t.equal(answer.status, 403);
  t.match(answer.json, { code: 'foreign_origin', detail: /allowed_origins/ });
  t.same(recording.status().recording, true);
});

t.test('a public name that a stranger points at the rig reads nothing either', async (t) => {
  const { url } = await serve(t);
  for (const path of ['/', '/api/v1/recording', '/api/v1/recordings', '/openapi.json', '/nothing']) {
    const answer = await call(url, path, { headers: { host: 'evil.example:8000' } });
    t.equal(answer.status, 403, path);
    t.match(answer.json, { code: 'unknown_host', detail: /allowed_origins/ });
  }
  t.equal((await call(url, '/healthz', { headers: { host: 'rig17.club.example' } })).status, 200, 'a supervisor may use any name');
  t.equal((await call(url, '/api/v1/recording', { headers: { host: new URL(CLUB).host } })).status, 200, 'the name of an allowed origin is known');
});

t.test('a page that goes on asking does not fill the log', async (t) => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const { url } = await serve(t, { parts: { log } });
  for (let round = 0; round < 20; round += 1) await call(url, '/api/v1/recording', { method: 'POST', headers: { origin: `http://evil${round}.example` }, body: '{}' });
  t.equal(lines.length, 1);
  t.match(lines[0], /evil0\.example/, 'but the first one is there, with who it was');
});

t.test('every answer tells browsers to do nothing with it', async (t) => {
  const { url } = await serve(t);
  const answers = [
    await call(url, '/api/v1/recording'),
    await call(url, '/nope'),
    await call(url, '/api/v1/recording/'),
    await call(url, '/api/v1/recording', { method: 'PUT' }),
    await callJson(url, 'POST', '/api/v1/recording', { force: 'x' }),
    await call(url, '/healthz'),
    await call(url, '/api/docs'),
  ];
  for (const { headers, status } of answers) {
    t.match(headers, { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'SAMEORIGIN', 'cross-origin-resource-policy': 'same-origin' }, String(status));
    t.match(headers['content-security-policy'], /frame-ancestors 'self'/);
    t.notMatch(headers['content-security-policy'], /https?:|\*/, 'nothing from elsewhere');
    t.notOk(headers['x-powered-by']);
  }
  t.match(answers[0]?.headers['content-security-policy'], /^default-src 'none'/);
});

t.test('healthz answers without looking at anything', async (t) => {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const broken = plannedRecording({});
  const { url } = await serve(t, { parts: { recording: broken, log, system: { latest: () => { throw new Error('broken'); } } } });
  const answer = await call(url, '/healthz');
  t.equal(answer.status, 200);
  t.equal(answer.text, 'ok\n');
  t.match(answer.headers['content-type'], /^text\/plain/);
  const head = await call(url, '/healthz', { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(head.text, '');
  t.equal((await call(url, '/healthz', { method: 'POST' })).status, 405);
  t.same(lines.filter((line) => line.includes('healthz')), [], 'and leaves no line in the log');
});

t.test('metrics are in the format of Prometheus, documented, and of this moment', async (t) => {
  const { url, recording } = await serve(t);
  recording.events.emit('segment', { matchId: 'm', matchDir: '/m', camera: 1, name: 'x', durationMs: 600_020, frames: 18_000, bytes: 9, finalised: true });
  await call(url, '/api/v1/status');
  await call(url, '/api/v1/recording');
  await callJson(url, 'POST', '/api/v1/recording', { force: 'x' });
  const answer = await call(url, '/metrics');
  t.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const families = parseExposition(answer.text);

  t.same([...families.keys()].sort(), DOCUMENTED.map(({ name }) => name).sort(), 'every series is documented, and nothing else is');
  for (const { name, type, help, labels } of DOCUMENTED) {
    const family = families.get(name);
    t.match(family, { type, help }, name);
    for (const sample of family?.samples ?? []) t.same(Object.keys(sample.labels).filter((label) => label !== 'le').sort(), [...labels].sort(), name);
    t.equal(name.endsWith('_total'), type === 'counter', `${name} says what it is`);
  }
  const valueOf = (name: string, labels: Record<string, string> = {}) =>
    families.get(name)?.samples.find((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value;
  t.equal(valueOf('footballvision_recording_active'), 1);
  t.equal(valueOf('footballvision_preview_active'), 0);
  t.equal(valueOf('footballvision_api_requests_total', { endpoint: 'recording', method: 'GET' }), 1);
  t.equal(valueOf('footballvision_api_requests_total', { endpoint: 'recording', method: 'POST' }), 1);
  t.equal(valueOf('footballvision_api_requests_total', { endpoint: 'metrics' }), undefined, 'only what the contract counts');
  t.equal(valueOf('touchline_camera_frames_source_total', { camera: '0' }), RECORDING.cameras.get(0)?.facts?.framesAtSource);
  t.equal(valueOf('touchline_recordings_disk_free_bytes'), 4e9);
  t.equal(valueOf('touchline_board_temperature_celsius', { zone: '1' }), 43);
  t.equal(valueOf('touchline_alerts_total', { event_type: 'low \\"disk\\"\\n' }), 3);
  t.equal(valueOf('touchline_websocket_connections'), 7);
  t.equal(valueOf('touchline_segments_closed_total', { camera: '1', finalised: 'true' }), 1);
  t.equal(valueOf('touchline_segment_duration_seconds', { camera: '1', le: '605' }), 1);
  t.equal(valueOf('touchline_http_request_duration_seconds', { endpoint: 'recording', method: 'POST', status: '4xx', le: '+Inf' }), 1);
});

t.test('what is unknown has no figure, and what is over has none any more', async (t) => {
  let status = RECORDING;
  const recording = plannedRecording({ status: () => status });
  const { url } = await serve(t, { parts: { recording, system: { latest: () => null } } });
  const scrape = async () => parseExposition((await call(url, '/metrics')).text);
  t.not((await scrape()).get('touchline_camera_frames_source_total')?.samples.length, 0);
  status = IDLE;
  const idle = await scrape();
  t.equal(idle.get('touchline_camera_frames_source_total')?.samples.length, 0);
  t.equal(idle.get('touchline_recordings_disk_free_bytes')?.samples.length, 0, 'not 0 bytes');
  t.match(idle.get('footballvision_recording_active')?.samples, [{ value: 0 }]);
});

t.test('expensive operations are limited per client, others are not', async (t) => {
  const { url } = await serve(t);
  const route = createRoutes(plannedParts()).find(({ expensive, method }) => expensive === true && method === 'GET');
  if (route === undefined) throw new Error('no route is expensive');
  const path = `/api/v1${route.path.replaceAll(/:\w+/g, 'x')}`;
  let limited = 0;
  for (let round = 0; round < 31; round += 1) {
    const answer = await call(url, path, { headers: { 'x-forwarded-for': `10.0.0.${round}` } });
    if (answer.status !== 429) continue;
    limited += 1;
    t.equal(round, 30, 'thirty are let through, whoever the client says it is');
    t.match(answer.json, { code: 'too_many_requests', detail: String });
    t.ok(Number(answer.headers['retry-after']) > 0);
  }
  t.equal(limited, 1);
  t.equal((await call(url, '/api/v1/recording')).status, 200);
  const embedded = await call(url, path, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } });
  t.match(embedded.json, { code: 'foreign_origin' }, 'and foreign pages cannot use it up');
});

/** A connection that stays as it is until the other side ends it. */
async function hold(url: string, bytes = ''): Promise<{ socket: Socket; ended: Promise<string> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  const ended = once(socket, 'close').then(() => text);
  await once(socket, 'connect');
  socket.write(bytes);
  return { socket, ended };
}

t.test('clients that dawdle are sent away, whatever they dawdle over', async (t) => {
  const { url } = await serve(t, { limits: { headersMs: 200, requestMs: 400, checkMs: 50, keepAliveMs: 100 } });
  const silent = await hold(url);
  const headers = await hold(url, 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  const body = await hold(url, 'POST /api/v1/recording HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
  const idle = await hold(url, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  t.match(await silent.ended, /^(?:HTTP\/1\.1 408|$)/);
  t.match(await headers.ended, /^HTTP\/1\.1 408 [^]*"code":"request_timeout"/);
  t.match(await body.ended, /^HTTP\/1\.1 408 /);
  t.match(await idle.ended, /^HTTP\/1\.1 200 [^]*ok\n$/);
});

t.test('a connection on which nothing moves any more is closed, even in the middle of an answer', async (t) => {
  const server = await startHttpServer({ app: (_request, response) => void response.write('begun'), host: '127.0.0.1', port: 0, log: pino({ level: 'silent' }), limits: { idleMs: 100 } });
  t.teardown(() => server.close());
  const { ended } = await hold(server.url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  t.match(await ended, /begun/);
});

t.test('a client that reads slowly gets its whole answer', async (t) => {
  const size = 30_000_000;
  const chunk = Buffer.alloc(1_000_000, 'x');
  const log = pino({ level: 'silent' });
  const server = await startHttpServer({
    app: async (_request, response) => {
      response.setHeader('Content-Length', size);
      for (let sent = 0; sent < size; sent += chunk.length) if (!response.write(chunk)) await once(response, 'drain');
      response.end();
    },
    host: '127.0.0.1',
    port: 0,
    log,
    limits: { headersMs: 50, requestMs: 50, checkMs: 20, keepAliveMs: 50 },
  });
  t.teardown(() => server.close());
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
  let received = 0;
  let pauses = 0;
  socket.on('data', (data: Buffer) => {
    received += data.length;
    // Twice as long as a request may take, twice.
    if (pauses === 2 || received < pauses * 1_000_000) return;
    pauses += 1;
    socket.pause();
    setTimeout(() => socket.resume(), 100);
  });
  await once(socket, 'close');
  t.equal(pauses, 2);
  t.ok(received > size, `${received} bytes`);
});

t.test('more connections than the rig takes are closed, and the others go on', async (t) => {
  const { url } = await serve(t, { limits: { connections: 3 } });
  const held = await Promise.all([hold(url), hold(url), hold(url)]);
  const refused = await hold(url).then(({ ended }) => ended, () => '');
  t.equal(refused, '');
  held[0]?.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  t.match(await held[0]?.ended, /^HTTP\/1\.1 200 /);
  t.equal((await call(url, '/healthz')).status, 200, 'there is room again');
  for (const { socket } of held) socket.destroy();
});

t.test('16 KiB of headers are read, more are not', async (t) => {
  const { url } = await serve(t);
  const send = (bytes: number) => sendRaw(url, `GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ${'a'.repeat(bytes)}\r\n\r\n`);
  t.match(await send(15_000), /^HTTP\/1\.1 200 /);
  t.match(await send(17_000), /^HTTP\/1\.1 431 [^]*"code":"headers_too_large"/);
});

t.test('the page that shows the API brings everything with it', async (t) => {
  const { url } = await serve(t);
  for (const path of ['/api/docs', '/api/docs/']) {
    const page = await call(url, path);
    t.equal(page.status, 200);
    t.match(page.headers['content-type'], /^text\/html/);
    t.match(page.headers['content-security-policy'], /^default-src 'self'/);
    t.notMatch(page.headers['content-security-policy'], /script-src|unsafe-eval|https?:/);
    t.notMatch(page.text, /<script>|https?:\/\/| on\w+=/, 'no script in the page, nothing from elsewhere');
    const links = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link ?? '');
    t.equal(links.length, 4);
    for (const link of links) {
      const asset = await call(url, link);
      t.equal(asset.status, 200, link);
      if (link.includes('/assets/')) t.match(asset.headers['cache-control'], /max-age=31536000, immutable/);
    }
  }
  const initialiser = (await call(url, '/api/docs/initialiser.js')).text;
  const described = /url: '([^']+)'/.exec(initialiser)?.[1] ?? '';
  t.match((await call(url, described)).json, { openapi: '3.1.0' });
  t.same((await call(url, '/openapi.json')).json, (await call(url, described)).json);
  for (const path of ['/api/docs/swagger-ui-bundle.js.map', '/api/docs/assets/../../../package.json', '/api/docs/nope']) t.equal((await call(url, path)).status, 404, path);
});
