import { once } from 'node:events';
import { PendingCommands } from '../../src/web/rig/pending-commands.js';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { WebSocket as Peer, WebSocketServer } from 'ws';
import { parseRoute, hrefOf, type Route } from '../../src/web/app/routes.js';
import { nextDelayMs } from '../../src/web/rig/backoff.js';
import { parseMessage, type RigMessage } from '../../src/web/rig/messages.js';
import { type ConnectionState, type LossCause, RigSocket, SILENCE_LIMIT_MS } from '../../src/web/rig/socket.js';
import { Hold, HOLD_MS } from '../../src/web/ui/hold.js';
import { until } from '../support/rig.js';

const STATUS = JSON.stringify({ v: 1, type: 'status', ts: 1, data: {} });

/** A server that says what the test lets it say, on a port that stays the same. */
class Server {
  readonly #peers: Peer[] = [];
  readonly heard: { readonly type: string; readonly id?: string }[] = [];
  port = 0;
  #server: WebSocketServer | null = null;

  async open(): Promise<void> {
    const server = new WebSocketServer({ port: this.port, host: '127.0.0.1' });
    this.#server = server;
    server.on('connection', (peer) => {
      this.#peers.push(peer);
      peer.on('message', (data) => this.heard.push(JSON.parse(String(data))));
    });
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#peers.length;
  }

  say(text: string): void {
    this.#peers.at(-1)?.send(text);
  }

