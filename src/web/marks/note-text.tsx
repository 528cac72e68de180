import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { matchClock } from '../library/time-text.js';
import { asRigError } from '../rig/rig-error.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { useAnnouncer } from '../ui/toast.js';
import { type TappedMark, useMarkStore } from './mark-store.js';

/** As the rig takes it. */
export const TEXT_CHARACTERS = 200;

/** The text of a note whose moment is stored already. `onFailure`: why it was not saved, for people; null with each new try. */
export function NoteText({ tap: { key, mark }, onFailure }: { readonly tap: TappedMark; readonly onFailure: (words: string | null) => void }) {
  const { marks } = useStrings();
  const { describe, forget } = useMarkStore();
  const { say } = useAnnouncer();
  const text = useSignal('');
  const isBusy = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus({ preventScroll: true }), []);
  const save = async (): Promise<void> => {
    const words = text.value.trim();
    if (isBusy.value) return;
    if (words === '') {
      forget(key);
      return;
    }
    isBusy.value = true;
    onFailure(null);
    try {
      await describe(key, words);
      say(marks.noteSaved);
    } catch (thrown) {
      onFailure(`${marks.noteFailed} ${asRigError(thrown).message}`);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form
      class="note-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <strong class="note-at">{mark === null ? '' : marks.stored(marks.kinds.note, matchClock(mark.match_seconds))}</strong>
      <input
        ref={input}
        class="text-input"
        aria-label={marks.noteText}
        placeholder={marks.noteHint}
        maxLength={TEXT_CHARACTERS}
        autocomplete="off"
        enterkeyhint="done"
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <Button type="submit" look="primary" disabled={isBusy.value}>
        {text.value.trim() === '' ? marks.done : marks.noteSave}
      </Button>
    </form>
  );
}
