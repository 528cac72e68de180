/** The WebSocket as such, in front of planned parts: who gets in, who is let go, and what a client can do to others. */
import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { WebSocket } from 'ws';
import { TouchlineError } from '../../src/errors.js';
import { until } from '../support/rig.js';
import { sendRaw, call } from '../support/http.js';
import { IDLE, RECORDING, STOPPED } from '../support/recording-values.js';
import { WsClient } from '../support/ws-client.js';
import { serveWebSocket } from '../support/ws-server.js';

const UPGRADE = ['Host: rig', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
const upgrade = (path: string, ...more: string[]): string => `GET ${path} HTTP/1.1\r\n${[...UPGRADE, ...more].join('\r\n')}\r\n\r\n`;

t.test('hello comes first, and status after it without being asked for', async (t) => {
  const { url } = await serveWebSocket(t);
  const client = await WsClient.greeted(url);
  t.strictSame(client.frames[0], { v: 1, type: 'hello', channels: ['status'] });
  await client.type('status');
  t.strictSame(client.broken, []);
});

t.test('only /ws is a WebSocket, and other upgrades are answered', async (t) => {
  const { url } = await serveWebSocket(t);
  for (const path of ['/', '/ws/', '/wsx', '/api/v1/status', '/WS', '//ws']) t.match(await sendRaw(url, upgrade(path)), /^HTTP\/1\.1 404 Not Found\r\n[^]*\{"detail":"Not Found","code":"not_found"\}$/, path);
  t.match(await sendRaw(url, upgrade('/ws?x=1').replace('Version: 13', 'Version: 12')), /^HTTP\/1\.1 4/);
  t.match(await call(url, '/x', { headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' } }), { status: 200, text: 'plain' }, 'an offer of HTTP/2 is passed over');
});

t.test('a page of another site is refused, the own page and programs are not', async (t) => {
  const { url } = await serveWebSocket(t);
  const { host } = new URL(url);
  for (const origin of ['https://evil.example', 'null', `http://${host}.evil.example`]) {
    t.match(await sendRaw(url, upgrade('/ws', `Origin: ${origin}`)), /^HTTP\/1\.1 403 Forbidden\r\n[^]*"code":"foreign_origin"/, origin);
    await t.rejects(WsClient.connect(url, { origin }), /403/);
  }
  await (await WsClient.greeted(url, { origin: `http://${host}` })).end();
});

t.test('the eleventh connection is closed with 1013 and not listened to, and the place of one that left is free', async (t) => {
  const { url, plane, recording } = await serveWebSocket(t);
  const clients = await Promise.all(Array.from({ length: 10 }, () => WsClient.greeted(url)));
  t.equal(plane.connections(), 10);
  const surplus = await WsClient.connect(url);
  surplus.command('start_recording');
  t.strictSame(await surplus.closed, { code: 1013, reason: 'Too many connections' });
  t.strictSame(surplus.frames, [], 'no hello');
  t.strictSame(recording.calls, []);
  t.equal(plane.connections(), 10);
  await clients[0]?.end();
  await until(() => plane.connections() === 9, 'the place is free');
  await (await WsClient.greeted(url)).settled();
  await clients[1]?.settled();
});

t.test('clients that are refused and do not go are cut off, however many come', async (t) => {
  const { url, plane } = await serveWebSocket(t, { limits: { connections: 1, closeMs: 300 } });
  const client = await WsClient.greeted(url);
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: 60 }, () => connect(Number(port), hostname));
  const gone = sockets.map((socket) => {
    socket.on('error', () => undefined);
    socket.write(upgrade('/ws'));
    socket.resume();
    return new Promise((resolve) => socket.once('close', resolve));
  });
  await Promise.all(gone);
  t.equal(plane.connections(), 1);
  await client.settled();
});

t.test('messages that make no sense never close the connection', async (t) => {
  const { url } = await serveWebSocket(t);
  const client = await WsClient.greeted(url);
  for (const message of ['{', '[]', '{"v":2}', '{"v":1}', '{"v":1,"type":"subscribe"}', '{"v":1,"type":"command"}', 'x'.repeat(65_537), 'x'.repeat(1024 * 1024)]) client.send(message);
  client.socket.send(Buffer.from([1, 2, 3]), { binary: true });
  client.socket.send(Buffer.from('{"v":1,"type":"ping"}'), { binary: true });
  client.send({ v: 1, type: 'unsubscribe', channels: ['status', 'bogus', {}] });
  await client.settled();
  t.strictSame(client.all('error').map(({ code }) => code), ['invalid_json', 'invalid_format', 'invalid_version', 'unknown_type', 'invalid_channels', 'invalid_command', 'message_too_large', 'message_too_large', 'invalid_json', 'invalid_json']);
  t.strictSame(client.broken, []);
});

t.test('a frame of more than 2 MiB closes the connection with 1009, and no other', async (t) => {
  const { url } = await serveWebSocket(t);
  const [client, other] = [await WsClient.greeted(url), await WsClient.greeted(url)];
  client.send('x'.repeat(2 * 1024 * 1024 + 1));
  t.match(await client.closed, { code: 1009 });
  await other.settled();
});

t.test('a channel is published when it is subscribed, and no more when it is unsubscribed', async (t) => {
  const hour = 3_600_000;
  const { url, recording } = await serveWebSocket(t, { limits: { intervalsMs: { status: hour, pipeline_state: hour, system_metrics: hour, panorama_status: hour } } });
  const client = await WsClient.greeted(url);
  client.send({ v: 1, type: 'subscribe', channels: ['pipeline_state', 'bogus', {}, 'panorama_status'] });
  t.match(await client.type('pipeline_state', 0), { v: 1, data: { mode: 'idle' } });
  t.match(await client.type('panorama_status', 0), { data: { panorama: { calibrated: false }, calibration: { is_calibrating: false } } });
  client.send({ v: 1, type: 'unsubscribe', channels: ['pipeline_state'] });
  client.send({ v: 1, type: 'subscribe', channels: ['panorama_status'] });
  await client.type('panorama_status');
  recording.events.emit('changed');
  await client.type('status');
  await client.settled();
  t.equal(client.all('pipeline_state').length, 1);
  t.strictSame(client.broken, []);
});

t.test('a change of the recording is published at once, many changes together once', async (t) => {
  const hour = 3_600_000;
  const { url, recording } = await serveWebSocket(t, { limits: { intervalsMs: { status: hour, pipeline_state: hour, system_metrics: hour, panorama_status: hour } } });
  const client = await WsClient.greeted(url);
  for (let i = 0; i < 50; i += 1) recording.events.emit('changed');
  await client.type('status', 0);
  await client.settled();
  t.equal(client.all('status').length, 1);
});

t.test('a client that says nothing any more is found and let go, others stay', async (t) => {
  const { url, plane, log } = await serveWebSocket(t, { limits: { heartbeat: { sweepMs: 50, askEvery: 2, goneAfter: 6 } } });
  const alive = await WsClient.greeted(url);
  const dead = await WsClient.greeted(url, { autoPong: false });
  t.match(await dead.closed, { code: 1006 });
  await until(() => plane.connections() === 1, 'its place is free');
  t.match(log.join(''), /no longer answers/);
  const asked: unknown[] = [];
  alive.socket.on('ping', () => asked.push(0));
  await until(() => asked.length >= 10, 'the other is asked again and again');
  await alive.settled();
});

t.test('signs of life other than pongs count, too', async (t) => {
  const { url } = await serveWebSocket(t, { limits: { heartbeat: { sweepMs: 50, askEvery: 2, goneAfter: 6 } } });
  const client = await WsClient.greeted(url, { autoPong: false });
  const startedMs = performance.now();
  while (performance.now() - startedMs < 900) await client.settled();
  t.equal(client.socket.readyState, WebSocket.OPEN);
});

t.test('a client that does not read gets the newest state when it reads again, others get theirs in time', async (t) => {
  let round = 0;
  const filler = 'x'.repeat(1024 * 1024);
  const status = () => ({ ...RECORDING, matchId: `${(round += 1)}${filler}` });
  const { url } = await serveWebSocket(t, { plan: { status }, limits: { intervalsMs: { status: 40, pipeline_state: 1000, system_metrics: 1000, panorama_status: 1000 } } });
  const slow = await WsClient.greeted(url);
  const quick = await WsClient.greeted(url);
  slow.socket.pause();
  const from = round;
  await until(() => round > from + 60, 'sixty megabytes are published', 30_000);
  const readAgain = round;
  const seen = slow.frames.length;
  slow.socket.resume();
  const isCurrent = (frame: Readonly<Record<string, unknown>>): boolean => Number.parseInt(/"match_id":"(\d+)/.exec(JSON.stringify(frame).slice(0, 500))?.[1] ?? '0', 10) >= readAgain;
  await slow.next(isCurrent, 'the newest state', seen);
  t.ok(slow.frames.length - seen < 30, `stale states are left out: ${slow.frames.length - seen} came for ${readAgain - from}`);
  t.ok(quick.all('status').length > 50, 'the other got them all');
});

t.test('a client that does not take its answers is given up, others live on', async (t) => {
  const line = 'x'.repeat(60_000);
  const { url, plane, log } = await serveWebSocket(t, {
    parts: { diagnostics: { board: () => never(), tail: async () => ({ lines: [line, line, line, line], exists: true }), correlations: () => never(), alertCounts: () => new Map() } },
  });
  const other = await WsClient.greeted(url);
  const greedy = await WsClient.greeted(url);
  greedy.socket.pause();
  for (let i = 0; plane.connections() === 2 && i < 2000; i += 1) {
    greedy.command('get_logs', { lines: 500 }, `c${i}`);
    await other.settled();
  }
  t.equal(plane.connections(), 1);
  t.match(log.join(''), /does not take its answers/);
  greedy.socket.terminate();
  await other.settled();
});

function never(): never {
  throw new Error('not asked for');
}

t.test('thousands of messages at once are all answered, in their order, and delay nobody else', async (t) => {
  const { url } = await serveWebSocket(t, { limits: { inbox: { perSecond: 5000, burst: 500 } } });
  const [flood, other] = [await WsClient.greeted(url), await WsClient.greeted(url)];
  for (let i = 0; i < 10_000; i += 1) flood.send({ v: 1, type: `t${i}` });
  const delaysMs: number[] = [];
  while (flood.all('error').length < 10_000) {
    const startedMs = performance.now();
    await other.settled();
    delaysMs.push(performance.now() - startedMs);
  }
  t.equal(flood.all('error').at(-1)?.['message'], 'Unknown message type: t9999');
  t.ok(Math.max(...delaysMs) < 500, `another client's pong took ${Math.round(Math.max(...delaysMs))} ms at most`);
  await flood.settled();
});

t.test('pings of the protocol are answered, and a flood of them does no harm', async (t) => {
  const { url } = await serveWebSocket(t);
  const [client, other] = [await WsClient.greeted(url), await WsClient.greeted(url)];
  client.socket.ping('here');
  const [data] = await once(client.socket, 'pong');
  t.equal(String(data), 'here');
  for (let i = 0; i < 3000; i += 1) client.socket.ping();
  await other.settled();
});

t.test('at the end every client is told to come back, and one that does not listen holds nobody up', async (t) => {
  const { url, plane } = await serveWebSocket(t, { limits: { closeMs: 300 } });
  const clients = await Promise.all(Array.from({ length: 3 }, () => WsClient.greeted(url)));
  const deaf = await WsClient.greeted(url);
  deaf.socket.pause();
  const startedMs = performance.now();
  await plane.close();
  t.ok(performance.now() - startedMs < 2000);
  for (const client of clients) t.strictSame(await client.closed, { code: 1012, reason: 'Service restart' });
  t.equal(plane.connections(), 0);
  deaf.socket.terminate();
  await t.rejects(WsClient.connect(url), /socket hang up|ECONNRESET/);
});

t.test('what signalling throws is told as handler_error, and it learns of every end', async (t) => {
  const left: string[] = [];
  const signalling = {
    handle: () => {
      throw new TouchlineError({ kind: 'unavailable', code: 'x', message: 'webrtcbin not found' });
    },
    left: ({ id }: { id: string }) => void left.push(id),
  };
  const { url } = await serveWebSocket(t, { more: { signalling } });
  const client = await WsClient.greeted(url);
  client.send({ v: 1, type: 'webrtc_start', data: { stream_kind: 'main_cam0' } });
  t.match(await client.type('error', 0), { code: 'handler_error', message: 'webrtcbin not found' });
  client.socket.terminate();
  await until(() => left.length === 1, 'signalling knows');
});

t.test('no listener and no connection is left of clients that came and went', async (t) => {
  const { url, plane, recording } = await serveWebSocket(t, { plan: { status: () => IDLE, stop: async () => STOPPED } });
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  t.teardown(() => process.off('warning', onWarning));
  for (let i = 0; i < 60; i += 1) {
    const client = await WsClient.greeted(url);
    client.send({ v: 1, type: 'subscribe', channels: ['pipeline_state'] });
    await client.run('stop_recording');
    if (i % 2 === 0) client.socket.terminate();
    else await client.end();
    await until(() => plane.connections() === 0, 'it is gone');
  }
  t.equal(recording.events.listenerCount('changed'), 1);
  t.strictSame(warnings.map(({ message }) => message), []);
});
