import type { Clock } from '../../lib/clock.js';

export interface BucketSize {
  readonly perSecond: number;
  /** So many at once, after a while of silence. */
  readonly burst: number;
}

/** How much a client has left to send. It can fall into debt, because what has arrived is not thrown away. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #size: BucketSize;
  #tokens: number;
  #filledAtMs: number;

  constructor(clock: Clock, size: BucketSize) {
    this.#clock = clock;
    this.#size = size;
    this.#tokens = size.burst;
    this.#filledAtMs = clock.monoMs();
  }

  /** Takes tokens, which may leave it in debt by one burst at most. */
  take(tokens: number): void {
    this.#fill();
    this.#tokens = Math.max(-this.#size.burst, this.#tokens - tokens);
  }

  /** How long until it is out of debt; 0 when it is. */
  debtMs(): number {
    this.#fill();
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#size.perSecond) * 1000;
  }

  #fill(): void {
    const nowMs = this.#clock.monoMs();
    this.#tokens = Math.min(this.#size.burst, this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * this.#size.perSecond);
    this.#filledAtMs = nowMs;
  }
}
