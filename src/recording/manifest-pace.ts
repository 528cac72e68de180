/** Of all time, what a manifest that takes long to write may take: one of a match of ten thousand files does. */
const SHARE = 0.05;
const AT_LEAST_EVERY_MS = 60_000;

/**
 * How long to wait before the manifest is written again.
 *
 * @param wantedMs when it would be good to have it
 * @param tookMs how long the newest one took, from reading to the end of its way to the disk
 */
export function manifestPauseMs(wantedMs: number, tookMs: number): number {
  return Math.max(wantedMs, Math.min(AT_LEAST_EVERY_MS, tookMs / SHARE));
}
