/** One client: what it sends, what it is subscribed to, and whether it is still there. */
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { asTouchlineError } from '../../errors.js';
import type { Clock } from '../../lib/clock.js';
import { type Channel, DEFAULT_CHANNEL } from '../contract/ws-common.js';
import type { SignallingMessage } from '../contract/ws-client.js';
import type { SignallingReply } from '../contract/ws-server.js';
import type { Channels, Subscriber } from './channels.js';
import type { CommandRunner, CommandSender } from './command-runner.js';
import { errorFrame, helloFrame, pongFrame, signallingFrame, webrtcErrorFrame } from './frames.js';
import { readMessage } from './messages-in.js';
import { Outbox, type OutboxLimits } from './outbox.js';
import type { Signalling, SignallingPeer } from './signalling.js';
import { type BucketSize, TokenBucket } from './token-bucket.js';

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly id: string;
  readonly client: string;
  readonly channels: Channels;
  readonly commands: CommandRunner;
  readonly signalling: Signalling;
  readonly outbox: OutboxLimits;
  readonly inbox: BucketSize;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A message costs one token, and one more for each of these begun. */
const BYTES_PER_TOKEN = 4096;

export class Connection implements Subscriber, CommandSender, SignallingPeer {
  readonly id: string;
  readonly client: string;
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #outbox: Outbox;
  readonly #bucket: TokenBucket;
  readonly #gone = new AbortController();
  #quietSweeps = 0;
  #waitingAtSweepBytes = 0;
  #protocolErrors = 0;

  /** Says hello. */
  constructor(options: ConnectionOptions) {
    const { socket, id, client, clock, log, channels } = options;
    this.#options = options;
    this.#socket = socket;
    this.id = id;
    this.client = client;
    this.#bucket = new TokenBucket(clock, options.inbox);
    this.#outbox = new Outbox(socket, options.outbox, (waitingBytes) => {
      log.warn({ connection: id, waitingBytes }, 'a client does not take its answers: connection given up');
      socket.terminate();
    });
    socket.on('message', (data, isBinary) => this.#received(data, isBinary));
    socket.on('ping', (data) => this.#heard(data.length));
    socket.on('pong', (data) => this.#heard(data.length));
    socket.on('error', (error) => log.debug({ connection: id, err: error }, 'connection failed'));
    socket.on('close', () => this.#closed());
    this.reply(helloFrame([DEFAULT_CHANNEL]));
    channels.subscribe(this, [DEFAULT_CHANNEL]);
  }

  /** Messages that made no sense. */
  get protocolErrors(): number {
    return this.#protocolErrors;
  }

  reply(text: string): void {
    this.#outbox.reply(text);
  }

  publish(channel: Channel, frame: Buffer): void {
    this.#outbox.publish(channel, frame);
  }

  signal(reply: SignallingReply): void {
    this.reply(signallingFrame(reply));
  }

  /**
   * One turn of the heartbeat.
   * @returns how many turns have passed without a sign of life
   */
  sweep(isTimeToAsk: boolean): number {
    const waitingBytes = this.#outbox.waitingBytes;
    // What the network takes of a backlog, the client has taken before. And nobody is heard who is not listened to.
    if (waitingBytes < this.#waitingAtSweepBytes || this.#socket.isPaused) this.#quietSweeps = 0;
    else this.#quietSweeps += 1;
    this.#waitingAtSweepBytes = waitingBytes;
    if (isTimeToAsk && this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
    return this.#quietSweeps;
  }

  /** Asks the client to go; it is cut off when it does not. */
  close(code: number, reason: string): void {
    if (this.#socket.isPaused) this.#socket.resume();
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #heard(bytes: number): void {
    this.#quietSweeps = 0;
    this.#bucket.take(1 + Math.floor(bytes / BYTES_PER_TOKEN));
    if (this.#socket.isPaused || this.#bucket.debtMs() === 0) return;
    this.#socket.pause();
    void this.#resumeOutOfDebt();
  }

  /** What a client sends too fast waits in the network, and slows down nobody but the client. */
  async #resumeOutOfDebt(): Promise<void> {
    const { clock } = this.#options;
    try {
      for (let debtMs = this.#bucket.debtMs(); debtMs > 0; debtMs = this.#bucket.debtMs()) await clock.sleepMs(Math.ceil(debtMs), this.#gone.signal);
      this.#socket.resume();
    } catch {
      // The connection is gone.
    }
  }

  #received(data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean): void {
    // ws hands out one Buffer, as long as its binaryType is not changed.
    if (!Buffer.isBuffer(data)) return;
    this.#heard(data.length);
    const { channels, commands } = this.#options;
    const message = readMessage(data, isBinary);
    switch (message.kind) {
      case 'ping':
        this.reply(pongFrame());
        return;
      case 'subscribe':
        channels.subscribe(this, message.channels);
        channels.refresh(message.channels);
        return;
      case 'unsubscribe':
        channels.unsubscribe(this, message.channels);
        for (const channel of message.channels) this.#outbox.forget(channel);
        return;
      case 'command':
        commands.receive(message.command, this);
        return;
      case 'signalling':
        void this.#signalling(message.message);
        return;
      case 'webrtc-error':
        this.#refused(message.data.error);
        this.reply(webrtcErrorFrame(message.data));
        return;
      case 'error':
        this.#refused(message.code);
        this.reply(errorFrame(message.code, message.message));
    }
  }

  async #signalling(message: SignallingMessage): Promise<void> {
    const { signalling, log } = this.#options;
    try {
      await signalling.handle(message, this);
    } catch (thrown) {
      const error = asTouchlineError(thrown);
      log.warn({ connection: this.id, type: message.type, err: error }, 'signalling failed');
      this.reply(errorFrame('handler_error', error.message));
    }
  }

  /** The first is shown; how many there were, when the connection ends. */
  #refused(reason: string): void {
    this.#protocolErrors += 1;
    if (this.#protocolErrors === 1) this.#options.log.debug({ connection: this.id, reason }, 'message refused');
  }

  #closed(): void {
    this.#gone.abort();
    this.#options.channels.unsubscribe(this);
    this.#options.signalling.left(this);
  }
}
