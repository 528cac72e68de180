import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import type { EventLog } from './event-log.js';
import { COMMON, isComplaint, shown } from './host-log-scan.js';
import { parseSignal } from './signals.js';
import type { StackComplaints } from './stack-complaints.js';
import { UnitFollower, type Beginning } from './unit-follower.js';
import type { UnitLine } from './unit-output.js';

export interface UnitWatchOptions {
  /** The camera of each unit; null for one that all cameras have in common. */
  readonly units: ReadonlyMap<string, number | null>;
  readonly watchdog: EventLog;
  readonly complaints: StackComplaints;
  readonly clock: Clock;
  readonly log: Logger;
  readonly journalctl?: string;
}

/** What is older is no news to anybody. A daemon is back within seconds; a boot takes a minute or two. */
const MAX_AWAY_MS = 60 * 60_000;
/** A complaint of the moments in which the daemon was being restarted is as good as live. */
const LIVE_MS = 60_000;
const MAX_RESUME_LINES = 20_000;

/** Watches for complaints of the camera stack in what the units of the cameras say in the system's journal. */
export function watchUnits(options: UnitWatchOptions): UnitFollower {
  const { units, watchdog, complaints, clock, log, journalctl } = options;
  const report = ({ unit, text, epochMs, cursor }: UnitLine): void => {
    const camera = units.get(unit);
    if (camera === undefined || !isComplaint(text)) return;
    complaints.found({ camera, line: shown(text), hostEpochMs: epochMs, isLive: Math.abs(clock.nowEpochMs() - epochMs) <= LIVE_MS, place: { cursor } });
  };
  const begin = (): Promise<Beginning> => beginning(watchdog, clock.nowEpochMs() - MAX_AWAY_MS);
  return new UnitFollower({
    units: [...units.keys()],
    containing: COMMON,
    fault: 'the journal of the camera units cannot be followed',
    begin,
    report,
    clock,
    log,
    ...(journalctl === undefined ? {} : { journalctl }),
  });
}

/** The newest complaint that was noted remembers up to where the journal has been read. */
async function beginning(watchdog: EventLog, oldestEpochMs: number): Promise<Beginning> {
  let cursor: string | null = null;
  await watchdog.visitBackwards(MAX_RESUME_LINES, (lines) => {
    for (const line of lines) {
      const signal = parseSignal(line);
      if (signal === null || signal.cursor === null) continue;
      if (signal.writtenEpochMs >= oldestEpochMs) cursor = signal.cursor;
      return false;
    }
    return true;
  });
  return cursor === null ? { sinceEpochMs: oldestEpochMs } : { cursor };
}
