import './marks.css';
import { useSignal } from '@preact/signals';
import type { MarkBody } from '../../api/contract/marks.js';
import { matchClock } from '../library/time-text.js';
import { asRigError } from '../rig/rig-error.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { useAnnouncer } from '../ui/toast.js';
import { MarkIcon } from './mark-icon.js';
import { MarkForm } from './mark-form.js';
import type { MatchMarks } from './use-marks.js';

export interface MarkListProps {
  readonly match: MatchMarks;
  /** Where the player is, in the match. */
  readonly atSeconds: () => number;
  /** Plays from before the mark. */
  readonly onChoose: (mark: MarkBody) => void;
}

/** The marked moments of a match, to go to, add and delete. */
export function MarkList({ match, atSeconds, onChoose }: MarkListProps) {
  const { marks } = useStrings();
  const { show, say } = useAnnouncer();
  /** Deleted just now, and still to be had back. */
  const removed = useSignal<MarkBody | null>(null);
  const all = match.marks.value;

  const remove = async (mark: MarkBody): Promise<void> => {
    try {
      await match.remove(mark.id);
      removed.value = mark;
      say(marks.removed(marks.kinds[mark.kind], matchClock(mark.match_seconds)));
    } catch (thrown) {
      show(`${marks.removeFailed} ${asRigError(thrown).message}`, 'bad');
    }
  };
  const restore = async ({ kind, text, match_seconds: matchSeconds }: MarkBody): Promise<void> => {
    try {
      await match.add({ kind, text, matchSeconds });
      removed.value = null;
    } catch (thrown) {
      show(`${marks.addFailed} ${asRigError(thrown).message}`, 'bad');
    }
  };

  return (
    <Card title={marks.title} icon="flag" aside={all === null || all.length === 0 ? undefined : String(all.length)}>
      <MarkForm match={match} atSeconds={atSeconds} />
      {removed.value === null ? null : (
        <p class="mark-removed" data-testid="mark-removed">
          <span>{marks.removed(marks.kinds[removed.value.kind], matchClock(removed.value.match_seconds))}</span>
          <Button onClick={() => (removed.value === null ? undefined : void restore(removed.value))}>{marks.undo}</Button>
          <Button look="quiet" icon="close" iconOnly onClick={() => (removed.value = null)}>
            {marks.dismiss}
          </Button>
        </p>
      )}
      {match.error.value === null || all !== null ? null : <p class="mark-problem">{`${marks.failed} ${match.error.value.message}`}</p>}
      {all?.length === 0 ? (
        <p class="mark-none">
          <strong>{marks.none}</strong> {marks.noneDetail}
        </p>
      ) : null}
      <ul class="mark-list" data-testid="mark-list">
        {(all ?? []).map((mark) => (
          <Row key={mark.id} mark={mark} onChoose={onChoose} onRemove={(each) => void remove(each)} />
        ))}
      </ul>
    </Card>
  );
}

interface RowProps {
  readonly mark: MarkBody;
  readonly onChoose: (mark: MarkBody) => void;
  readonly onRemove: (mark: MarkBody) => void;
}

function Row({ mark, onChoose, onRemove }: RowProps) {
  const { marks } = useStrings();
  const name = marks.kinds[mark.kind];
  const at = matchClock(mark.match_seconds);
  return (
    <li class="mark-row" data-kind={mark.kind}>
      <button type="button" class="mark-go" aria-label={marks.jump(name, at)} onClick={() => onChoose(mark)}>
        <span class="mark-time">{at}</span>
        <MarkIcon kind={mark.kind} />
        <span class="mark-words">
          <span class="mark-kind">{name}</span>
          {mark.text === null ? null : (
            <span class="mark-text" dir="auto">
              {mark.text}
            </span>
          )}
        </span>
      </button>
      <Button look="quiet" icon="trash" iconOnly onClick={() => onRemove(mark)}>
        {marks.remove(name, at)}
      </Button>
    </li>
  );
}
