import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Time as the daemon's parts see it. Durations and watchdogs use the monotonic readings only: the wall clock of a
 * rig jumps when NTP finds it, and is for people and file names.
 */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  nowEpochMs(): number;
  /** CLOCK_MONOTONIC in milliseconds, with a fraction. */
  monoMs(): number;
  /** CLOCK_MONOTONIC in whole microseconds: the same axis in every process of this boot, and GStreamer's own. */
  monoUs(): number;
  /** Resolves after `ms`. An abort rejects at once with the signal's reason and leaves no timer behind. */
  sleepMs(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowEpochMs: () => Date.now(),
  monoMs: () => Number(process.hrtime.bigint()) / 1e6,
  // Microseconds stay exact in a double for 285 years of uptime.
  monoUs: () => Number(process.hrtime.bigint() / 1000n),
  sleepMs: async (ms, signal) => {
    try {
      await sleep(ms, undefined, signal === undefined ? undefined : { signal });
    } catch (thrown) {
      throw signal?.aborted === true ? signal.reason : thrown;
    }
  },
};

/** The kernel's id of this boot: monotonic readings and process start times of another boot mean nothing. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
