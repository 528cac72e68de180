import type { Clock } from '../lib/clock.js';
import { correlate } from './correlate.js';
import type { EventLog } from './event-log.js';
import { parseSignal, type SignalType } from './signals.js';
import type { CorrelationQuery, Correlations, SignalEvent } from './types.js';

/**
 * The report over the newest lines of the watchdog log. An event whose time nobody knows counts for as long after it
 * was written down as the report looks back, and never correlates. Throws TouchlineError when the disk fails.
 */
export async function readCorrelations(watchdog: EventLog, clock: Clock, query: CorrelationQuery): Promise<Correlations> {
  const toEpochMs = clock.nowEpochMs();
  const fromEpochMs = toEpochMs - query.lookbackMinutes * 60_000;
  const found: Record<SignalType, Placed[]> = { nvvic_error: [], recording_stop_timeout: [], segment_probe_failed: [] };
  await watchdog.visitBackwards(query.maxLines, (lines) => {
    for (const line of lines) {
      const signal = parseSignal(line);
      if (signal === null) continue;
      const placeEpochMs = signal.epochMs ?? signal.writtenEpochMs;
      if (placeEpochMs >= fromEpochMs && placeEpochMs <= toEpochMs) found[signal.type].push({ placeEpochMs, event: { epochMs: signal.epochMs, line: signal.line } });
    }
    return true;
  });
  const nvvicErrors = oldestFirst(found.nvvic_error);
  const stopTimeouts = oldestFirst(found.recording_stop_timeout);
  const probeFailures = oldestFirst(found.segment_probe_failed);
  return {
    fromEpochMs,
    toEpochMs,
    sources: { apiLog: watchdog.path, errorLog: watchdog.path },
    nvvicErrors,
    stopTimeouts,
    probeFailures,
    correlations: correlate(nvvicErrors, stopTimeouts, probeFailures, query.windowSeconds * 1000),
  };
}

interface Placed {
  /** When it happened or, when nobody knows, was written down. */
  readonly placeEpochMs: number;
  readonly event: SignalEvent;
}

/** By time and not in the order of the log: a line may have been found long after it was written. */
function oldestFirst(newestFirst: readonly Placed[]): readonly SignalEvent[] {
  return newestFirst.toReversed().sort((a, b) => a.placeEpochMs - b.placeEpochMs).map(({ event }) => event);
}
