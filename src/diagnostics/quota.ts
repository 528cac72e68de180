import type { Clock } from '../lib/clock.js';

interface Bucket {
  tokens: number;
  filledAtMs: number;
  refused: number;
}

/** Lets a burst through and then one per interval, for each key; counts what it holds back. */
export class Quota<K> {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #intervalMs: number;
  readonly #buckets = new Map<K, Bucket>();

  constructor(clock: Clock, limits: { readonly burst: number; readonly intervalMs: number }) {
    this.#clock = clock;
    this.#burst = limits.burst;
    this.#intervalMs = limits.intervalMs;
  }

  /** Null when this one is too many; otherwise how many were, since the one before that was let through. */
  take(key: K): { readonly heldBack: number } | null {
    const nowMs = this.#clock.monoMs();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, filledAtMs: nowMs, refused: 0 };
    this.#buckets.set(key, bucket);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (nowMs - bucket.filledAtMs) / this.#intervalMs);
    bucket.filledAtMs = nowMs;
    if (bucket.tokens < 1) {
      bucket.refused += 1;
      return null;
    }
    bucket.tokens -= 1;
    const heldBack = bucket.refused;
    bucket.refused = 0;
    return { heldBack };
  }
}
