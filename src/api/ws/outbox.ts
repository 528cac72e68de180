import { WebSocket } from 'ws';
import type { Channel } from '../contract/ws-common.js';

export interface OutboxLimits {
  /** With more than this waiting, a channel keeps its newest message only. */
  readonly highWaterBytes: number;
  /** With more than this waiting, the client is given up. */
  readonly limitBytes: number;
}

export const OUTBOX_LIMITS: OutboxLimits = { highWaterBytes: 128 * 1024, limitBytes: 4 * 1024 * 1024 };

/**
 * What one client is sent, in bounded memory. Answers are queued in their order; of what the channels show, a client
 * that does not keep up gets the newest when it does.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #limits: OutboxLimits;
  readonly #onOverflow: (waitingBytes: number) => void;
  readonly #newest = new Map<Channel, Buffer>();

  /** @param onOverflow the client does not take its answers: it must be given up */
  constructor(socket: WebSocket, limits: OutboxLimits, onOverflow: (waitingBytes: number) => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#onOverflow = onOverflow;
  }

  /** Bytes that the network has not taken yet. */
  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Queues an answer; does nothing when the connection is closed or closing. */
  reply(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.waitingBytes > this.#limits.limitBytes) {
      this.#onOverflow(this.waitingBytes);
      return;
    }
    this.#socket.send(text, this.#onSent);
  }

  /** @param frame text, the same bytes for every client */
  publish(channel: Channel, frame: Buffer): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    // Once one waits, all that follow do: the newest must not overtake nor be overtaken.
    if (this.waitingBytes > this.#limits.highWaterBytes || this.#newest.has(channel)) this.#newest.set(channel, frame);
    else this.#socket.send(frame, { binary: false }, this.#onSent);
  }

  /** Forgets what waits of a channel. */
  forget(channel: Channel): void {
    this.#newest.delete(channel);
  }

  readonly #onSent = (error?: Error | null): void => {
    if (error != null || this.#newest.size === 0 || this.waitingBytes > this.#limits.highWaterBytes / 2) return;
    const frames = [...this.#newest.values()];
    this.#newest.clear();
    for (const frame of frames) this.#socket.send(frame, { binary: false }, this.#onSent);
  };
}
