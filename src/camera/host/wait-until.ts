import type { Clock } from '../../lib/clock.js';

const SPIN_US = 2000;
const MAX_SPIN_US = 5000;
const MAX_SLEEP_MS = 1000;

/**
 * Returns at the monotonic instant, within microseconds: timers are a millisecond late on average, so the last stretch
 * is waited for actively. An instant that is further away than a second is taken for a mistake and not waited for.
 */
export async function waitUntil(clock: Clock, atMonoUs: number): Promise<void> {
  const aheadMs = (atMonoUs - SPIN_US - clock.monoUs()) / 1000;
  if (aheadMs > 0) await clock.sleepMs(Math.min(aheadMs, MAX_SLEEP_MS));
  for (let leftUs = atMonoUs - clock.monoUs(); leftUs > 0 && leftUs < MAX_SPIN_US; leftUs = atMonoUs - clock.monoUs());
}
