import type { Clock } from '../../lib/clock.js';

/**
 * Calls `tick` every `intervalMs`, counted from now on the monotonic clock: a late tick does not make the next one late,
 * and ticks that were slept through (a stopped process) are left out. Ends with the signal. `tick` must not throw.
 */
export async function runEvery(clock: Clock, intervalMs: number, signal: AbortSignal, tick: () => void): Promise<void> {
  const originMs = clock.monoMs();
  let turn = 1;
  for (;;) {
    try {
      await clock.sleepMs(Math.max(0, originMs + turn * intervalMs - clock.monoMs()), signal);
    } catch {
      return;
    }
    if (signal.aborted) return;
    tick();
    // A timer may ring a moment early: the same turn must not come twice.
    turn = Math.max(turn + 1, Math.floor((clock.monoMs() - originMs) / intervalMs) + 1);
  }
}
