const MS_PER_SECOND = 1000;
/** A file of this recording was begun while it ran, give or take what lies between the clocks of its parts. */
const SLACK_SECONDS = 3;

/** What a message of the rig says about the recording, and when it was said. */
export interface StatusMoment {
  /** Since somebody started it; a match that was stopped and went on counts from the last start. */
  readonly durationSeconds: number;
  /** Wall clock of the rig. */
  readonly epochMs: number;
  /** When it was heard, on the page's monotonic clock. */
  readonly heardMs: number;
}

/** A file that has just been begun: where it lies in the match, and when that was by the wall clock of the rig. */
export interface Opened {
  readonly startSeconds: number;
  readonly openedEpochMs: number;
}

/**
 * Where in the match a moment of this page lies. The rig counts the match from its first frame, also over a break and a
 * restart, and says so for each file; from the newest one on, the running time of the recording carries it to now.
 */
export class MatchClock {
  #offsetSeconds: number | null = null;
  #status: StatusMoment | null = null;
  #opened: Opened | null = null;

  heard(status: StatusMoment): void {
    this.#status = status;
    if (this.#opened !== null) this.set(this.#opened);
  }

  /** Sets it by a file of this recording that was opened before the last message, or the next one when there was none yet. */
  set(opened: Opened): void {
    this.#opened = this.#status === null ? opened : null;
    if (this.#status === null) return;
    const sinceSeconds = (this.#status.epochMs - opened.openedEpochMs) / MS_PER_SECOND;
    // The clock of the rig was set in between. A time that is not known is better than a wrong one: the rig places the mark.
    if (sinceSeconds < -SLACK_SECONDS || sinceSeconds > this.#status.durationSeconds + SLACK_SECONDS) return;
    const nowSeconds = opened.startSeconds + sinceSeconds;
    this.#offsetSeconds = nowSeconds - this.#status.durationSeconds;
  }

  /** @param atMs on the page's monotonic clock @returns seconds of the match, to the millisecond; null as long as that is not known */
  secondsAt(atMs: number): number | null {
    if (this.#status === null || this.#offsetSeconds === null) return null;
    const seconds = this.#status.durationSeconds + this.#offsetSeconds + (atMs - this.#status.heardMs) / MS_PER_SECOND;
    return Math.max(0, Math.round(seconds * MS_PER_SECOND) / MS_PER_SECOND);
  }
}

/** The newest of these files whose beginning is known; null when there is none. */
export function newestOpened(segments: readonly { readonly name: string; readonly start_seconds: number | null }[], openedEpochMs: ReadonlyMap<string, number | null>): Opened | null {
  let newest: Opened | null = null;
  for (const { name, start_seconds: startSeconds } of segments) {
    const opened = openedEpochMs.get(name) ?? null;
    if (startSeconds === null || opened === null || (newest !== null && newest.startSeconds >= startSeconds)) continue;
    newest = { startSeconds, openedEpochMs: opened };
  }
  return newest;
}
