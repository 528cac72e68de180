import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import type { ServiceNotifier } from './service-notify.js';

/** One kind of work that must go on for the service to be alive. */
export interface Progress {
  /** For the log, in plain words. */
  readonly what: string;
  /** Whether it went on since the last time. A rejection, and an answer that does not come, mean that it did not. */
  readonly goesOn: () => boolean | Promise<boolean>;
  /** For so long it may fail before it counts. */
  readonly toleranceMs: number;
}

const ROUNDS_PER_LIMIT = 4;

/**
 * Feeds the watchdog of the service manager, by nothing but progress: a round of questions every quarter of the limit,
 * and a ping when each kind of work went on. A timer alone never pings: what hangs beside a living event loop is found.
 */
export class ProgressWatch {
  readonly #options: { readonly notifier: ServiceNotifier; readonly work: readonly Progress[]; readonly roundMs?: number; readonly clock: Clock; readonly log: Logger };
  readonly #stopping = new AbortController();
  readonly #failingSinceMs = new Map<string, number>();

  constructor(options: { readonly notifier: ServiceNotifier; readonly work: readonly Progress[]; readonly roundMs?: number; readonly clock: Clock; readonly log: Logger }) {
    this.#options = options;
  }

  /** Begins; does nothing where nobody watches. */
  start(): void {
    const { notifier, roundMs } = this.#options;
    if (notifier.watchdogMs === null) return;
    void this.#loop(roundMs ?? notifier.watchdogMs / ROUNDS_PER_LIMIT);
  }

  /** No further ping: an end that hangs is found, too. */
  stop(): void {
    this.#stopping.abort();
  }

  async #loop(roundMs: number): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.round(roundMs);
      await clock.sleepMs(roundMs, signal).catch(() => undefined);
    }
  }

  /** Asks once, and pings if everything went on. Never rejects. */
  async round(patienceMs: number): Promise<void> {
    const { notifier, work } = this.#options;
    const wentOn = await Promise.all(work.map((progress) => this.#ask(progress, patienceMs)));
    if (wentOn.every(Boolean) && !this.#stopping.signal.aborted) notifier.alive();
  }

  async #ask({ what, goesOn, toleranceMs }: Progress, patienceMs: number): Promise<boolean> {
    const { clock, log } = this.#options;
    const done = new AbortController();
    const late = clock.sleepMs(patienceMs, done.signal).then(() => false, () => false);
    const answer = await Promise.race([Promise.resolve().then(goesOn).catch(() => false), late]);
    done.abort();
    const sinceMs = this.#failingSinceMs.get(what);
    if (answer) {
      if (sinceMs !== undefined) log.info({ work: what }, 'work goes on again');
      this.#failingSinceMs.delete(what);
      return true;
    }
    const nowMs = clock.monoMs();
    if (sinceMs === undefined) {
      this.#failingSinceMs.set(what, nowMs);
      log.warn({ work: what, toleranceMs }, 'work does not go on; the service manager restarts this process unless it does soon');
    }
    return nowMs - (sinceMs ?? nowMs) < toleranceMs;
  }
}
