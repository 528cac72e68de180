/**
 * How long a host waits before it resumes, when nobody else spaces out its restarts: a camera that breaks at once, again
 * and again, must not take the processors away from the other one. The first resume is immediate, because frames are
 * being lost; the wait grows, is capped, and is forgotten after a healthy minute.
 */

const HEALTHY_MS = 60_000;
const STEP_MS = 1_000;
/** Contract 5.3. */
const MAX_MS = 5_000;

export interface Pace {
  /** When the host before this one resumed; absent when it was the first. */
  readonly resumedMonoUs?: number;
  /** Resumes in a row of which none lasted a healthy minute. */
  readonly hurried?: number;
}

/** The pace to write down for the next one, and how long to wait now. */
export function nextPace(last: Pace, nowMonoUs: number): { readonly pace: Required<Pace>; readonly waitMs: number } {
  const lastedMs = last.resumedMonoUs === undefined ? Number.POSITIVE_INFINITY : (nowMonoUs - last.resumedMonoUs) / 1000;
  const hurried = lastedMs < HEALTHY_MS ? (last.hurried ?? 0) + 1 : 0;
  const waitMs = Math.min(MAX_MS, STEP_MS * Math.max(0, hurried - 1));
  return { pace: { resumedMonoUs: nowMonoUs + waitMs * 1000, hurried }, waitMs };
}
