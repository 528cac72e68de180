import type { Response } from 'express';
import type { Logger } from 'pino';
import { TouchlineError } from '../../../errors.js';
import type { Library, OpenedFile } from '../../../library/types.js';
import { FileParams, InlineQuery, MatchParams, SegmentParams } from '../../contract/library.js';
import { named } from '../../operations/library.js';
import { sendFile } from '../download.js';
import { DownloadSlots } from '../download-slots.js';
import { DirectAnswer, type Download, downloadRoute, type Route } from '../route.js';
import { sendZip } from '../zip.js';

export interface DownloadParts {
  readonly library: Library;
  readonly log?: Logger;
  readonly downloadStallMs?: number;
}

const DEFAULT_STALL_MS = 60_000;
/** A rig has one disk, and the recording comes first. */
const ZIPS_AT_A_TIME = 2;
/** When to ask again while others download: they may take minutes. */
const RETRY_AFTER_SECONDS = 30;

const FILE: Download = { mediaType: 'application/octet-stream', inlineMediaType: 'video/mp4', description: 'The bytes of the file', head: true, ranges: true };
const ZIP: Download = { mediaType: 'application/zip', description: 'All files of the match, stored without compression; its names begin with the id', head: true };
const FILE_REFUSALS = {
  '404': 'There is no such file',
  '412': 'The file is another than `If-Match` or `If-Unmodified-Since` ask for',
  '416': 'The range begins beyond the end of the file; `Content-Range` tells its length',
};

export function downloadRoutes({ library, log, downloadStallMs: stallMs = DEFAULT_STALL_MS }: DownloadParts): readonly Route[] {
  const slots = new DownloadSlots(ZIPS_AT_A_TIME);

  const fileAnswer = (open: () => Promise<OpenedFile>, inline = false): DirectAnswer =>
    new DirectAnswer(async (request, response) => {
      const file = await open();
      await watched(response, log, () => sendFile(request, response, file, { stallMs, inline }));
    });

  const zipAnswer = (matchId: string): DirectAnswer =>
    new DirectAnswer(async (request, response) => {
      const release = request.method === 'HEAD' ? () => undefined : slotFor(response, slots);
      try {
        const files = await named(matchId, () => library.openAll(matchId));
        await watched(response, log, () => sendZip(request, response, { matchId, files }, stallMs));
      } finally {
        release();
      }
    });

  return [
    downloadRoute({
      method: 'GET',
      base: 'api',
      path: '/recordings/:match_id/download',
      name: 'recording-download',
      tag: 'Library',
      summary: 'Download a whole match as a zip',
      description: 'Made while it is sent. Of a match that is being recorded it has what was there, and plays, when the download began.',
      params: MatchParams,
      download: ZIP,
      refusals: { '404': 'There is no match of this name', '503': 'Two whole matches are being downloaded already, or a file cannot be read' },
      handle: ({ params }) => zipAnswer(params.match_id),
    }),
    downloadRoute({
      method: 'GET',
      base: 'api',
      path: '/recordings/:match_id/segments/:segment_name',
      name: 'recording-segment',
      tag: 'Library',
      summary: 'Download a segment, or play it in a page',
      description: 'Of a segment that is being written, as much as plays.',
      params: SegmentParams,
      query: InlineQuery,
      download: FILE,
      refusals: FILE_REFUSALS,
      handle: ({ params, query }) => fileAnswer(() => library.openSegment(params.match_id, params.segment_name), query.inline),
    }),
    downloadRoute({
      method: 'GET',
      base: 'api',
      path: '/recordings/:match_id/files/:file_name',
      name: 'recording-file',
      tag: 'Library',
      summary: 'Download a file from the folder of the match, or play it in a page',
      params: FileParams,
      query: InlineQuery,
      download: FILE,
      refusals: FILE_REFUSALS,
      handle: ({ params, query }) => fileAnswer(() => library.openFile(params.match_id, params.file_name), query.inline),
    }),
  ];
}

function slotFor(response: Response, slots: DownloadSlots): () => void {
  try {
    return slots.take();
  } catch (busy) {
    response.set('Retry-After', String(RETRY_AFTER_SECONDS));
    throw busy;
  }
}

/** Once an answer has begun, the log is the only one that can be told why it broke off. */
async function watched(response: Response, log: Logger | undefined, send: () => Promise<boolean>): Promise<void> {
  try {
    if (!(await send())) log?.debug('the client left before the end of its download');
  } catch (thrown) {
    if (!response.headersSent) throw thrown;
    const fields = thrown instanceof TouchlineError ? { code: thrown.code } : {};
    log?.warn({ err: thrown, ...fields }, 'a download broke off: a file could not be read to its end');
  }
}
