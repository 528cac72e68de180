/** What the rig can tell a technician about itself, in the daemon's own terms. */

export const LOG_TYPES = ['health', 'alerts', 'watchdog'] as const;
export type LogType = (typeof LOG_TYPES)[number];

/** The machine right now. Groups that cannot be read have the contract's fallback (3.7): numbers are never null. */
export interface BoardSample {
  readonly powerMode: { readonly name: string; readonly id: string; readonly isMax: boolean };
  readonly cpus: readonly { readonly cpu: number; readonly freqGhz: number; readonly type: 'performance' | 'efficiency' }[];
  readonly zonesCelsius: readonly number[];
  readonly cpuPercent: number;
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  readonly storage: { readonly totalBytes: number; readonly freeBytes: number; readonly usedBytes: number };
}

export interface LogTail {
  /** Oldest first, newest last. */
  readonly lines: readonly string[];
  /** False when there is no such file yet. */
  readonly exists: boolean;
}

export interface CorrelationQuery {
  readonly lookbackMinutes: number;
  readonly maxLines: number;
  readonly windowSeconds: number;
}

export interface SignalEvent {
  readonly epochMs: number | null;
  readonly line: string;
}

export interface Correlations {
  readonly fromEpochMs: number;
  readonly toEpochMs: number;
  readonly sources: { readonly apiLog: string; readonly errorLog: string };
  /** Within the time range, oldest first, all of them. */
  readonly nvvicErrors: readonly SignalEvent[];
  readonly stopTimeouts: readonly SignalEvent[];
  readonly probeFailures: readonly SignalEvent[];
  readonly correlations: readonly (SignalEvent & { readonly timeoutsWithinWindow: number; readonly probeFailuresWithinWindow: number })[];
}

export interface Diagnostics {
  /** Instant, from the background. */
  board(): BoardSample;
  /** The newest lines of one of the logs. Throws TouchlineError when the disk fails. */
  tail(log: LogType, lines: number): Promise<LogTail>;
  correlations(query: CorrelationQuery): Promise<Correlations>;
  /** Alerts raised since the daemon started, by event type. */
  alertCounts(): ReadonlyMap<string, number>;
}
