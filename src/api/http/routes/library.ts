import type { Logger } from 'pino';
import { systemClock } from '../../../lib/clock.js';
import type { Library } from '../../../library/types.js';
import type { RecordingService } from '../../../recording/types.js';
import { DeletedBody, MatchParams, ProcessingStatusBody, RebuiltBody, RecordingsBody, SegmentsBody } from '../../contract/library.js';
import { deleteRecording, getRecordings, processingStatus, rebuildLibrary, RecordingsList, segmentsOfMatch } from '../../operations/library.js';
import { jsonRoute, type Route } from '../route.js';
import { downloadRoutes } from './downloads.js';

export interface LibraryParts {
  readonly library: Library;
  readonly recording: RecordingService;
  readonly log?: Logger;
  /** Default 60,000: a client that takes nothing of a download for so long is gone. */
  readonly downloadStallMs?: number;
}

const NO_MATCH = 'There is no match of this name';

export function libraryRoutes(parts: LibraryParts): readonly Route[] {
  const { library, recording } = parts;
  const list = new RecordingsList(library, systemClock);
  return [
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/recordings',
      name: 'recordings',
      tag: 'Library',
      summary: 'Every match, with its cameras and files',
      response: RecordingsBody,
      handle: () => getRecordings(list),
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/recordings/:match_id/segments',
      name: 'recording-segments',
      tag: 'Library',
      summary: 'The segments of one match, camera by camera, in the order of recording',
      params: MatchParams,
      response: SegmentsBody,
      refusals: { '404': NO_MATCH },
      handle: ({ params }) => segmentsOfMatch(library, params.match_id),
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/recordings/:match_id/processing-status',
      name: 'recording-processing-status',
      tag: 'Library',
      summary: 'Whether processed videos of the match exist',
      description: 'Answers for unknown matches, too. Touchline does not process videos itself yet.',
      quiet: true,
      params: MatchParams,
      response: ProcessingStatusBody,
      handle: ({ params }) => processingStatus(library, params.match_id),
    }),
    jsonRoute({
      method: 'DELETE',
      base: 'api',
      path: '/recordings/:match_id',
      name: 'recording-delete',
      tag: 'Library',
      summary: 'Remove a match with everything in it, for good',
      params: MatchParams,
      response: DeletedBody,
      refusals: { '404': NO_MATCH, '409': 'The match is being started, recorded or stopped; nothing has been removed' },
      handle: ({ params }) => deleteRecording({ library, recording }, params.match_id),
    }),
    ...downloadRoutes(parts),
    jsonRoute({
      method: 'POST',
      base: 'api',
      path: '/library/rebuild',
      name: 'library-rebuild',
      tag: 'Library',
      summary: 'Make the list of matches again from the folders',
      description: 'The list keeps itself current; this is for when it is in doubt. Videos are read, never changed.',
      expensive: true,
      response: RebuiltBody,
      handle: () => rebuildLibrary(library),
    }),
  ];
}
