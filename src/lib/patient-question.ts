import type { Clock } from './clock.js';

/**
 * A question to something that may hang, such as a disk. Nobody waits for it longer than their patience, and it is not
 * asked again while it owes an answer: that would only tie up one thread after the other.
 */
export class PatientQuestion<T> {
  readonly #clock: Clock;
  readonly #put: () => Promise<T>;
  #asked: Promise<T> | null = null;

  constructor(clock: Clock, put: () => Promise<T>) {
    this.#clock = clock;
    this.#put = put;
  }

  /** The answer, or `instead` when none has come within `patienceMs`. Rejects as the question does. */
  async ask(patienceMs: number, instead: T): Promise<T> {
    const asked = (this.#asked ??= this.#put().finally(() => {
      this.#asked = null;
    }));
    const cancel = new AbortController();
    const late = this.#clock.sleepMs(patienceMs, cancel.signal).then(() => instead, () => instead);
    try {
      return await Promise.race([asked, late]);
    } finally {
      cancel.abort();
    }
  }
}
