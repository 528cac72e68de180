/** Nothing that a client sends harms the daemon, another client or a recording. The seed is printed: a failure can be repeated. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import t from 'tap';
import { CLIENT_MESSAGES } from '../../src/api/contract/ws-client.js';
import { COMMANDS } from '../../src/api/contract/ws-commands.js';
import { stringAt } from '../../src/lib/json-schema.js';
import { Rig, until } from '../support/rig.js';
import { WsClient } from '../support/ws-client.js';

const SEED = Number(process.env['TOUCHLINE_FUZZ_SEED'] ?? randomInt(1 << 30));
const MAX_GROWTH_MIB = 150;

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(SEED);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] ?? (values[0] as T);
const TYPES = CLIENT_MESSAGES.map((schema) => stringAt(schema, 'title') ?? '');
/** Everything but what would stop or replace the recording that must stay unharmed. */
const HARMLESS = Object.keys(COMMANDS).filter((action) => !['start_recording', 'stop_recording'].includes(action));

function randomValue(depth = 0): unknown {
  const kinds = [null, true, 0, 1, -1, 1.5, 1e308, '', 'status', '__proto__', '\u0000', '\ud800', 'x'.repeat(300), Number.MAX_SAFE_INTEGER];
  if (depth > 3 || random() < 0.7) return pick(kinds);
  const items = Array.from({ length: Math.floor(random() * 5) }, () => randomValue(depth + 1));
  return random() < 0.5 ? items : Object.fromEntries(items.map((item, index) => [pick(['v', 'type', 'id', 'data', 'constructor', `k${index}`]), item]));
}

function randomMessage(): unknown {
  const message = {
    v: random() < 0.9 ? 1 : randomValue(),
    type: random() < 0.9 ? pick(TYPES) : randomValue(),
    channels: random() < 0.5 ? ['status', 'pipeline_state', randomValue()] : randomValue(),
    id: random() < 0.5 ? pick(['a', 'b', 'c']) : randomValue(),
    action: random() < 0.8 ? pick(HARMLESS) : randomValue(),
    params: random() < 0.5 ? { log_type: randomValue(), lines: randomValue(), match_id: randomValue(), camera_id: randomValue() } : randomValue(),
    data: random() < 0.5 ? { stream_kind: randomValue(), session_id: randomValue(), sdp: randomValue(), candidate: randomValue() } : randomValue(),
  };
  return Object.fromEntries(Object.entries(message).filter(() => random() < 0.9));
}

const rssMib = (rig: Rig): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${rig.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

t.test(`whatever clients send, a recording and the daemon stay as they are (seed ${SEED})`, async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const observer = await WsClient.greeted(rig.url);
  await rig.record('unharmed');
  const beforeMib = rssMib(rig);

  await t.test('random messages', async (t) => {
    const client = await WsClient.greeted(rig.url);
    for (let i = 0; i < 1500; i += 1) client.send(randomMessage());
    await client.settled();
    t.strictSame(client.broken, []);
    await client.end();
  });

  await t.test('bytes that are no messages', async (t) => {
    const client = await WsClient.greeted(rig.url);
    for (let i = 0; i < 300; i += 1) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256)));
      client.socket.send(bytes, { binary: true });
      client.send(bytes.toString('latin1'));
      client.send(JSON.stringify(randomMessage()).slice(0, Math.floor(random() * 100)));
    }
    await client.settled();
    t.strictSame(client.broken, []);
    await client.end();
    const wrongText = await WsClient.greeted(rig.url);
    wrongText.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    t.match(await wrongText.closed, { code: 1007 }, 'text that is no UTF-8 is against RFC 6455');
  });

  await t.test('frames that are no frames', async (t) => {
    const { hostname, port } = new URL(rig.url);
    for (let i = 0; i < 30; i += 1) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.write('GET /ws HTTP/1.1\r\nHost: rig\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
      socket.write(Buffer.from(Array.from({ length: 500 }, () => Math.floor(random() * 256))));
      const gone = new Promise((resolve) => socket.once('close', resolve));
      socket.resume();
      setTimeout(() => socket.destroy(), 100);
      await gone;
    }
    await observer.settled();
    t.pass();
  });

  await t.test('a megabyte per message', async (t) => {
    const client = await WsClient.greeted(rig.url);
    for (let i = 0; i < 10; i += 1) client.send('x'.repeat(1024 * 1024));
    await client.next((frame) => frame['code'] === 'message_too_large', 'the answer', 0, 30_000);
    await client.settled();
    t.equal(client.all('error').length, 10);
    await client.end();
  });

  await t.test('ten thousand messages at once', async (t) => {
    const client = await WsClient.greeted(rig.url);
    for (let i = 0; i < 10_000; i += 1) client.send(i % 2 === 0 ? randomMessage() : { v: 1, type: 'ping' });
    const from = observer.times.length;
    const askedMs = performance.now();
    await observer.settled();
    t.ok(performance.now() - askedMs < 1000, 'another client is answered meanwhile');
    client.send({ v: 1, type: 'the last' });
    await client.next((frame) => frame['message'] === 'Unknown message type: the last', 'the answer to the last', 0, 60_000);
    t.ok(client.all('pong').length >= 5000, 'every ping is answered');
    const statusTimes = observer.times.slice(from).filter((_time, index) => observer.frames[from + index]?.['type'] === 'status');
    const gaps = statusTimes.slice(1).map((timeMs, index) => timeMs - (statusTimes[index] ?? 0));
    t.ok(Math.max(...gaps) < 1500, `status every ${Math.round(Math.max(...gaps))} ms or sooner`);
    t.strictSame(client.broken, []);
    await client.end();
  });

  await t.test('a client that asks and does not read', async (t) => {
    const client = await WsClient.greeted(rig.url);
    client.socket.pause();
    for (let i = 0; i < 3000; i += 1) client.command('get_logs', { lines: 500 }, `c${i}`);
    const from = observer.frames.length;
    for (let i = 0; i < 3; i += 1) await observer.type('status');
    t.ok(observer.frames.length >= from + 3);
    client.socket.terminate();
  });

  await until(async () => /touchline_websocket_connections 1\n/.test(await (await fetch(`${rig.url}/metrics`)).text()), 'only the observer is connected');
  const grownMib = rssMib(rig) - beforeMib;
  t.ok(grownMib < MAX_GROWTH_MIB, `the daemon has grown by ${Math.round(grownMib)} MiB`);
  t.strictSame(observer.broken, []);
  t.match((await rig.stop()).body, { success: true, match_id: 'unharmed', graceful_stop: true, integrity: { all_ok: true }, degraded_cameras: {} });
  t.notMatch(rig.output, /MaxListenersExceededWarning|unhandled|UnhandledPromise|"level":"(?:error|fatal)"/i);
});
