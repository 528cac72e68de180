import { useSignal } from '@preact/signals';
import { hrefOf } from '../app/routes.js';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { matchPath } from './addresses.js';
import { integrityOf } from './integrity.js';
import { IntegrityMark } from './integrity-mark.js';
import { recordedSeconds } from './match-file.js';
import { RemoveDialog } from './remove-dialog.js';
import type { OneMatch } from './use-match.js';

/** What the match is, and what can be done with it as a whole. */
export function MatchHead({ matchId, match }: { readonly matchId: string; readonly match: OneMatch }) {
  const { library } = useStrings();
  const { rest } = useRig();
  const asksToRemove = useSignal(false);
  const segments = match.segments.value;
  const record = match.record.value;
  const seconds = record === null ? null : recordedSeconds(record);
  const integrity = integrityOf(record, match.activity.value);
  return (
    <header class="match-page-head">
      <a class="button back-link" data-look="quiet" data-icon-only href={hrefOf({ page: 'library', matchId: null })} title={library.match.back}>
        <Icon name="arrowLeft" />
        <span class="unseen">{library.match.back}</span>
      </a>
      <div class="match-title">
        <h1 dir="auto" data-testid="match-title">
          {matchId}
        </h1>
        {segments === null ? null : (
          <p class="match-facts" data-testid="match-facts">
            {record?.startedEpochMs === null || record?.startedEpochMs === undefined ? null : (
              <span>{`${library.day(record.startedEpochMs)}, ${library.time(record.startedEpochMs)}`}</span>
            )}
            {seconds === null ? null : <span>{library.length(seconds)}</span>}
            <span>{library.size(segments.total_size_mb)}</span>
            <IntegrityMark integrity={integrity} />
          </p>
        )}
        {segments === null || integrity === 'verified' ? null : <p class="match-state">{library.integrityDetail[integrity]}</p>}
      </div>
      {segments === null ? null : (
        <div class="match-actions">
          <a class="button" href={rest.url(matchPath(matchId, '/download'))} download title={library.match.downloadDetail(segments.total_size_mb)}>
            <Icon name="download" />
            <span>{library.match.download}</span>
          </a>
          <Button look="danger" icon="trash" onClick={() => (asksToRemove.value = true)}>
            {library.match.remove}
          </Button>
          <RemoveDialog open={asksToRemove.value} matchId={matchId} sizeMb={segments.total_size_mb} onClose={() => (asksToRemove.value = false)} />
        </div>
      )}
    </header>
  );
}
