import './marks.css';
import { useEffect, useRef } from 'preact/hooks';
import { matchClock } from '../library/time-text.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { useAnnouncer } from '../ui/toast.js';
import { MarkIcon } from './mark-icon.js';
import { useMarkStore } from './mark-store.js';

/** On every page, connected or not: the marks that the rig has not got yet. */
export function KeptMarks() {
  const { marks } = useStrings();
  const { tapped, forget } = useMarkStore();
  const { say, show } = useAnnouncer();
  const kept = tapped.value.filter(({ state }) => state === 'kept');
  const before = useRef<ReadonlySet<number>>(new Set());
  useEffect(() => {
    for (const { key, kind, state, mark } of tapped.value) {
      if (before.current.has(key) && state === 'stored' && mark !== null) show(marks.keptStored(marks.kinds[kind], matchClock(mark.match_seconds)), 'good');
    }
    if (kept.length > before.current.size) say(`${marks.kept(kept.length)} ${marks.keptDetail}`);
    before.current = new Set(kept.map(({ key }) => key));
  }, [tapped.value]);
  if (kept.length === 0) return null;
  return (
    <section class="kept-marks" data-testid="kept-marks">
      <Icon name="alert" />
      <div class="kept-words">
        <strong>{marks.kept(kept.length)}</strong> <span>{marks.keptDetail}</span>
      </div>
      <ul>
        {kept.map(({ key, kind, matchSeconds }) => (
          <li key={key} class="kept-mark">
            <MarkIcon kind={kind} />
            <span>{marks.keptItem(marks.kinds[kind], matchSeconds === null ? null : matchClock(matchSeconds))}</span>
            <Button look="quiet" icon="close" iconOnly onClick={() => forget(key)}>
              {marks.discard}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
