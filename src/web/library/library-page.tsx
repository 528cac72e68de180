import './library.css';
import './match.css';
import { MatchListPage } from './match-list-page.js';
import { MatchPage } from './match-page.js';

/** @param matchId null: all matches */
export function LibraryPage({ matchId }: { readonly matchId: string | null }) {
  // Another match is another page: nothing of the one before stays.
  return matchId === null ? <MatchListPage /> : <MatchPage key={matchId} matchId={matchId} />;
}
