/** What is told of the room on the disk that is being recorded to. Pure. */
import type { RecordingEvents, Room, StopResult } from '../recording/types.js';
import type { LogEvent } from './entry.js';

const GIB = 1024 ** 3;
const WORSE = ['ok', 'low', 'critical', 'reserve'] as const;

/** Null when there is more room than before: nobody has to act on that. */
export function lowSpaceAlert({ matchId, before, after, room }: RecordingEvents['space'][0]): LogEvent | null {
  if (WORSE.indexOf(after) <= WORSE.indexOf(before)) return null;
  const lasts = room.hoursLeft === null ? 'an unknown time' : `${Math.floor(room.hoursLeft * 60)} minutes`;
  const stops = after === 'reserve' ? ' The recording is about to be stopped, so that its files are finalised.' : '';
  return {
    eventType: 'recording_low_space',
    severity: after === 'low' ? 'warning' : 'error',
    message: `Little space is left while ${matchId} is recorded: it lasts for ${lasts}.${stops} Delete matches that have been copied.`,
    details: { match_id: matchId, level: after, hours_left: room.hoursLeft, disk_free_gb: freeGb(room) },
  };
}

export function roomAgain({ matchId, after, room }: RecordingEvents['space'][0]): LogEvent {
  return {
    eventType: 'recording_space_recovered',
    severity: 'info',
    message: `There is more room again while ${matchId} is recorded`,
    details: { match_id: matchId, level: after, hours_left: room.hoursLeft, disk_free_gb: freeGb(room) },
  };
}

/** A match that nobody stopped has been stopped. */
export function stoppedNoSpace(result: StopResult): LogEvent {
  const matchId = result.outcome?.matchId ?? null;
  return {
    eventType: 'recording_stopped_no_space',
    severity: 'error',
    message: `The recordings disk is full: ${matchId} was stopped so that its files are finalised. Delete matches that have been copied, then start a new recording.`,
    details: { match_id: matchId, message: result.message, success: result.success },
  };
}

function freeGb({ freeBytes }: Room): number | null {
  return freeBytes === null ? null : Number((freeBytes / GIB).toFixed(2));
}
