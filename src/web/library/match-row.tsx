import { hrefOf } from '../app/routes.js';
import { useStrings } from '../strings/use-strings.js';
import { Icon } from '../ui/icon.js';
import { activityOfMatch, integrityOf } from './integrity.js';
import { IntegrityMark } from './integrity-mark.js';
import { type MatchRecord, recordedSeconds } from './match-file.js';
import type { MatchInList } from './match-list.js';

export interface MatchRowProps {
  readonly match: MatchInList;
  /** Undefined = not read yet. */
  readonly record: MatchRecord | null | undefined;
  /** Of the live status. */
  readonly recording: Parameters<typeof activityOfMatch>[1];
}

export function MatchRow({ match, record, recording }: MatchRowProps) {
  const { library } = useStrings();
  const activity = activityOfMatch(match.matchId, recording);
  const seconds = record === null || record === undefined ? null : recordedSeconds(record);
  const startedEpochMs = record?.startedEpochMs ?? match.createdEpochMs;
  // What the live status says needs no file to be read first.
  const isKnown = record !== undefined || activity === 'recording' || activity === 'finishing';
  return (
    <li class="match-row" data-match={match.matchId}>
      <a class="match-link" href={hrefOf({ page: 'library', matchId: match.matchId })}>
        <span class="match-main">
          <span class="match-row-name" dir="auto">
            {match.matchId}
          </span>
          <span class="match-facts">
            <span>{startedEpochMs === null ? library.noDate : `${library.day(startedEpochMs)}, ${library.time(startedEpochMs)}`}</span>
            {seconds === null ? null : <span>{library.length(seconds)}</span>}
            <span>{library.size(match.sizeMb)}</span>
            {match.cameraCount === 2 ? null : <span>{library.cameras(match.cameraCount)}</span>}
          </span>
        </span>
        {isKnown ? <IntegrityMark integrity={integrityOf(record ?? null, activity)} /> : <span class="integrity" data-tone="pending" aria-hidden="true" />}
        <Icon name="chevronRight" />
      </a>
    </li>
  );
}
