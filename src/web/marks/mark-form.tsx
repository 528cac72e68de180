import { useSignal } from '@preact/signals';
import { matchClock } from '../library/time-text.js';
import { asRigError } from '../rig/rig-error.js';
import { useStrings } from '../strings/use-strings.js';
import { useAnnouncer } from '../ui/toast.js';
import { MARK_KINDS, type MarkKind } from './kinds.js';
import { MarkIcon } from './mark-icon.js';
import { TEXT_CHARACTERS } from './note-text.js';
import type { MatchMarks } from './use-marks.js';

/** Marks the moment that the player shows, with or without words. */
export function MarkForm({ match, atSeconds }: { readonly match: MatchMarks; readonly atSeconds: () => number }) {
  const { marks } = useStrings();
  const { say, show } = useAnnouncer();
  const text = useSignal('');
  const isBusy = useSignal(false);
  const add = async (kind: MarkKind): Promise<void> => {
    if (isBusy.value) return;
    isBusy.value = true;
    const matchSeconds = Math.round(atSeconds() * 1000) / 1000;
    try {
      const words = text.value.trim();
      await match.add({ kind, text: words === '' ? null : words, matchSeconds });
      text.value = '';
      say(marks.stored(marks.kinds[kind], matchClock(matchSeconds)));
    } catch (thrown) {
      show(`${marks.addFailed} ${asRigError(thrown).message}`, 'bad');
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <div class="mark-form">
      <input
        class="text-input"
        aria-label={marks.textLabel}
        placeholder={marks.textLabel}
        maxLength={TEXT_CHARACTERS}
        autocomplete="off"
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <div class="mark-form-kinds" role="group" aria-label={marks.bar}>
        {MARK_KINDS.map((kind) => (
          <button key={kind} type="button" class="button mark-add" data-kind={kind} aria-label={marks.add(marks.kinds[kind])} disabled={isBusy.value} onClick={() => void add(kind)}>
            <MarkIcon kind={kind} />
            <span>{marks.kinds[kind]}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
