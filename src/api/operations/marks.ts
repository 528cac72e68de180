/** What REST and WebSocket both offer about marks: wire shapes in and out. */
import { TouchlineError } from '../../errors.js';
import type { Mark, MatchMarks, NewMark } from '../../recording/marks.js';
import type { AddMarkParams, MarkAddedBody, MarkRemovedBody, MarkRequestBody, MarksBody } from '../contract/marks.js';
import { invalidRequest } from '../http/route.js';
import { presentAdded, presentMarkRemoved, presentMarks } from '../presenters/marks.js';
import { named } from './library.js';

export async function marksOfMatch(marks: MatchMarks, matchId: string): Promise<MarksBody> {
  return presentMarks(matchId, await named(matchId, () => marks.list(matchId)));
}

/** POST /recordings/{match_id}/marks and `add_mark`. Text of blanks alone counts as none. */
export async function addMark(marks: MatchMarks, { match_id: matchId = null, ...body }: AddMarkParams): Promise<MarkAddedBody> {
  return stored(matchId ?? '', async () => (await marks.add(matchId, wanted(body))).mark);
}

/** PUT /recordings/{match_id}/marks/{mark_id}. */
export async function putMark(marks: MatchMarks, matchId: string, markId: string, body: MarkRequestBody): Promise<MarkAddedBody> {
  return stored(matchId, () => marks.put(matchId, markId, wanted(body)));
}

function wanted({ kind, text, match_seconds: matchSeconds = null }: MarkRequestBody): NewMark {
  return { kind, text: text?.trim() || null, matchSeconds };
}

async function stored(matchId: string, store: () => Promise<Mark>): Promise<MarkAddedBody> {
  try {
    return presentAdded(await named(matchId, store));
  } catch (thrown) {
    if (!(thrown instanceof TouchlineError) || thrown.code !== 'mark_beyond_match') throw thrown;
    throw invalidRequest(thrown.violations, 'body');
  }
}

export async function removeMark(marks: MatchMarks, matchId: string, markId: string): Promise<MarkRemovedBody> {
  await named(matchId, () => marks.remove(matchId, markId));
  return presentMarkRemoved();
}
