import type { Clock } from '../lib/clock.js';
import type { EventLog } from './event-log.js';
import { HostLogFollower, type LogPlace, type NvvicFinding } from './host-log-follower.js';
import type { Journal } from './journal.js';
import { Quota } from './quota.js';
import { nvvicEvent, parseSignal } from './signals.js';

/** The camera stack may print thousands of lines a second, which would push everything else out of the log. */
const LISTED = { burst: 100, intervalMs: 1000 };
const ALERTED = { burst: 1, intervalMs: 10 * 60_000 };
const MAX_RESUME_LINES = 20_000;

/** Watches for complaints of the camera stack in the logs of the camera hosts. */
export class StackWatch {
  readonly #options: { readonly logDir: string; readonly watchdog: EventLog; readonly journal: Journal };
  readonly #listed: Quota<number>;
  readonly #alerted: Quota<number>;
  #follower: HostLogFollower | null = null;

  constructor(options: { readonly logDir: string; readonly watchdog: EventLog; readonly journal: Journal; readonly clock: Clock }) {
    this.#options = options;
    this.#listed = new Quota(options.clock, LISTED);
    this.#alerted = new Quota(options.clock, ALERTED);
  }

  /** Looks for new lines. Rejects when the disk fails. */
  async look(): Promise<void> {
    const { logDir, watchdog } = this.#options;
    this.#follower ??= new HostLogFollower(logDir, await placesIn(watchdog), (finding) => this.#found(finding));
    await this.#follower.look();
  }

  #found(finding: NvvicFinding): void {
    const { journal } = this.#options;
    const turn = this.#listed.take(finding.camera);
    if (turn !== null) journal.note(nvvicEvent(finding, turn.heldBack));
    const alert = finding.isLive ? this.#alerted.take(finding.camera) : null;
    if (alert === null) return;
    journal.alert({
      eventType: 'camera_stack_error',
      severity: 'warning',
      message: `The camera stack of camera ${finding.camera} runs out of buffers: stops and files may fail in the next minutes. Restart nvargus-daemon before the next match.`,
      details: { camera: finding.camera, line: finding.line, ...(alert.heldBack === 0 ? {} : { held_back: alert.heldBack }) },
    });
  }
}

/** Up to where each camera's log was read before: the newest event about it remembers. */
async function placesIn(watchdog: EventLog): Promise<ReadonlyMap<number, LogPlace>> {
  const places = new Map<number, LogPlace>();
  await watchdog.visitBackwards(MAX_RESUME_LINES, (lines) => {
    for (const line of lines) {
      const signal = parseSignal(line);
      if (signal?.camera == null || signal.place === null || places.has(signal.camera)) continue;
      places.set(signal.camera, signal.place);
    }
    return true;
  });
  return places;
}