  refuse(code: number): void {
    this.#peers.at(-1)?.close(code);
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.terminate();
    await new Promise((done) => this.#server?.close(done));
  }
}

interface Page {
  readonly server: Server;
  readonly socket: RigSocket;
  readonly states: readonly ConnectionState[];
  readonly messages: readonly RigMessage[];
  readonly causes: readonly LossCause[];
}

async function openPage(t: Test): Promise<Page> {
  const server = new Server();
  await server.open();
  const states: ConnectionState[] = [];
  const messages: RigMessage[] = [];
  const causes: LossCause[] = [];
  const socket = new RigSocket({ url: `ws://127.0.0.1:${server.port}`, onState: (state) => states.push(state), onMessage: (message) => messages.push(message), onLost: (cause) => causes.push(cause) });
  t.teardown(async () => {
    socket.close();
    await server.close();
  });
  await until(() => server.heard.length > 0, 'it subscribes');
  return { server, socket, states, messages, causes };
}

const commandsHeard = ({ server }: Page): string[] => server.heard.filter(({ type }) => type === 'command').map(({ id }) => id ?? '');

t.test('an open connection is not live before the status was heard', async (t) => {
  const page = await openPage(t);
  page.server.say('{"v":1,"type":"hello","channels":[]}');
  await until(() => page.messages.length === 1, 'the hello is heard');
  t.equal(page.socket.state, 'connecting');
  await t.rejects(page.socket.command('start_recording'), { code: 'no_connection' });
  page.server.say(STATUS);
  await until(() => page.socket.state === 'live', 'it is live');
});

t.test('a connection that falls silent is lost after three seconds, though it is open, and opened again', async (t) => {
  const page = await openPage(t);
  page.server.say(STATUS);
  await until(() => page.socket.state === 'live', 'it is live');
  const sinceMs = performance.now();
  await until(() => page.socket.state === 'lost', 'the silence is noticed');
  t.ok(performance.now() - sinceMs >= SILENCE_LIMIT_MS - 100);
  t.ok(performance.now() - sinceMs < SILENCE_LIMIT_MS + 1000);
  await until(() => page.server.connections === 2, 'it comes back');
  await until(() => page.server.heard.filter(({ type }) => type === 'subscribe').length === 2, 'it subscribes again');
  t.equal(page.socket.state, 'lost', 'until the status is heard again');
  page.server.say(STATUS);
  await until(() => page.socket.state === 'live', 'it is live again');
  t.strictSame(page.states, ['live', 'lost', 'live']);
});

t.test('a connection that is closed is lost at once, and heals when the server is back', async (t) => {
  const page = await openPage(t);
  page.server.say(STATUS);
  await until(() => page.socket.state === 'live', 'it is live');
  await page.server.close();
  await until(() => page.socket.state === 'lost', 'the loss is noticed', 1000);
  await page.server.open();
  await until(() => page.server.connections === 2, 'it comes back', 4000);
});

t.test('a rig that has too many connections is told from one that is gone', async (t) => {
  const page = await openPage(t);
  page.server.refuse(1013);
  await until(() => page.causes.length === 1, 'the refusal is noticed');
  await until(() => page.server.connections === 2, 'it tries again');
  await page.server.close();
  await until(() => page.causes.length >= 2, 'the loss is noticed');
  t.strictSame(page.causes.slice(0, 2), ['full', 'broken']);
});

t.test('a command that was under way when the connection broke is repeated with its id and answered', async (t) => {
  const page = await openPage(t);
  page.server.say(STATUS);
  await until(() => page.socket.state === 'live', 'it is live');
  const answer = page.socket.command('stop_recording', { force: false });
  await until(() => commandsHeard(page).length === 1, 'the command is sent');
  await page.server.close();
  await page.server.open();
  await until(() => commandsHeard(page).length === 2, 'the command is repeated');
  const [first, second] = commandsHeard(page);
  t.equal(first, second);
  page.server.say(JSON.stringify({ v: 1, type: 'command_result', id: first, success: true, data: { success: true } }));
  t.strictSame(await answer, { success: true });
});

t.test('a tablet that slept with a stop on its way does not end the next match when it wakes', async (t) => {
  const commands = new PendingCommands();
  const sent: string[] = [];
  const send = (text: string): void => void sent.push(text);
  const old = commands.add('stop_recording', {}, send);
  old.catch(() => undefined);
  const { now } = Date;
  t.teardown(() => (Date.now = now));
  Date.now = () => now() + 16_000;
  const fresh = commands.add('add_mark', {}, send);
  fresh.catch(() => undefined);
  commands.repeat(send);
  await t.rejects(old, { code: 'no_connection' });
  t.strictSame(sent.map((text) => (JSON.parse(text) as { action: string }).action), ['stop_recording', 'add_mark', 'add_mark']);
});

t.test('a command that the rig could not carry out is rejected with its words', async (t) => {
  const page = await openPage(t);
  page.server.say(STATUS);
  await until(() => page.socket.state === 'live', 'it is live');
  const answer = page.socket.command('dance');
  await until(() => commandsHeard(page).length === 1, 'the command is sent');
  page.server.say(JSON.stringify({ v: 1, type: 'command_result', id: commandsHeard(page)[0], success: false, error: 'Unknown action' }));
  await t.rejects(answer, { code: 'command_failed', message: 'Unknown action' });
});

t.test('listeners hear the messages of their type, until they go', async (t) => {
  const page = await openPage(t);
  const heard: string[] = [];
  const leave = page.socket.on('webrtc_error', ({ data }) => heard.push(data.error));
  page.server.say('{"v":1,"type":"webrtc_error","data":{"error":"a"}}');
  await until(() => page.messages.length === 1, 'the first is heard');
  leave();
  page.server.say('{"v":1,"type":"webrtc_error","data":{"error":"b"}}');
  await until(() => page.messages.length === 2, 'the second is heard');
  t.strictSame(heard, ['a']);
});

t.test('what is no message of the protocol is left aside', async (t) => {
  for (const text of ['', '{', '[]', 'null', '{"type":"status"}', '{"v":2,"type":"status"}', '{"v":1}', 1, null]) t.equal(parseMessage(text), null, String(text));
  t.match(parseMessage(STATUS), { type: 'status' });
});

t.test('attempts to connect come quickly at first and every three seconds at last', async (t) => {
  t.equal(nextDelayMs(0, 0), 300);
  t.equal(nextDelayMs(1, 0), 600);
  for (const failures of [4, 10, 2000]) t.equal(nextDelayMs(failures, 0), 3000);
  for (const random of [0.2, 0.9, 1]) t.ok(nextDelayMs(0, random) >= 200 && nextDelayMs(0, random) < 300);
});

t.test('each page has an address, and every other address is the kiosk', async (t) => {
  const routes: Route[] = [{ page: 'kiosk' }, { page: 'library', matchId: null }, { page: 'library', matchId: '2026-02-11 A/B & Süd #1%' }, { page: 'technician' }];
  for (const route of routes) t.strictSame(parseRoute(hrefOf(route)), route);
  for (const hash of ['', '#', '#/', '#/nothing', '#/library/%zz'.slice(0, 2)]) t.strictSame(parseRoute(hash), { page: 'kiosk' });
  t.strictSame(parseRoute('#/library/%zz'), { page: 'library', matchId: null });
});

t.test('only a press that lasts counts, and only once', async (t) => {
  const hold = new Hold();
  t.equal(hold.end(5000), false, 'a press that never began');
  hold.begin(1000);
  hold.begin(1500);
  t.equal(hold.progress(1000 + HOLD_MS / 2), 0.5, 'a second finger does not begin it again');
  t.equal(hold.end(1000 + HOLD_MS - 1), false, 'too short');
  hold.begin(3000);
  t.equal(hold.end(3000 + HOLD_MS), true);
  t.equal(hold.end(3000 + 2 * HOLD_MS), false, 'it has counted already');
});
