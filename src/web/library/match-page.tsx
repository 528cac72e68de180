import { useEffect, useMemo } from 'preact/hooks';
import { MarkList } from '../marks/mark-list.js';
import { useMarks } from '../marks/use-marks.js';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { segmentPath } from './addresses.js';
import { FileList } from './file-list.js';
import { MatchHead } from './match-head.js';
import { MatchPlayer } from './player/match-player.js';
import { Player } from './player/player.js';
import { type OneMatch, useMatch } from './use-match.js';

/** What somebody marked happened before the tap. */
const LEAD_SECONDS = 5;
const NOT_FOUND = 404;

export function MatchPage({ matchId }: { readonly matchId: string }) {
  const { library } = useStrings();
  const match = useMatch(matchId);
  const { segments, error, refresh } = match;
  return (
    <div class="sheet match-page">
      <MatchHead matchId={matchId} match={match} />
      {error.value === null ? null : (
        <Card tone="bad" icon="alert" title={error.value.status === NOT_FOUND ? library.match.gone : library.match.failed}>
          <p>{error.value.status === NOT_FOUND ? library.match.goneDetail : error.value.message}</p>
          {error.value.status === NOT_FOUND ? null : (
            <div class="card-actions">
              <Button onClick={refresh}>{library.again}</Button>
            </div>
          )}
        </Card>
      )}
      {segments.value === null && error.value === null ? (
        <p class="library-note" aria-busy="true">
          <span class="spinner" aria-hidden="true" />
          {library.match.loading}
        </p>
      ) : null}
      {segments.value === null || error.value?.status === NOT_FOUND ? null : <Content matchId={matchId} match={match} />}
    </div>
  );
}

function Content({ matchId, match }: { readonly matchId: string; readonly match: OneMatch }) {
  const { library } = useStrings();
  const { rest } = useRig();
  const marks = useMarks(matchId);
  const player = useMemo(
    () => new MatchPlayer(({ name, version }) => `${rest.url(segmentPath(matchId, name))}?inline=1&version=${encodeURIComponent(version)}`),
    [matchId],
  );
  useEffect(() => () => player.close(), [player]);
  useEffect(() => match.timeLine.subscribe((timeLine) => (timeLine === null ? undefined : player.setTimeLine(timeLine))), [player]);
  const timeLine = match.timeLine.value;
  const go = (seconds: number): void => {
    player.seek(seconds - LEAD_SECONDS);
    player.play();
  };
  return (
    <>
      {timeLine === null || timeLine.lengthSeconds === 0 ? (
        <p class="library-note">{match.activity.value === 'recording' ? library.match.begins : library.match.noFiles}</p>
      ) : (
        <Player player={player} timeLine={timeLine} marks={marks.marks.value ?? []} onMark={({ match_seconds }) => go(match_seconds)} />
      )}
      {timeLine?.isEstimated === true ? <p class="match-state">{library.match.estimated}</p> : null}
      <MarkList match={marks} atSeconds={() => player.seconds.value} onChoose={({ match_seconds }) => go(match_seconds)} />
      <FileList matchId={matchId} match={match} />
    </>
  );
}
