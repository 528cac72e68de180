/** What REST and WebSocket both offer about marks: wire shapes in and out. */
import { TouchlineError } from '../../errors.js';
import type { MatchMarks } from '../../recording/marks.js';
import type { AddMarkParams, MarkAddedBody, MarkRemovedBody, MarksBody } from '../contract/marks.js';
import { invalidRequest } from '../http/route.js';
import { presentAdded, presentMarkRemoved, presentMarks } from '../presenters/marks.js';
import { named } from './library.js';

export async function marksOfMatch(marks: MatchMarks, matchId: string): Promise<MarksBody> {
  return presentMarks(matchId, await named(matchId, () => marks.list(matchId)));
}

/** POST /recordings/{match_id}/marks and `add_mark`. Text of blanks alone counts as none. */
export async function addMark(marks: MatchMarks, { match_id: matchId = null, kind, text, match_seconds: matchSeconds = null }: AddMarkParams): Promise<MarkAddedBody> {
  try {
    const { mark } = await named(matchId ?? '', () => marks.add(matchId, { kind, text: text?.trim() || null, matchSeconds }));
    return presentAdded(mark);
  } catch (thrown) {
    if (!(thrown instanceof TouchlineError) || thrown.code !== 'mark_beyond_match') throw thrown;
    throw invalidRequest(thrown.violations, 'body');
  }
}

export async function removeMark(marks: MatchMarks, matchId: string, markId: string): Promise<MarkRemovedBody> {
  await named(matchId, () => marks.remove(matchId, markId));
  return presentMarkRemoved();
}
