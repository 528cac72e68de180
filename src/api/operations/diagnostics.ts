/** What REST and WebSocket both offer about the machine and its logs: wire shapes in and out. */
import { LOG_TYPES, type Diagnostics, type LogType } from '../../diagnostics/types.js';
import { TouchlineError } from '../../errors.js';
import type { CorrelationsBody, CorrelationsQuery, LogsBody } from '../contract/diagnostics.js';
import type { SystemMetricsBody } from '../contract/system-metrics.js';
import { presentCorrelations, presentLog, presentSystemMetrics } from '../presenters/diagnostics.js';

const LINES = { least: 1, most: 5000, otherwise: 100 };
const LOOKBACK_MINUTES = { least: 1, most: 1440, otherwise: 60 };
const MAX_LINES = { least: 200, most: 50_000, otherwise: 5000 };
const WINDOW_SECONDS = { least: 1, most: 3600, otherwise: 180 };

/** Instant. */
export function systemMetrics(diagnostics: Diagnostics): SystemMetricsBody {
  return presentSystemMetrics(diagnostics.board());
}

/** Throws `unknown_log_type`, in the contract's words; and what the disk throws. `lines` out of range is clamped. */
export async function getLogs(diagnostics: Diagnostics, request: { readonly log_type: string; readonly lines?: number | undefined }): Promise<LogsBody> {
  const type = logTypeOf(request.log_type);
  return presentLog(type, await diagnostics.tail(type, clamped(request.lines, LINES)));
}

/** Values out of range are clamped, as the contract wants (3.7). */
export async function recordingCorrelations(diagnostics: Diagnostics, query: CorrelationsQuery): Promise<CorrelationsBody> {
  const wanted = {
    lookbackMinutes: clamped(query.lookback_minutes, LOOKBACK_MINUTES),
    maxLines: clamped(query.max_lines, MAX_LINES),
    windowSeconds: clamped(query.correlation_window_seconds, WINDOW_SECONDS),
  };
  return presentCorrelations(wanted, await diagnostics.correlations(wanted));
}

function logTypeOf(name: string): LogType {
  const known = LOG_TYPES.find((type) => type === name);
  if (known !== undefined) return known;
  throw new TouchlineError({ kind: 'not_found', code: 'unknown_log_type', message: `Unknown log type. Available: ${LOG_TYPES.join(', ')}` });
}

function clamped(value: number | undefined, { least, most, otherwise }: { readonly least: number; readonly most: number; readonly otherwise: number }): number {
  return value === undefined ? otherwise : Math.min(most, Math.max(least, value));
}
