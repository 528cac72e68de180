/** When little room is left on the disk that is being recorded to. Pure. */
import type { LogEvent } from './entry.js';

export interface Room {
  /** Null when nobody knows how much the cameras write. */
  readonly hoursLeft: number | null;
  readonly freeBytes: number | null;
}

interface Threshold {
  readonly name: string;
  readonly hours: number;
  readonly bytes: number;
  readonly severity: 'warning' | 'error';
}

const GIB = 1024 ** 3;

/** The bytes count where nobody knows how long they last. Mildest first. */
const THRESHOLDS: readonly Threshold[] = [
  { name: 'one_hour', hours: 1, bytes: 20 * GIB, severity: 'warning' },
  { name: 'quarter_hour', hours: 0.25, bytes: 5 * GIB, severity: 'error' },
];

/** Names of the thresholds that are crossed. */
export function crossedThresholds(room: Room): readonly string[] {
  return THRESHOLDS.filter(({ hours, bytes }) => (room.hoursLeft !== null ? room.hoursLeft < hours : room.freeBytes !== null && room.freeBytes < bytes)).map(({ name }) => name);
}

export function lowSpaceAlert(matchId: string, threshold: string, room: Room): LogEvent {
  const freeGb = room.freeBytes === null ? null : Number((room.freeBytes / GIB).toFixed(2));
  const lasts = room.hoursLeft === null ? 'an unknown time' : `${Math.floor(room.hoursLeft * 60)} minutes`;
  return {
    eventType: 'recording_low_space',
    severity: THRESHOLDS.find(({ name }) => name === threshold)?.severity ?? 'warning',
    message: `Little space is left while ${matchId} is recorded: it lasts for ${lasts}. Delete matches that have been copied.`,
    details: { match_id: matchId, threshold, hours_left: room.hoursLeft, disk_free_gb: freeGb },
  };
}
