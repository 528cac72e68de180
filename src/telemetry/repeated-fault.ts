import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';

const REPORT_INTERVAL_MS = 60_000;

/**
 * A fault that may repeat many times a second (no disk figures, a client that sends rubbish): the first occurrence
 * is logged at once, the following ones once per interval with their count and the last cause, and the recovery.
 */
export class RepeatedFault {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #fault: string;
  readonly #intervalMs: number;
  #unreported = 0;
  #total = 0;
  #reportedAtMs = 0;

  constructor(clock: Clock, log: Logger, fault: string, intervalMs: number = REPORT_INTERVAL_MS) {
    this.#clock = clock;
    this.#log = log;
    this.#fault = fault;
    this.#intervalMs = intervalMs;
  }

  /** It happened. */
  occurred(cause: unknown): void {
    this.#total += 1;
    this.#unreported += 1;
    const nowMs = this.#clock.monoMs();
    if (this.#total > 1 && nowMs - this.#reportedAtMs < this.#intervalMs) return;
    this.#log.warn({ fault: this.#fault, occurrences: this.#unreported, total: this.#total, err: cause }, 'Fault');
    this.#unreported = 0;
    this.#reportedAtMs = nowMs;
  }

  /** It went well; says so if it was at fault before. */
  cleared(): void {
    if (this.#total === 0) return;
    this.#log.info({ fault: this.#fault, total: this.#total }, 'Fault is over');
    this.#total = 0;
    this.#unreported = 0;
  }
}
