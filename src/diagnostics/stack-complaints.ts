import type { Clock } from '../lib/clock.js';
import type { Journal } from './journal.js';
import { Quota } from './quota.js';
import { type Complaint, nvvicEvent, speakerOf } from './signals.js';

/** The camera stack may print thousands of lines a second, which would push everything else out of the log. */
const LISTED = { burst: 100, intervalMs: 1000 };
const ALERTED = { burst: 1, intervalMs: 10 * 60_000 };

/** What becomes of a complaint of the camera stack, wherever it was found: a line of the watchdog log, and an alert. */
export class StackComplaints {
  readonly #journal: Journal;
  readonly #listed: Quota<number | null>;
  readonly #alerted: Quota<number | null>;

  constructor(options: { readonly journal: Journal; readonly clock: Clock }) {
    this.#journal = options.journal;
    this.#listed = new Quota(options.clock, LISTED);
    this.#alerted = new Quota(options.clock, ALERTED);
  }

  found(complaint: Complaint): void {
    const { camera, line, isLive } = complaint;
    const turn = this.#listed.take(camera);
    if (turn !== null) this.#journal.note(nvvicEvent(complaint, turn.heldBack));
    const alert = isLive ? this.#alerted.take(camera) : null;
    if (alert === null) return;
    this.#journal.alert({
      eventType: 'camera_stack_error',
      severity: 'warning',
      message: `${speakerOf(camera)} runs out of buffers: stops and files may fail in the next minutes. Restart nvargus-daemon before the next match.`,
      details: { ...(camera === null ? {} : { camera }), line, ...(alert.heldBack === 0 ? {} : { held_back: alert.heldBack }) },
    });
  }
}
