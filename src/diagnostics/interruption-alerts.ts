/** What is told of a match that was interrupted. Pure. */
import type { EndReason, RecordingEvents } from '../recording/types.js';
import { isoMicros, type LogEvent } from './entry.js';

/** What happened, and what to look into when it happens again and again. */
const CAUSES: Readonly<Record<RecordingEvents['resumed'][0]['interruption']['cause'], { readonly eventType: string; readonly words: (matchId: string) => string; readonly advice: string }>> = {
  machine_restarted: { eventType: 'recording_resumed_after_power_loss', words: (matchId) => `The machine was restarted while ${matchId} was recorded. The recording goes on in the same match.`, advice: 'check the power supply' },
  processes_died: { eventType: 'recording_resumed_after_crash', words: (matchId) => `All processes of the rig had died while ${matchId} was recorded. The recording goes on in the same match.`, advice: 'look into the logs' },
  disk_missing: { eventType: 'recording_resumed_elsewhere', words: (matchId) => `The recordings disk went away while ${matchId} was recorded. The recording goes on on another disk.`, advice: 'check the disk and its cable' },
};

/** So many power cuts in one match are no accident any more. */
const MANY = 3;

/** A match goes on that nobody recorded for a while. */
export function resumedAlert({ matchId, interruption, count }: RecordingEvents['resumed'][0]): LogEvent {
  const { cause, lengthMs, resumedEpochMs } = interruption;
  const { eventType, words, advice } = CAUSES[cause];
  const missing = lengthMs === null ? 'How long nothing was recorded cannot be told, because the clock of the machine is not right: stop it if this match is over.' : `${lasted(lengthMs)} are missing.`;
  const often = count < MANY ? '' : ` It is the interruption number ${count} of this match: ${advice}.`;
  return {
    eventType,
    severity: count < MANY ? 'warning' : 'error',
    message: `${words(matchId)} ${missing}${often}`,
    details: { match_id: matchId, interruption_count: count, missing_seconds: lengthMs === null ? null : Number((lengthMs / 1000).toFixed(1)), clock_is_plausible: lengthMs !== null, resumed_at: isoMicros(resumedEpochMs) },
  };
}

/** A match was interrupted and does not go on. */
export function interruptedAlert({ matchId, reason, gapMs }: RecordingEvents['interrupted'][0]): LogEvent {
  const why: Readonly<Record<EndReason, string>> = {
    was_being_stopped: 'It was just being stopped, so it is over.',
    switched_off: 'It does not go on by itself, because recording_resume_enabled is false: start a new recording if the match goes on.',
    too_long_ago: `${gapMs === null ? 'That' : `That was ${lasted(gapMs)} ago by the clock of the machine. It`} is over: start a new recording if the match goes on.`,
  };
  return {
    eventType: 'recording_interrupted',
    severity: reason === 'was_being_stopped' ? 'warning' : 'error',
    message: `The machine was restarted while ${matchId} was recorded. ${why[reason]} What was on the disk is kept.`,
    details: { match_id: matchId, reason, seconds_ago: gapMs === null ? null : Math.round(gapMs / 1000) },
  };
}

function lasted(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
}
