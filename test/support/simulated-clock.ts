import type { Clock } from '../../src/lib/clock.js';

interface Sleeper {
  readonly dueMonoMs: number;
  readonly wake: () => void;
}

/** A clock that moves only when a test says so; wall clock and monotonic time move apart on `jumpWallClockMs`. */
export class SimulatedClock implements Clock {
  private epochMs: number;
  private monotonicMs: number;
  private sleepers: Sleeper[] = [];

  constructor(start: { readonly epochMs?: number; readonly monoMs?: number } = {}) {
    this.epochMs = start.epochMs ?? Date.UTC(2026, 1, 11, 20, 0, 0);
    this.monotonicMs = start.monoMs ?? 1_000_000;
  }

  nowEpochMs(): number {
    return this.epochMs;
  }

  monoMs(): number {
    return this.monotonicMs;
  }

  monoUs(): number {
    return Math.round(this.monotonicMs * 1000);
  }

  sleepMs(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        dueMonoMs: this.monotonicMs + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.sleepers.push(sleeper);
    });
  }

  /** How many sleeps are under way. */
  get sleeping(): number {
    return this.sleepers.length;
  }

  /** How long until the next sleeper wakes, null when nobody sleeps. */
  get nextWakeInMs(): number | null {
    const next = this.earliest();
    return next === null ? null : next.dueMonoMs - this.monotonicMs;
  }

  /** Moves both clocks on, waking sleepers in their order; work that they start gets to run before the next wakes. */
  async advanceMs(ms: number): Promise<void> {
    const endMonoMs = this.monotonicMs + ms;
    await settle();
    for (let next = this.earliest(); next !== null && next.dueMonoMs <= endMonoMs; next = this.earliest()) {
      const woken = next;
      this.sleepers = this.sleepers.filter((other) => other !== woken);
      this.move(Math.max(0, woken.dueMonoMs - this.monotonicMs));
      woken.wake();
      await settle();
    }
    this.move(Math.max(0, endMonoMs - this.monotonicMs));
    await settle();
  }

  /** The process stood still: time has gone by, and whoever slept wakes late, at the next `advanceMs`. */
  standStillMs(ms: number): void {
    this.move(ms);
  }

  /** NTP corrects the wall clock (either direction); monotonic time and sleepers do not notice. */
  jumpWallClockMs(deltaMs: number): void {
    this.epochMs += deltaMs;
  }

  private earliest(): Sleeper | null {
    return this.sleepers.reduce<Sleeper | null>(
      (first, other) => (first === null || other.dueMonoMs < first.dueMonoMs ? other : first),
      null,
    );
  }

  private move(ms: number): void {
    this.monotonicMs += ms;
    this.epochMs += ms;
  }
}

/** Lets everything that is ready to run, run: microtasks and whatever they queued for the next loop turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
