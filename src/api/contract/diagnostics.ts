import Type, { type Static } from '#typebox';
import { Count, Nullable } from './common.js';

/** GET /logs/{log_type}, path. Which types there are is decided below, because the contract wants 400 for others. */
export const LogsParams = Type.Object({ log_type: Type.String({ description: '`health`, `alerts` or `watchdog`' }) }, { title: 'LogsParams' });

/** GET /logs/{log_type}, query. */
export const LogsQuery = Type.Object({ lines: Type.Optional(Type.Integer({ description: 'How many; default 100. Anything outside of 1 to 5000 counts as the nearest of them' })) }, { title: 'LogsQuery' });

/** GET /logs/{log_type} (contract 3.7). */
export const LogsBody = Type.Object(
  {
    log_type: Type.String(),
    lines: Type.Array(Type.String(), { description: 'The newest lines, oldest first' }),
    total_lines: Type.Optional(Type.Integer({ minimum: 0, description: 'Lines in this answer' })),
    message: Type.Optional(Type.String({ description: 'Only while there is no such file' })),
  },
  { title: 'Logs' },
);
export type LogsBody = Static<typeof LogsBody>;

/** GET /diagnostics/recording-correlations, query: out of range counts as the nearest value in range (contract 3.7). */
export const CorrelationsQuery = Type.Object(
  {
    lookback_minutes: Type.Optional(Type.Integer({ description: '1 to 1440, default 60' })),
    max_lines: Type.Optional(Type.Integer({ description: '200 to 50000, default 5000' })),
    correlation_window_seconds: Type.Optional(Type.Integer({ description: '1 to 3600, default 180' })),
  },
  { title: 'CorrelationsQuery' },
);
export type CorrelationsQuery = Static<typeof CorrelationsQuery>;

const IsoUtc = Type.String({ description: 'ISO 8601 in UTC, without zone, with microseconds' });
const EventBody = Type.Object({ timestamp: Nullable(IsoUtc, { description: 'null: nobody knows when' }), line: Type.String() }, { title: 'LogEvent' });
const CorrelationBody = Type.Object(
  { timestamp: IsoUtc, line: Type.String(), timeouts_within_window: Count, probe_failures_within_window: Count },
  { title: 'Correlation' },
);

/** GET /diagnostics/recording-correlations (contract 3.7). */
export const CorrelationsBody = Type.Object(
  {
    lookback_minutes: Type.Integer(),
    max_lines_scanned: Type.Integer({ description: 'The bound in force' }),
    correlation_window_seconds: Type.Integer(),
    time_range: Type.Object({ from: IsoUtc, to: IsoUtc }),
    sources: Type.Object({ api_log: Type.String(), error_log: Type.String() }, { description: 'The files that were read' }),
    counts: Type.Object({ nvvic_errors: Count, recording_stop_timeouts: Count, probe_failures: Count, correlated_nvvic_events: Count }),
    recent: Type.Object(
      {
        nvvic_errors: Type.Array(EventBody),
        recording_stop_timeouts: Type.Array(EventBody),
        probe_failures: Type.Array(EventBody),
        correlations: Type.Array(CorrelationBody),
      },
      { description: 'The newest 20 of each, oldest first' },
    ),
  },
  { title: 'RecordingCorrelations' },
);
export type CorrelationsBody = Static<typeof CorrelationsBody>;
