import type { Clock } from './clock.js';

const TICK_MS = 250;
/** What one stand-still may count: a tick, and as much again for one that comes late. */
const LONGEST_TICK_MS = 2 * TICK_MS;

/**
 * Time in which this process could hear others. While it stands still (SIGSTOP, a stalled event loop, a machine that
 * swaps) what they say waits in its sockets, and their silence is none: such a time counts half a second at most.
 */
export class AwakeTime {
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  #awakeMs = 0;
  #tickedMonoMs: number;

  /** Counts from now on, until `end`. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#tickedMonoMs = clock.monoMs();
    void this.#tick();
  }

  /** Milliseconds since it began; never falls. */
  nowMs(): number {
    return this.#awakeMs + Math.min(LONGEST_TICK_MS, this.#clock.monoMs() - this.#tickedMonoMs);
  }

  end(): void {
    this.#ending.abort();
  }

  async #tick(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#clock.sleepMs(TICK_MS, signal).catch(() => undefined);
      this.#awakeMs = this.nowMs();
      this.#tickedMonoMs = this.#clock.monoMs();
    }
  }
}
