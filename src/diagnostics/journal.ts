import type { Clock } from '../lib/clock.js';
import { entryOf, type LogEvent } from './entry.js';
import type { EventLog } from './event-log.js';
import { Quota } from './quota.js';

/** A camera that comes and goes all evening must not push everything else out of the log. */
const REPEATS = { burst: 3, intervalMs: 60_000 };

/** What the parts of diagnostics write into: alerts for the coach's page, and the story for the technician. */
export class Journal {
  readonly #alerts: EventLog;
  readonly #watchdog: EventLog;
  readonly #clock: Clock;
  readonly #repeats: Quota<string>;
  readonly #counts = new Map<string, number>();

  constructor(logs: { readonly alerts: EventLog; readonly watchdog: EventLog }, clock: Clock) {
    this.#alerts = logs.alerts;
    this.#watchdog = logs.watchdog;
    this.#clock = clock;
    this.#repeats = new Quota(clock, REPEATS);
  }

  /** Into the watchdog log only. */
  note(event: LogEvent): void {
    this.#watchdog.append(entryOf(event, this.#clock.nowEpochMs()));
  }

  /** Into the alerts. */
  alert(event: LogEvent): void {
    this.#counts.set(event.eventType, (this.#counts.get(event.eventType) ?? 0) + 1);
    this.#alerts.append(entryOf(event, this.#clock.nowEpochMs()));
  }

  /** Into the alerts unless the same happens again and again; the next one that is written says how many were not. */
  alertSometimes(event: LogEvent, about: string): void {
    const turn = this.#repeats.take(`${event.eventType} ${about}`);
    if (turn === null) return;
    this.alert(turn.heldBack === 0 ? event : { ...event, details: { ...event.details, held_back: turn.heldBack } });
  }

  counts(): ReadonlyMap<string, number> {
    return new Map(this.#counts);
  }
}
