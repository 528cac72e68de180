/** The WebSocket at /ws: who may connect, how many, and how they are let go. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../lib/clock.js';
import {
  CHANNEL_INTERVAL_MS,
  type Channel,
  CLOSE_RESTART,
  CLOSE_TOO_MANY,
  MAX_CONNECTIONS,
  MAX_FRAME_BYTES,
  MAX_RUNNING_COMMANDS,
  REPLAY_COMMANDS,
  REPLAY_MS,
  WS_PATH,
} from '../contract/ws-common.js';
import { type Refusal, rawAnswer } from '../http/errors.js';
import { isAllowedPage } from '../http/origin.js';
import { RecordingsList } from '../operations/library.js';
import { Channels } from './channels.js';
import { CommandRunner, type CommandSender } from './command-runner.js';
import { createActions } from './commands.js';
import { Connection } from './connection.js';
import { ReplayCache } from './idempotency.js';
import { OUTBOX_LIMITS, type OutboxLimits } from './outbox.js';
import { createReadings, type ReadingParts } from './readings.js';
import { runEvery } from './schedule.js';
import { type Signalling, withoutLivePictures } from './signalling.js';
import type { BucketSize } from './token-bucket.js';

export interface WebSocketOptions {
  readonly server: Server;
  readonly parts: ReadingParts & { readonly library: ConstructorParameters<typeof RecordingsList>[0] };
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether this request may connect; default: programs, and pages of the rig itself. */
  readonly isAllowed?: (request: IncomingMessage) => boolean;
  readonly signalling?: Signalling;
  /** Other times and bounds than the contract's. */
  readonly limits?: Partial<WebSocketLimits>;
}

export interface WebSocketLimits {
  readonly connections: number;
  readonly intervalsMs: Readonly<Record<Channel, number>>;
  readonly heartbeat: Heartbeat;
  readonly outbox: OutboxLimits;
  readonly inbox: BucketSize;
  /** How long a client has to say goodbye before it is cut off. */
  readonly closeMs: number;
}

export interface Heartbeat {
  readonly sweepMs: number;
  /** Sweeps from one question to the next. */
  readonly askEvery: number;
  /** Sweeps without a sign of life after which a client is given up. Counted, so that a daemon that was stopped blames nobody. */
  readonly goneAfter: number;
}

export interface WebSocketPlane {
  /** Open connections. */
  connections(): number;
  /** Closes every connection with 1012; resolves when all are gone, which is soon. Idempotent. */
  close(): Promise<void>;
}

const LIMITS: WebSocketLimits = {
  connections: MAX_CONNECTIONS,
  intervalsMs: CHANNEL_INTERVAL_MS,
  heartbeat: { sweepMs: 2500, askEvery: 4, goneAfter: 10 },
  outbox: OUTBOX_LIMITS,
  inbox: { perSecond: 600, burst: 2000 },
  closeMs: 2000,
};
const REPLAY = { commands: REPLAY_COMMANDS, keptMs: REPLAY_MS, keptAfterEndMs: 30_000 };
/** Refused connections that may be on their way out at a time; more are not even greeted. */
const MAX_LEAVING = 20;

