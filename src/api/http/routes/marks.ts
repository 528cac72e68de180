import type { RecordingService } from '../../../recording/types.js';
import { MatchParams } from '../../contract/library.js';
import { MarkAddedBody, MarkParams, MarkRemovedBody, MarkRequestBody, MarksBody, OwnMarkParams } from '../../contract/marks.js';
import { addMark, marksOfMatch, putMark, removeMark } from '../../operations/marks.js';
import { jsonRoute, type Route } from '../route.js';

export interface MarksParts {
  readonly recording: RecordingService;
}

const PATH = '/recordings/:match_id/marks';
const NO_MATCH = 'There is no match of this name';
const REFUSED = 'The match is being started; or it is not being recorded and `match_seconds` is missing; or it has 1000 marks';
const DAMAGED = 'The disk fails, or what the match says about itself is damaged';
const UNCONFIRMED = 'The disk does not answer: the change may yet be stored, see the list';
const NO_SPACE = 'The disk is full';

export function marksRoutes({ recording }: MarksParts): readonly Route[] {
  const { marks } = recording;
  return [
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: PATH,
      name: 'recording-marks',
      tag: 'Library',
      summary: 'The marks of a match, in its order',
      params: MatchParams,
      response: MarksBody,
      refusals: { '404': NO_MATCH, '503': DAMAGED },
      handle: ({ params }) => marksOfMatch(marks, params.match_id),
    }),
    jsonRoute({
      method: 'POST',
      base: 'api',
      path: PATH,
      name: 'recording-marks',
      tag: 'Library',
      summary: 'Mark a moment of a match; answers when the mark is on the disk',
      description: 'While the match is being recorded, the moment at which the request arrives unless `match_seconds` says another.',
      creates: true,
      params: MatchParams,
      body: MarkRequestBody,
      response: MarkAddedBody,
      refusals: {
        '404': NO_MATCH,
        '409': REFUSED,
        '503': DAMAGED,
        '504': UNCONFIRMED,
        '507': NO_SPACE,
      },
      handle: ({ params, body }) => addMark(marks, { ...body, match_id: params.match_id }),
    }),
    jsonRoute({
      method: 'PUT',
      base: 'api',
      path: `${PATH}/:mark_id`,
      name: 'recording-mark',
      tag: 'Library',
      summary: 'Mark a moment under an id of your own, or change a mark; asked again, the same',
      description: 'For connections that lose answers: however often it is sent, there is one mark of this id, as it was said last. Without `match_seconds` a mark that exists stays where it is, and a new one is put where POST would put it.',
      params: OwnMarkParams,
      body: MarkRequestBody,
      response: MarkAddedBody,
      refusals: { '404': NO_MATCH, '409': REFUSED, '503': DAMAGED, '504': UNCONFIRMED, '507': NO_SPACE },
      handle: ({ params, body }) => putMark(marks, params.match_id, params.mark_id, body),
    }),
    jsonRoute({
      method: 'DELETE',
      base: 'api',
      path: `${PATH}/:mark_id`,
      name: 'recording-mark',
      tag: 'Library',
      summary: 'Remove a mark',
      params: MarkParams,
      response: MarkRemovedBody,
      refusals: { '404': 'There is no such match, or it has no such mark', '503': DAMAGED, '504': UNCONFIRMED, '507': NO_SPACE },
      handle: ({ params }) => removeMark(marks, params.match_id, params.mark_id),
    }),
  ];
}
