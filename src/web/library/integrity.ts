import type { MatchRecord } from './match-file.js';

/**
 * How a match is, in one word. `recording`: now, as the rig says itself. `unknown`: it may be recorded just now, and the rig is
 * not heard. `unfinished`: nobody stopped it. `torn`: it was stopped, but a camera failed before that and left a file open, which the
 * rig closes when it records nothing. `unchecked`: nobody has checked all of its files, or nothing tells.
 */
export type Integrity = 'recording' | 'finishing' | 'verified' | 'gaps' | 'damaged' | 'unfinished' | 'torn' | 'unchecked' | 'unknown';

/** What the rig does with this match now; null while the rig is not heard. */
export type MatchActivity = 'recording' | 'finishing' | 'resting' | null;

/** @param record `match.json`; null when there is none */
export function integrityOf(record: MatchRecord | null, activity: MatchActivity): Integrity {
  if (activity === 'recording' || activity === 'finishing') return activity;
  if (record === null) return 'unchecked';
  const segments = record.cameras.flatMap((camera) => camera.segments);
  if (segments.some(({ check }) => check === 'bad')) return 'damaged';
  if (record.state === 'recording' && activity === null) return 'unknown';
  if (record.state !== 'finished') return 'unfinished';
  if (segments.some(({ isFinalised }) => !isFinalised)) return 'torn';
  if (segments.length === 0 || segments.some(({ check }) => check === 'unchecked')) return 'unchecked';
  return record.cameras.some(({ gaps }) => gaps.some(({ cause }) => cause !== 'stopped')) ? 'gaps' : 'verified';
}

interface RecordingNow {
  readonly match_id: string | null;
  readonly recording: boolean;
  readonly phase: string;
}

/** @param recording of the live status; undefined while the rig is not heard */
export function activityOfMatch(matchId: string, recording: RecordingNow | undefined): MatchActivity {
  if (recording === undefined) return null;
  if (recording.match_id !== matchId) return 'resting';
  if (recording.phase === 'stopping') return 'finishing';
  // Whether it will be recorded is open.
  if (recording.phase === 'starting') return null;
  return recording.recording ? 'recording' : 'resting';
}
