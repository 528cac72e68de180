import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import { RepeatedFault } from '../telemetry/repeated-fault.js';

export interface PatrolOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** What it means when a look fails. */
  readonly fault: string;
  readonly intervalMs: number;
  readonly look: () => Promise<void>;
}

/** After a wake-up, so that a burst of changes is one look and the state has settled. */
const SETTLE_MS = 300;

/** Looks again and again, one look at a time, and goes on whatever a look throws. */
export class Patrol {
  readonly #options: PatrolOptions;
  readonly #fault: RepeatedFault;
  readonly #stopping = new AbortController();
  #nap = new AbortController();
  #woken = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: PatrolOptions) {
    this.#options = options;
    this.#fault = new RepeatedFault(options.clock, options.log, options.fault);
  }

  /** Call once. The first look is at once. */
  start(): void {
    this.#ended = this.#walk();
  }

  /** Looks soon, without waiting for the interval. */
  wake(): void {
    this.#woken = true;
    this.#nap.abort();
  }

  /** No further looks. Does not wait for one that hangs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#nap.abort();
    await Promise.race([this.#ended, nextTurn()]);
  }

  async #walk(): Promise<void> {
    const { clock, intervalMs, look } = this.#options;
    while (!this.#stopping.signal.aborted) {
      try {
        await look();
        this.#fault.cleared();
      } catch (error) {
        this.#fault.occurred(error);
      }
      // It may have been stopped while it looked, and its nap would keep the process.
      if (this.#stopping.signal.aborted) return;
      this.#nap = new AbortController();
      if (!this.#woken) await clock.sleepMs(intervalMs, this.#nap.signal).catch(() => undefined);
      if (this.#woken) await clock.sleepMs(SETTLE_MS, this.#stopping.signal).catch(() => undefined);
      this.#woken = false;
    }
  }
}
