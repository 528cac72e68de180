/** What the daemon and the thread of its catalogue say to each other. Both are of the same build, so no message is checked. */
import type { MatchSummary } from '../types.js';

export interface ThreadSettings {
  readonly recordingsDir: string;
  /** The catalogue's file; with `-wal` and `-shm` it is three. */
  readonly catalogueFile: string;
  /** How often the folders are compared with the catalogue, whatever the watcher saw. */
  readonly compareEveryMs: number;
  /** Matches that each comparison reads anew although nothing in their folders has moved: a file may have been written in place. */
  readonly rereadMatches: number;
  /** How long after a notice the match is looked at: several notices in that time are one. */
  readonly gatherMs: number;
  /** While its newest file is younger, files of a match may grow without a trace in its folders. */
  readonly settledAfterMs: number;
}

export type ToThread =
  | { readonly kind: 'touched'; readonly matchId: string }
  | { readonly kind: 'look'; readonly request: number; readonly matchId: string }
  | { readonly kind: 'rebuild'; readonly request: number }
  | { readonly kind: 'close' };

export type FromThread =
  | { readonly kind: 'changed'; readonly matches: readonly MatchSummary[]; readonly gone: readonly string[] }
  /** The list has been compared with the folders, and these are all matches on it. */
  | { readonly kind: 'ready'; readonly matchIds: readonly string[]; readonly elapsedMs: number }
  | { readonly kind: 'looked'; readonly request: number; readonly match: MatchSummary | null }
  | { readonly kind: 'rebuilt'; readonly request: number; readonly matches: number }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string; readonly facts: LogFacts };

export type LogFacts = Readonly<Record<string, string | number>>;

/** How the thread says something in the daemon's log. */
export type Say = (level: 'info' | 'warn' | 'error', message: string, facts?: LogFacts) => void;
