import type { Static } from 'typebox';
import type { RecordingsBody } from '../../api/contract/library.js';

export type RecordingsAnswer = Static<typeof RecordingsBody>;

export interface MatchInList {
  readonly matchId: string;
  readonly sizeMb: number;
  readonly cameraCount: number;
  /** When its oldest segment was last written; null without segments. */
  readonly createdEpochMs: number | null;
  /** Changes whenever something about it does. */
  readonly version: string;
}

/** More rows at once would be slow on a tablet, fewer would be many pages. */
export const ROWS_PER_PAGE = 20;

/** Newest first; those without a time at the end, by name. */
export function matchesOf({ recordings }: RecordingsAnswer): readonly MatchInList[] {
  return Object.entries(recordings)
    .map(([matchId, { total_size_mb, camera_count, segments_count, created_at }]) => ({
      matchId,
      sizeMb: total_size_mb,
      cameraCount: camera_count,
      createdEpochMs: created_at === null ? null : created_at * 1000,
      version: `${total_size_mb} ${segments_count} ${created_at}`,
    }))
    .sort((a, b) => (b.createdEpochMs ?? -Infinity) - (a.createdEpochMs ?? -Infinity) || a.matchId.localeCompare(b.matchId));
}

/** Those whose names have all the words, whatever their case and accents. */
export function searched(matches: readonly MatchInList[], words: string): readonly MatchInList[] {
  const wanted = plain(words).split(/\s+/).filter((word) => word !== '');
  if (wanted.length === 0) return matches;
  return matches.filter(({ matchId }) => {
    const name = plain(matchId);
    return wanted.every((word) => name.includes(word));
  });
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** From 0; the last one there is when the wanted one is beyond it. */
  readonly index: number;
  readonly count: number;
  /** Places of the first and the last row in the whole list, from 1. */
  readonly first: number;
  readonly last: number;
}

export function pageOf<T>(all: readonly T[], wanted: number, rowsPerPage = ROWS_PER_PAGE): Page<T> {
  const count = Math.max(1, Math.ceil(all.length / rowsPerPage));
  const index = Math.min(Math.max(0, wanted), count - 1);
  const rows = all.slice(index * rowsPerPage, (index + 1) * rowsPerPage);
  return { rows, index, count, first: rows.length === 0 ? 0 : index * rowsPerPage + 1, last: index * rowsPerPage + rows.length };
}

function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
