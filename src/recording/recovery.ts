/**
 * The account of one camera's failures during a recording (contract 5.3). The host's supervisor brings the camera
 * back whatever this says: a match that could go on is never given up. `failedPermanently` tells people that the
 * attempts they configured are used up and somebody should look at the cable.
 */
import type { CameraRecovery, Fault } from './types.js';

/** A camera that ran this long has its attempts back: two glitches an hour apart are not one failing camera. */
const HEALTHY_RESET_MS = 60_000;

/** A camera that fails in more ways than this is described well enough. */
const MAX_REASONS = 5;

export class RecoveryAccount {
  readonly #maxAttempts: number;
  #attempts = 0;
  #recovering = false;
  #lastError: string | null = null;
  #fault: Fault = 'camera';
  #lastRecoveryEpochMs: number | null = null;
  #healthySinceMonoMs: number | null = null;
  readonly #everDegraded = new Set<string>();

  constructor(maxAttempts: number) {
    this.#maxAttempts = maxAttempts;
  }

  /** The camera stopped delivering, or the disk taking. */
  lost(reason: string, fault: Fault = 'camera'): void {
    this.#attempts += 1;
    this.#recovering = true;
    this.#fault = fault;
    this.#lastError = reason;
    if (this.#everDegraded.size < MAX_REASONS) this.#everDegraded.add(reason);
    this.#healthySinceMonoMs = null;
  }

  /** Frames come out of the encoder again, or still. */
  delivering(monoMs: number, epochMs: number): void {
    if (this.#recovering) {
      this.#recovering = false;
      this.#lastError = null;
      this.#lastRecoveryEpochMs = epochMs;
    }
    this.#healthySinceMonoMs ??= monoMs;
    if (monoMs - this.#healthySinceMonoMs >= HEALTHY_RESET_MS) this.#attempts = 0;
  }

  /** Why the recording is degraded by this camera now; null while it delivers. */
  get degradedReason(): string | null {
    return this.#recovering ? (this.#lastError ?? 'The camera does not deliver.') : null;
  }

  /** What is to blame for `degradedReason`. */
  get fault(): Fault {
    return this.#fault;
  }

  /** Every reason of the whole recording once, in order, so that the operator learns of them after the stop, too. */
  get everDegradedReason(): string | null {
    return this.#everDegraded.size === 0 ? null : [...this.#everDegraded].join('; ');
  }

  snapshot(): CameraRecovery {
    return {
      attempts: this.#attempts,
      recovering: this.#recovering,
      failedPermanently: this.#recovering && this.#attempts > this.#maxAttempts,
      lastError: this.#lastError,
      lastRecoveryEpochMs: this.#lastRecoveryEpochMs,
    };
  }
}
