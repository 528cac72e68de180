/** What is told of the recordings disk itself. Pure. */
import type { LogEvent } from './entry.js';

export interface LeftBehind {
  readonly folder: string;
  readonly matches: number;
}

/** Matches go to another disk than the configured one. */
export function diskMissing(message: string, matchId: string | null): LogEvent {
  return { eventType: 'recordings_disk_missing', severity: 'error', message: matchId === null ? message : `${matchId} is recorded to a substitute. ${message}`, details: { match_id: matchId } };
}

/** The disk is back, but earlier matches are elsewhere. */
export function leftBehindAlert({ folder, matches }: LeftBehind): LogEvent {
  return {
    eventType: 'recordings_left_behind',
    severity: 'warning',
    message: `While the recordings disk was missing, ${matches === 1 ? 'one match was' : `${matches} matches were`} recorded to ${folder}. Copy them to the recordings folder, look whether they play, then remove them there.`,
    details: { folder, matches },
  };
}

/** It was only slow. */
export function diskCaughtUp(matchId: string): LogEvent {
  return { eventType: 'recording_disk_caught_up', severity: 'info', message: `The recordings disk has caught up; nothing of ${matchId} is missing.`, details: { match_id: matchId } };
}

/** It refuses, or it is too slow; one disk for all cameras. */
export function diskFault(matchId: string, camera: number, reason: string): LogEvent {
  return {
    eventType: 'recording_disk_fault',
    severity: 'error',
    message: `${reason} It is tried all the while, and ${matchId} goes on as soon as the disk takes data again. Check the disk and its cable.`,
    details: { match_id: matchId, camera, reason },
  };
}
