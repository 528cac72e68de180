/** The WebSocket plane under its full load: ten clients that watch everything, while both cameras record. */
import { WebSocket } from 'ws';
import { Type } from '#typebox';
import { systemClock } from '../../src/lib/clock.js';
import { compileSchema } from '../../src/lib/schema.js';
import { Rig } from '../../test/support/rig.js';
import type { Figure } from './figure.js';
import { max, p99 } from './stats.js';

const CLIENTS = 10;
const PINGS = 3000;
const COMMANDS = 1000;
const PAUSE_MS = 5;
/** Channel → interval, contract 4.5. */
const CHANNELS: ReadonlyMap<string, number> = new Map([
  ['status', 1000],
  ['pipeline_state', 2000],
  ['system_metrics', 3000],
  ['panorama_status', 3000],
]);
const frameHead = compileSchema(Type.Object({ type: Type.String(), id: Type.Optional(Type.String()) }));

interface Frame {
  readonly type: string;
  readonly id?: string;
}

class Client {
  readonly socket: WebSocket;
  readonly #listeners = new Set<(frame: Frame, atMs: number) => void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const atMs = systemClock.monoMs();
      const parsed = frameHead.parseJson(String(data));
      if (!parsed.ok) throw new Error('the daemon sent what is no frame');
      for (const listener of this.#listeners) listener(parsed.value, atMs);
    });
  }

  static async open(rig: Rig): Promise<Client> {
    const socket = new WebSocket(`${rig.url.replace('http', 'ws')}/ws`);
    const client = new Client(socket);
    await client.next((frame) => frame.type === 'hello');
    client.send({ type: 'subscribe', channels: [...CHANNELS.keys()] });
    return client;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify({ v: 1, ...message }));
  }

  listen(listener: (frame: Frame, atMs: number) => void): void {
    this.#listeners.add(listener);
  }

  /** When the first frame came for which this holds. */
  next(wanted: (frame: Frame) => boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      const closed = (): void => reject(new Error('the daemon closed the connection'));
      const listener = (frame: Frame, atMs: number): void => {
        if (!wanted(frame)) return;
        this.#listeners.delete(listener);
        this.socket.off('close', closed);
        resolve(atMs);
      };
      this.#listeners.add(listener);
      this.socket.once('close', closed);
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close();
    await closed;
  }
}

export async function measureWebSocket(broadcastSeconds: number): Promise<Figure[]> {
  const rig = await Rig.start();
  try {
    await rig.record('ws');
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => Client.open(rig)));
    const pings = await timed(PINGS, (i) => {
      const client = clientAt(clients, i);
      const pong = client.next(({ type }) => type === 'pong');
      client.send({ type: 'ping' });
      return pong;
    });
    const acks = await timed(COMMANDS, (i) => {
      const client = clientAt(clients, i);
      const id = `bench-${i}`;
      const ack = client.next((frame) => frame.type === 'command_ack' && frame.id === id);
      client.send({ type: 'command', id, action: 'get_logs', params: { log_type: 'health', lines: 50 } });
      return ack;
    });
    await clientAt(clients, CLIENTS - 1).close();
    const errors = await broadcastErrors(rig, clients.slice(0, CLIENTS - 1), broadcastSeconds);
    await Promise.all(clients.slice(0, CLIENTS - 1).map((client) => client.close()));
    await rig.stop();
    const load = `${CLIENTS} clients subscribed to everything, recording`;
    return [
      { name: 'WebSocket ping → pong, p99', required: '≤ 5 ms', measured: `${p99(pings).toFixed(2)} ms (max ${max(pings).toFixed(1)})`, holds: p99(pings) <= 5, how: `${PINGS} pings, ${load}` },
      { name: 'WebSocket command → ack, p99', required: '≤ 5 ms', measured: `${p99(acks).toFixed(2)} ms (max ${max(acks).toFixed(1)})`, holds: p99(acks) <= 5, how: `${COMMANDS} commands (get_logs), ${load}` },
      {
        name: 'broadcast interval error, p99',
        required: '≤ 50 ms',
        measured: `${p99(errors).toFixed(1)} ms (max ${max(errors).toFixed(1)})`,
        holds: p99(errors) <= 50,
        how: `${errors.length} intervals in ${broadcastSeconds} s, ${CLIENTS - 1} clients that read and one that does not, recording`,
      },
    ];
  } finally {
    await rig.dispose();
  }
}

/** Milliseconds that each channel's intervals differ from what they should be, at every reading client. */
async function broadcastErrors(rig: Rig, clients: readonly Client[], seconds: number): Promise<number[]> {
  const errors: number[] = [];
  for (const client of clients) {
    const last = new Map<string, number>();
    client.listen(({ type }, atMs) => {
      const interval = CHANNELS.get(type);
      const before = last.get(type);
      last.set(type, atMs);
      if (interval !== undefined && before !== undefined) errors.push(Math.abs(atMs - before - interval));
    });
  }
  const deadline = systemClock.monoMs() + seconds * 1000;
  // The daemon drops a client that shows no sign of life; another takes its place.
  let deaf = await openDeaf(rig);
  while (systemClock.monoMs() < deadline) {
    await systemClock.sleepMs(500);
    if (deaf.readyState !== WebSocket.OPEN) deaf = await openDeaf(rig);
  }
  deaf.terminate();
  return errors;
}

async function openDeaf(rig: Rig): Promise<WebSocket> {
  const client = await Client.open(rig);
  client.socket.pause();
  return client.socket;
}

async function timed(count: number, measure: (i: number) => Promise<number>): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const from = systemClock.monoMs();
    ms.push((await measure(i)) - from);
    await systemClock.sleepMs(PAUSE_MS);
  }
  return ms;
}

function clientAt(clients: readonly Client[], i: number): Client {
  const client = clients[i % clients.length];
  if (client === undefined) throw new Error('there are no clients');
  return client;
}
