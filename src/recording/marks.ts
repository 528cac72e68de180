/** Moments of a match that somebody wants to find again. They are kept in its `match.json`. */
import { Type, type Static } from '#typebox';
import { compileSchema } from '../lib/schema.js';

const StoredMarkSchema = Type.Object({
  id: Type.String({ minLength: 1 }),
  kind: Type.Union([Type.Literal('goal'), Type.Literal('chance'), Type.Literal('foul'), Type.Literal('note')]),
  text: Type.Union([Type.String(), Type.Null()]),
  /** Since the first frame of the match. */
  match_seconds: Type.Number(),
  /** The same moment by the wall clock. */
  epoch_ms: Type.Number(),
});

/** A mark as it stands in the file. */
type StoredMark = Static<typeof StoredMarkSchema>;

export type MarkKind = StoredMark['kind'];

export interface Mark {
  readonly id: string;
  readonly kind: MarkKind;
  readonly text: string | null;
  /** Since the first frame of the match. */
  readonly matchSeconds: number;
  /** The same moment by the wall clock. */
  readonly epochMs: number;
}

export interface NewMark {
  readonly kind: MarkKind;
  readonly text: string | null;
  /** Null: now, in a match that is being recorded. */
  readonly matchSeconds: number | null;
}

/** The marks of all matches, of one that is being recorded and of those that are at rest. */
export interface MatchMarks {
  /** In the order of the match. Throws `not_found` `recording_not_found`; `unavailable` `match_file_damaged`. */
  list(matchId: string): Promise<readonly Mark[]>;
  /**
   * When it resolves, the mark survives a power cut. Null for the match that is being recorded.
   * Throws `not_found` `recording_not_found`; `conflict` `nothing_is_recorded`, `match_not_recording`,
   * `match_is_starting` or `too_many_marks`; `invalid` `mark_beyond_match`; `timeout` `mark_unconfirmed` when the disk
   * does not answer, and then the mark may be stored later.
   */
  add(matchId: string | null, mark: NewMark): Promise<{ readonly matchId: string; readonly mark: Mark }>;
  /**
   * As `add`, under an id of the caller: however often it is asked for, there is one mark of this id, as it was said last. Without
   * a place it keeps the one that it has.
   */
  put(matchId: string, markId: string, mark: NewMark): Promise<Mark>;
  /** As durable. Throws `not_found` `recording_not_found` or `mark_not_found`; `timeout` `mark_unconfirmed`. */
  remove(matchId: string, markId: string): Promise<void>;
}

const storedMark = compileSchema(StoredMarkSchema);

/** The marks among what stands in the file, in the order of the match. Other software may have left others there. */
export function marksAmong(stored: readonly unknown[]): Mark[] {
  return stored.flatMap((entry) => markOf(entry) ?? []).sort((a, b) => a.matchSeconds - b.matchSeconds);
}

/** The one of this id; null without one. */
export function findMark(stored: readonly unknown[], markId: string): Mark | null {
  return marksAmong(stored).find(({ id }) => id === markId) ?? null;
}

export function withMark(stored: readonly unknown[], { id, kind, text, matchSeconds, epochMs }: Mark): unknown[] {
  const added: StoredMark = { id, kind, text, match_seconds: matchSeconds, epoch_ms: epochMs };
  return [...stored, added];
}

/** Everything but the marks of this id; whatever is not ours stays as it is. */
export function withoutMark(stored: readonly unknown[], markId: string): unknown[] {
  return stored.filter((entry) => markOf(entry)?.id !== markId);
}

function markOf(entry: unknown): Mark | null {
  const checked = storedMark.check(entry);
  if (!checked.ok) return null;
  const { id, kind, text, match_seconds: matchSeconds, epoch_ms: epochMs } = checked.value;
  return { id, kind, text, matchSeconds, epochMs };
}
