/**
 * Keeps the encoders of a recording at a share of their bit rate while the guard wants it. A camera's process that was
 * replaced begins at the full rate and is told again.
 */
import type { Logger } from 'pino';
import type { Camera } from '../camera/camera.js';
import { asTouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';

const RETRY_MS = 5000;

export class EncoderRelief {
  readonly #camera: Camera;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onState = (): void => void this.#follow();
  #share = 1;
  #isAsking = false;
  #retryAtMonoMs = Number.NEGATIVE_INFINITY;

  constructor(camera: Camera, clock: Clock, log: Logger) {
    this.#camera = camera;
    this.#clock = clock;
    this.#log = log;
    camera.on('state', this.#onState);
  }

  /** @param share of the configured bit rate; 1 = all of it */
  set(share: number): void {
    this.#share = share;
    void this.#follow();
  }

  async #follow(): Promise<void> {
    const state = this.#camera.state;
    const run = state?.phase === 'running' ? state.run : null;
    // A host of an earlier version says nothing of it, and cannot be told.
    if (run?.bitrateShare === undefined || run.bitrateShare === this.#share) return;
    if (this.#isAsking || this.#clock.monoMs() < this.#retryAtMonoMs) return;
    this.#isAsking = true;
    try {
      await this.#camera.tune(run.runId, this.#share);
    } catch (error) {
      this.#retryAtMonoMs = this.#clock.monoMs() + RETRY_MS;
      this.#log.warn({ camera: this.#camera.id, share: this.#share, reason: asTouchlineError(error).message }, 'the bit rate could not be changed');
    } finally {
      this.#isAsking = false;
    }
  }
}
