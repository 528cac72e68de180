/** How a match is named and where it lies. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.js';
import type { StoredRecording } from './store.js';
import type { MatchPlace } from './types.js';

/** Two matches of one second, or of a clock that was set back, are two matches. */
export function freeMatchId(recordingsDir: string, clock: Clock): string {
  let epochSeconds = Math.floor(clock.nowEpochMs() / 1000);
  while (existsSync(join(recordingsDir, `match_${epochSeconds}`))) epochSeconds += 1;
  return `match_${epochSeconds}`;
}

export function placeOf({ matchId, matchDir }: StoredRecording): MatchPlace {
  return { matchId, matchDir };
}

/** Of the cameras, as people see it in the state of the mutex. */
export function holderOf(matchId: string): string {
  return `api-recording-${matchId}`;
}
