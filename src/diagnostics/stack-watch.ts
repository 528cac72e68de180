import type { EventLog } from './event-log.js';
import { HostLogFollower, type LogPlace } from './host-log-follower.js';
import { parseSignal } from './signals.js';
import type { StackComplaints } from './stack-complaints.js';

const MAX_RESUME_LINES = 20_000;

export interface StackWatchOptions {
  readonly logDir: string;
  readonly watchdog: EventLog;
  readonly complaints: StackComplaints;
}

/** Watches for complaints of the camera stack in the logs of the camera hosts. */
export class StackWatch {
  readonly #options: StackWatchOptions;
  #follower: HostLogFollower | null = null;

  constructor(options: StackWatchOptions) {
    this.#options = options;
  }

  /** Looks for new lines. Rejects when the disk fails. */
  async look(): Promise<void> {
    const { logDir, watchdog, complaints } = this.#options;
    this.#follower ??= new HostLogFollower(logDir, await placesIn(watchdog), (finding) => complaints.found(finding));
    await this.#follower.look();
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
