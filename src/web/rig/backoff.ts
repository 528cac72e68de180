const FIRST_MS = 300;
const LONGEST_MS = 3000;
/** So that ten tablets do not come back in the same instant. */
const SPREAD = 0.2;

/**
 * How long to wait before the next attempt to connect: 0.3 s, then twice as long each time, up to 3 s.
 * @param failures attempts in a row that failed before this one
 * @param random from 0 to 1
 */
export function nextDelayMs(failures: number, random: number): number {
  const delayMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
  return Math.round(delayMs * (1 - SPREAD * random));
}
