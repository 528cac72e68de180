import type { CameraId } from '../recording/types.js';

/** `info` occurs in the watchdog log only: what reads the alerts knows the other two (contract 10.2). */
export type Severity = 'info' | 'warning' | 'error';

/** One event for a technician, in the words of the wire (contract 10.2). */
export interface LogEvent {
  /** Stable, snake_case; docs/logging.md says what each means and what to do. */
  readonly eventType: string;
  readonly severity: Severity;
  /** Text that stands alone. */
  readonly message: string;
  /** Keys in snake_case, as FootballVision writes them. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** The event as one line of a log, keys in the order of contract 10.2. */
export function entryOf(event: LogEvent, epochMs: number): Readonly<Record<string, unknown>> {
  return { ts: isoMicros(epochMs), event_type: event.eventType, severity: event.severity, message: event.message, details: event.details };
}

/** ISO 8601 in UTC with microseconds and `Z` (contract 10.2). */
export function isoMicros(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, -1)}000Z`;
}

/** Contract 1.9. */
export const cameraKey = (camera: CameraId): string => `camera_${camera}`;

/** One value per camera under `camera_0`, `camera_1`, ... in ascending order. */
export function byCameraKey<T, W>(values: ReadonlyMap<CameraId, T>, present: (value: T) => W): Record<string, W> {
  return Object.fromEntries([...values].sort(([a], [b]) => a - b).map(([camera, value]) => [cameraKey(camera), present(value)]));
}
