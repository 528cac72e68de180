/** One line of the health log. Pure. */
import type { CameraFacts, RecordingStatus } from '../recording/types.js';
import type { BoardReading } from '../telemetry/board.js';
import type { SystemSample } from '../telemetry/system.js';
import { byCameraKey, isoMicros } from './entry.js';

export interface HealthFacts {
  readonly status: RecordingStatus;
  readonly system: SystemSample | null;
  readonly board: BoardReading;
  readonly healthy: boolean;
  readonly issues: readonly string[];
}

const GIB = 1024 ** 3;

/** What could not be read is null. */
export function healthLine({ status, system, board, healthy, issues }: HealthFacts, epochMs: number): Readonly<Record<string, unknown>> {
  const { zonesCelsius } = board;
  return {
    ts: isoMicros(epochMs),
    healthy,
    issues,
    recording: status.recording,
    phase: status.phase,
    match_id: status.matchId,
    cameras: byCameraKey(status.cameras, ({ state, facts }) => ({ state, ...cameraFacts(facts) })),
    cpu_percent: rounded(system?.cpuPercent, 1),
    memory_percent: rounded(system?.memoryUsedPercent, 1),
    disk_free_gb: rounded(system?.disk == null ? null : system.disk.freeBytes / GIB, 2),
    hours_left: rounded(status.hoursLeft, 2),
    temperature_max_c: rounded(zonesCelsius.length === 0 ? null : Math.max(...zonesCelsius), 1),
    power_mode: board.powerMode.name,
  };
}

/** Whether two lists of issues are the same complaints: figures in them change with every look. */
export function sameIssues(a: readonly string[], b: readonly string[]): boolean {
  return withoutFigures(a) === withoutFigures(b);
}

function withoutFigures(issues: readonly string[]): string {
  return issues.join('\n').replaceAll(/(?<!cam)\d+(?:\.\d+)?/g, '#');
}

function cameraFacts(facts: CameraFacts | null) {
  return {
    fps: rounded(facts?.fps, 2),
    frames_missed: facts?.framesMissed ?? null,
    newest_frame_age_seconds: rounded(facts?.newestFrameAgeMs == null ? null : facts.newestFrameAgeMs / 1000, 3),
  };
}

function rounded(value: number | null | undefined, decimals: number): number | null {
  return value == null ? null : Number(value.toFixed(decimals));
}
