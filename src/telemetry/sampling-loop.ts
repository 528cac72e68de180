import { setImmediate as nextTurn } from 'node:timers/promises';

export interface SamplingLoopOptions {
  /** Must not reject. */
  readonly sample: () => Promise<void>;
  /** Resolves when the next sample is due, and soon after an abort; `samples`: how many there were. Must not reject. */
  readonly pause: (samples: number, signal: AbortSignal) => Promise<void>;
}

/** Takes samples in the background, one after the other, from `start` to `stop`. */
export class SamplingLoop {
  readonly #options: SamplingLoopOptions;
  #running: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;

  constructor(options: SamplingLoopOptions) {
    this.#options = options;
  }

  /** Resolves with the first sample. Repeated calls do nothing. */
  async start(): Promise<void> {
    if (this.#running !== null) return;
    const abort = new AbortController();
    const first = this.#options.sample();
    this.#running = { abort, ended: this.#loop(first, abort.signal) };
    await first;
  }

  /** Does not wait for a sample that hangs: that one ends by itself later. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    running?.abort.abort();
    // One turn of the event loop is enough for a loop that only slept.
    await Promise.race([running?.ended, nextTurn()]);
  }

  async #loop(first: Promise<void>, signal: AbortSignal): Promise<void> {
    const { sample, pause } = this.#options;
    await first;
    for (let samples = 1; !signal.aborted; samples += 1) {
      await pause(samples, signal);
      if (!signal.aborted) await sample();
    }
  }
}