/** Takes over the upgrades of an HTTP server. */
export function attachWebSocket(options: WebSocketOptions): WebSocketPlane {
  const { server, parts, clock, log, isAllowed = (request) => isAllowedPage(request.headers, []) } = options;
  const limits: WebSocketLimits = { ...LIMITS, ...options.limits };
  const signalling = options.signalling ?? withoutLivePictures(() => [...parts.preview.status().cameras.values()].map(({ streamKind }) => streamKind));
  const channels = new Channels({ readings: createReadings(parts), intervalsMs: limits.intervalsMs, clock, log });
  const refresh = (): void => channels.refresh(['status', 'pipeline_state']);
  const commands = new CommandRunner({
    actions: createActions({ ...parts, recordings: new RecordingsList(parts.library, clock) }),
    replays: new ReplayCache<CommandSender>(clock, REPLAY),
    maxRunning: { perConnection: MAX_RUNNING_COMMANDS, total: MAX_RUNNING_COMMANDS * limits.connections },
    onStateChanged: refresh,
    log,
  });
  // A variable, because the types of ws do not know closeTimeout yet.
  const serverOptions = {
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    // A client that sends thousands of messages at once takes turns with the others.
    allowSynchronousEvents: false,
    closeTimeout: limits.closeMs,
  };
  const sockets = new WebSocketServer(serverOptions);
  const open = new Set<Connection>();
  const ended = new AbortController();
  let connected = 0;
  let closing: Promise<void> | null = null;

  const admit = (socket: WebSocket, request: IncomingMessage): void => {
    if (open.size >= limits.connections) {
      socket.on('error', (error) => log.debug({ err: error }, 'refused connection failed'));
      socket.close(CLOSE_TOO_MANY.code, CLOSE_TOO_MANY.reason);
      log.info({ clients: open.size }, 'connection refused: too many');
      return;
    }
    connected += 1;
    const id = `ws${connected}`;
    const connection = new Connection({ socket, id, client: clientOf(request), channels, commands, signalling, outbox: limits.outbox, inbox: limits.inbox, clock, log });
    open.add(connection);
    log.info({ connection: id, address: request.socket.remoteAddress, clients: open.size }, 'client connected');
    socket.on('close', (code) => {
      open.delete(connection);
      log.info({ connection: id, code, protocolErrors: connection.protocolErrors, clients: open.size }, 'client gone');
    });
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const refusal = refusalOf(request, isAllowed);
    if (refusal !== null) {
      log.debug({ refusal, origin: request.headers.origin }, 'upgrade refused');
      socket.on('error', () => socket.destroy());
      socket.end(rawAnswer(refusal), () => socket.destroy());
    } else if (closing !== null || sockets.clients.size >= limits.connections + MAX_LEAVING) {
      socket.destroy();
    } else {
      sockets.handleUpgrade(request, socket, head, admit);
    }
  };

  server.on('upgrade', onUpgrade);
  parts.recording.events.on('changed', refresh);
  parts.preview.events.on('changed', refresh);
  void keepHeartbeat(open, limits.heartbeat, clock, log, ended.signal);

  const closeAll = async (): Promise<void> => {
    ended.abort();
    parts.recording.events.off('changed', refresh);
    parts.preview.events.off('changed', refresh);
    const left = [...sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const connection of open) connection.close(CLOSE_RESTART.code, CLOSE_RESTART.reason);
    const patience = new AbortController();
    const late = clock.sleepMs(limits.closeMs, patience.signal).catch(() => undefined);
    await Promise.race([Promise.all(left), late]);
    patience.abort();
    for (const socket of sockets.clients) socket.terminate();
    await Promise.all(left);
    channels.close();
  };
  return { connections: () => open.size, close: () => (closing ??= closeAll()) };
}

function refusalOf(request: IncomingMessage, isAllowed: (request: IncomingMessage) => boolean): Refusal | null {
  const [path] = (request.url ?? '').split('?');
  if (path !== WS_PATH) return 'not_found';
  return isAllowed(request) ? null : 'foreign_origin';
}

/** A client that connects again is the same as far as can be told; two browsers on two machines are never. */
function clientOf(request: IncomingMessage): string {
  return JSON.stringify([request.socket.remoteAddress ?? null, request.headers['user-agent'] ?? null]);
}

/** Finds the clients that vanished without a word (contract defect 48). */
async function keepHeartbeat(open: ReadonlySet<Connection>, heartbeat: Heartbeat, clock: Clock, log: Logger, signal: AbortSignal): Promise<void> {
  let sweeps = 0;
  await runEvery(clock, heartbeat.sweepMs, signal, () => {
    sweeps += 1;
    for (const connection of open) {
      if (connection.sweep(sweeps % heartbeat.askEvery === 0) < heartbeat.goneAfter) continue;
      log.info({ connection: connection.id }, 'a client no longer answers: connection given up');
      connection.terminate();
    }
  });
}
