/** How long a finger must stay down to stop a recording. */
export const HOLD_MS = 1500;

/**
 * One press that counts only when it lasts: begun, then either ended too early or completed, and completed once.
 * Times are of one monotonic clock, in milliseconds.
 */
export class Hold {
  readonly #durationMs: number;
  #beganMs: number | null = null;

  constructor(durationMs: number = HOLD_MS) {
    this.#durationMs = durationMs;
  }

  get isHeld(): boolean {
    return this.#beganMs !== null;
  }

  begin(nowMs: number): void {
    this.#beganMs ??= nowMs;
  }

  /** From 0 to 1; 0 while nothing is held. */
  progress(nowMs: number): number {
    return this.#beganMs === null ? 0 : Math.min(1, Math.max(0, (nowMs - this.#beganMs) / this.#durationMs));
  }

  /** Ends the press. Says whether it had lasted long enough; a press that was not begun has not. */
  end(nowMs: number): boolean {
    const isComplete = this.progress(nowMs) === 1;
    this.#beganMs = null;
    return isComplete;
  }
}
