import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';

/** From here on an operation at a disk, a process or a device counts as slow. */
const SLOW_MS = 1000;

/**
 * Awaits the operation and passes its outcome on. If it takes longer than `slowMs`, one warning says so while it is
 * still under way (a hang is seen before it ends, if it ever does), and one more line how long it took in the end.
 */
export async function warnWhenSlow<T>(
  clock: Clock,
  log: Logger,
  operation: string,
  run: () => Promise<T>,
  slowMs: number = SLOW_MS,
): Promise<T> {
  const startMs = clock.monoMs();
  const finished = new AbortController();
  let wasSlow = false;
  const watch = clock.sleepMs(slowMs, finished.signal).then(
    () => {
      wasSlow = true;
      log.warn({ operation, elapsedMs: Math.round(clock.monoMs() - startMs) }, 'Operation is slow');
    },
    // Aborted because the operation has ended in time.
    () => undefined,
  );
  try {
    return await run();
  } finally {
    finished.abort();
    await watch;
    if (wasSlow) log.warn({ operation, elapsedMs: Math.round(clock.monoMs() - startMs) }, 'Slow operation has ended');
  }
}
