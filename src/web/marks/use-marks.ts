import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { MarkBody, MarksBody } from '../../api/contract/marks.js';
import { matchPath } from '../library/addresses.js';
import { useRig } from '../rig/rig.js';
import { asRigError, type RigError } from '../rig/rig-error.js';
import { newMarkId } from './mark-id.js';
import { putMark, removeMark, type WantedMark } from './mark-store.js';

export interface MatchMarks {
  /** In the order of the match; null before they were read. */
  readonly marks: ReadonlySignal<readonly MarkBody[] | null>;
  /** Why they could not be read. */
  readonly error: ReadonlySignal<RigError | null>;
  /** Rejects with RigError, as the next one. */
  readonly add: (mark: Omit<WantedMark, 'id'>) => Promise<MarkBody>;
  readonly remove: (markId: string) => Promise<void>;
}

/** The marks of a match: read again when the rig counts others, when the connection is back and when somebody looks again. */
export function useMarks(matchId: string): MatchMarks {
  const { rest, status, connection } = useRig();
  const marks = useSignal<readonly MarkBody[] | null>(null);
  const error = useSignal<RigError | null>(null);
  const asked = useSignal(0);
  // Of this match only while it is recorded; a change of that is a reason to look, too.
  const counted = useComputed(() => {
    const recording = status.value?.value.recording;
    return recording?.match_id === matchId ? recording.marks_count : null;
  });
  useSignalEffect(() => {
    void [counted.value, asked.value];
    if (connection.value !== 'live') return;
    const ended = new AbortController();
    rest.get<MarksBody>(matchPath(matchId, '/marks'), { signal: ended.signal }).then(
      (answer) => {
        marks.value = answer.marks;
        error.value = null;
      },
      (thrown: unknown) => {
        if (!ended.signal.aborted) error.value = asRigError(thrown);
      },
    );
    return () => ended.abort();
  });
  useSignalEffect(() => {
    const look = (): void => {
      if (!document.hidden) asked.value += 1;
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  });
  return useMemo(
    () => ({
      marks,
      error,
      add: async (wanted) => {
        const mark = await putMark(rest, matchId, { ...wanted, id: newMarkId() });
        marks.value = [...(marks.peek() ?? []), mark].sort((a, b) => a.match_seconds - b.match_seconds);
        return mark;
      },
      remove: async (markId) => {
        await removeMark(rest, matchId, markId);
        marks.value = (marks.peek() ?? []).filter(({ id }) => id !== markId);
      },
    }),
    [matchId],
  );
}
