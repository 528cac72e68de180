import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useRig } from '../rig/rig.js';
import { asRigError, type RigError } from '../rig/rig-error.js';
import { matchesOf, type MatchInList, type RecordingsAnswer } from './match-list.js';

export interface Matches {
  /** Newest first; null before the list was read. */
  readonly list: ReadonlySignal<readonly MatchInList[] | null>;
  /** Why it could not be read the last time. */
  readonly error: ReadonlySignal<RigError | null>;
  readonly refresh: () => void;
}

/** After a stop the rig looks at the folder again, a moment later. */
const SETTLES_MS = 2500;

/** The matches on the rig: read again when a recording begins or ends, when the connection is back and when somebody looks again. */
export function useMatches(): Matches {
  const { rest, status, connection } = useRig();
  const list = useSignal<readonly MatchInList[] | null>(null);
  const error = useSignal<RigError | null>(null);
  const asked = useSignal(0);
  const refresh = (): void => {
    asked.value += 1;
  };
  const activity = useComputed(() => {
    const recording = status.value?.value.recording;
    return recording === undefined ? null : `${recording.phase} ${recording.recording} ${recording.match_id}`;
  });
  useSignalEffect(() => {
    void [activity.value, asked.value];
    if (connection.value !== 'live') return;
    const ended = new AbortController();
    const read = (): void => {
      rest.get<RecordingsAnswer>('/recordings', { signal: ended.signal }).then(
        (answer) => {
          list.value = matchesOf(answer);
          error.value = null;
        },
        (thrown: unknown) => {
          if (!ended.signal.aborted) error.value = asRigError(thrown);
        },
      );
    };
    read();
    const again = setTimeout(read, SETTLES_MS);
    return () => {
      clearTimeout(again);
      ended.abort();
    };
  });
  useSignalEffect(() => {
    const look = (): void => {
      if (!document.hidden) refresh();
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  });
  return { list, error, refresh };
}
