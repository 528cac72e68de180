import type { BoardSample, CorrelationQuery, Correlations, LogTail, LogType, SignalEvent } from '../../diagnostics/types.js';
import type { CorrelationsBody, LogsBody } from '../contract/diagnostics.js';
import type { SystemMetricsBody } from '../contract/system-metrics.js';
import { gigabytes, roundedTo } from './units.js';

const WARNING_CELSIUS = 75;
const CRITICAL_CELSIUS = 85;
const RECENT = 20;

/** The wire form of the board (contract 3.7). */
export function presentSystemMetrics(board: BoardSample): SystemMetricsBody {
  const { cpus, memory, storage, zonesCelsius } = board;
  const hottest = zonesCelsius.length === 0 ? 0 : Math.max(...zonesCelsius);
  const usedMemory = memory.totalBytes - memory.availableBytes;
  return {
    power_mode: { name: board.powerMode.name, id: board.powerMode.id, is_max: board.powerMode.isMax },
    cpu_frequencies: cpus.map(({ cpu, freqGhz, type }) => ({ cpu, freq_ghz: roundedTo(3, freqGhz), type })),
    cpu_avg: { performance: averageGhz(cpus, 'performance'), efficiency: averageGhz(cpus, 'efficiency') },
    temperature: {
      max_c: roundedTo(1, hottest),
      zones: zonesCelsius.map((celsius) => roundedTo(1, celsius)),
      warning: hottest > WARNING_CELSIUS,
      critical: hottest > CRITICAL_CELSIUS,
    },
    cpu_usage: { overall: roundedTo(1, board.cpuPercent) },
    memory: {
      total_gb: gigabytes(memory.totalBytes),
      used_gb: gigabytes(usedMemory),
      available_gb: gigabytes(memory.availableBytes),
      percent: percent(usedMemory, memory.totalBytes),
    },
    storage: {
      total_gb: gigabytes(storage.totalBytes),
      used_gb: gigabytes(storage.usedBytes),
      free_gb: gigabytes(storage.freeBytes),
      percent: percent(storage.usedBytes, storage.totalBytes),
    },
  };
}

/** The wire form of a log's newest lines: a fresh array, which the dashboard reverses in place (contract 12.8). */
export function presentLog(type: LogType, tail: LogTail): LogsBody {
  if (!tail.exists) return { log_type: type, lines: [], message: 'Log file does not exist yet' };
  const lines = tail.lines.map((line) => line.trim());
  return { log_type: type, lines, total_lines: lines.length };
}

/** The wire form of the correlation report (contract 3.7). */
export function presentCorrelations(query: CorrelationQuery, found: Correlations): CorrelationsBody {
  return {
    lookback_minutes: query.lookbackMinutes,
    max_lines_scanned: query.maxLines,
    correlation_window_seconds: query.windowSeconds,
    time_range: { from: isoUtc(found.fromEpochMs), to: isoUtc(found.toEpochMs) },
    sources: { api_log: found.sources.apiLog, error_log: found.sources.errorLog },
    counts: {
      nvvic_errors: found.nvvicErrors.length,
      recording_stop_timeouts: found.stopTimeouts.length,
      probe_failures: found.probeFailures.length,
      correlated_nvvic_events: found.correlations.length,
    },
    recent: {
      nvvic_errors: found.nvvicErrors.slice(-RECENT).map(presentEvent),
      recording_stop_timeouts: found.stopTimeouts.slice(-RECENT).map(presentEvent),
      probe_failures: found.probeFailures.slice(-RECENT).map(presentEvent),
      correlations: found.correlations.slice(-RECENT).flatMap(({ epochMs, line, timeoutsWithinWindow, probeFailuresWithinWindow }) =>
        epochMs === null ? [] : [{ timestamp: isoUtc(epochMs), line, timeouts_within_window: timeoutsWithinWindow, probe_failures_within_window: probeFailuresWithinWindow }],
      ),
    },
  };
}

function presentEvent({ epochMs, line }: SignalEvent): { timestamp: string | null; line: string } {
  return { timestamp: epochMs === null ? null : isoUtc(epochMs), line };
}

/** As Python's `datetime.isoformat` of a UTC time without zone. */
function isoUtc(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, -1)}000`;
}

function averageGhz(cpus: BoardSample['cpus'], type: BoardSample['cpus'][number]['type']): number {
  const clocks = cpus.filter((cpu) => cpu.type === type).map(({ freqGhz }) => freqGhz);
  return clocks.length === 0 ? 0 : roundedTo(3, clocks.reduce((sum, ghz) => sum + ghz, 0) / clocks.length);
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : roundedTo(1, (part / whole) * 100);
}
