import './marks.css';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { matchClock } from '../library/time-text.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { useAnnouncer } from '../ui/toast.js';
import { asRigError } from '../rig/rig-error.js';
import { MARK_KINDS } from './kinds.js';
import { MarkIcon } from './mark-icon.js';
import { type TappedMark, useMarkStore } from './mark-store.js';
import { NoteText } from './note-text.js';

/** Long enough to see it and to take it back. */
const SHOWN_MS = 8000;

/** The newest, and one that waits for its text or for somebody to read why it was refused. */
const SHOWN_AT_MOST = 2;

/**
 * Four buttons for the match that is being recorded: one tap stores the moment of the tap. Below them is what has become of the
 * newest ones, and nothing else: those that the rig has not got yet are shown by `KeptMarks`, on every page.
 */
export function MarkBar({ matchId }: { readonly matchId: string }) {
  const { marks } = useStrings();
  const { tap, tapped } = useMarkStore();
  const shown = tapped.value.filter((each) => each.matchId === matchId && each.state !== 'kept').slice(-SHOWN_AT_MOST);
  const newest = shown.at(-1);
  return (
    <section class="mark-bar" aria-label={marks.bar}>
      <div class="mark-buttons">
        {MARK_KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            class="mark-button"
            data-kind={kind}
            data-state={newest?.kind === kind ? newest.state : undefined}
            aria-label={marks.add(marks.kinds[kind])}
            onClick={() => tap(matchId, kind, performance.now())}
          >
            <MarkIcon kind={kind} />
            <span>{marks.kinds[kind]}</span>
          </button>
        ))}
      </div>
      {newest === undefined ? <p class="mark-hint">{marks.hint}</p> : null}
      {shown.map((each) => (
        <div key={each.key} class="mark-outcome" data-testid="mark-outcome" data-state={each.state}>
          <Outcome tap={each} />
        </div>
      ))}
    </section>
  );
}

function Outcome({ tap }: { readonly tap: TappedMark }) {
  const { marks } = useStrings();
  const { forget, undo } = useMarkStore();
  const { say } = useAnnouncer();
  // Said in its place: a message over the page would lie on the button that tries again.
  const failure = useSignal<string | null>(null);
  const { key, kind, state, mark, reason } = tap;
  const name = marks.kinds[kind];
  const at = mark === null ? '' : matchClock(mark.match_seconds);
  const isNote = kind === 'note' && mark?.text === null;
  useEffect(() => {
    if (state === 'stored') say(marks.stored(name, at));
    if (state === 'refused') say(`${marks.refused(name)} ${reason ?? ''}`);
  }, [state, isNote]);
  useEffect(() => {
    // A note is there until somebody has written it, or said that there is nothing to write.
    if (state !== 'stored' || isNote) return;
    const timer = setTimeout(() => forget(key), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state, isNote, failure.value]);
  const fail = (words: string | null): void => {
    failure.value = words;
    if (words !== null) say(words);
  };
  const takeBack = async (): Promise<void> => {
    fail(null);
    try {
      await undo(key);
      say(marks.undone(name, at));
    } catch (thrown) {
      fail(`${marks.undoFailed} ${asRigError(thrown).message}`);
    }
  };

  if (state === 'sending') return <p>{marks.storing(name)}</p>;
  if (state === 'refused') {
    return (
      <>
        <Icon name="alert" />
        <p>
          <strong>{marks.refused(name)}</strong> {reason}
        </p>
        <Button onClick={() => forget(key)}>{marks.dismiss}</Button>
      </>
    );
  }
  return (
    <>
      {failure.value === null ? <MarkIcon kind={kind} /> : <Icon name="alert" />}
      {failure.value === null ? null : <p class="mark-failure">{failure.value}</p>}
      {isNote ? <NoteText tap={tap} onFailure={fail} /> : null}
      {isNote || failure.value !== null ? null : (
        <p>
          <strong>{marks.stored(name, at)}</strong>
          {mark?.text === null || mark?.text === undefined ? null : <span class="mark-text"> {mark.text}</span>}
        </p>
      )}
      <Button onClick={() => void takeBack()}>{marks.undo}</Button>
    </>
  );
}
