const MS_PER_SECOND = 1000;
/** Between what two messages say of the same instant; more than this is another recording, or a rig that stood still. */
const JITTER_MS = 1500;

/**
 * The running time between two messages of the rig: goes on by the page's own clock, and never backwards because one
 * message was quicker than another.
 */
export class Elapsed {
  #shownMs = 0;
  #heardMs = 0;
  #heardAtMs: number | null = null;

  /** @param durationSeconds as the rig said it @param atMs when, on the page's monotonic clock */
  heard(durationSeconds: number, atMs: number): void {
    this.#heardMs = durationSeconds * MS_PER_SECOND;
    this.#heardAtMs = atMs;
  }

  /** Milliseconds of recording at `nowMs`; null before the rig has said anything. */
  at(nowMs: number): number | null {
    if (this.#heardAtMs === null) return null;
    const estimateMs = this.#heardMs + Math.max(0, nowMs - this.#heardAtMs);
    const isJitter = estimateMs < this.#shownMs && this.#shownMs - estimateMs < JITTER_MS;
    this.#shownMs = isJitter ? this.#shownMs : estimateMs;
    return this.#shownMs;
  }
}

/** `0:00:07`, `1:23:45`. */
export function clockText(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / MS_PER_SECOND);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** For `<time datetime>` and screen readers. */
export function isoDuration(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / MS_PER_SECOND);
  return `PT${Math.floor(seconds / 3600)}H${Math.floor(seconds / 60) % 60}M${seconds % 60}S`;
}
