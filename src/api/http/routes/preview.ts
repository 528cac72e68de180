import type { PreviewService } from '../../../preview/types.js';
import { PreviewRequestBody, PreviewRestartBody, PreviewStartBody, PreviewStatusBody, PreviewStopBody, PreviewStopQuery } from '../../contract/preview.js';
import { restartPreview, startPreview, stopPreview } from '../../operations/preview.js';
import { presentPreviewStatus } from '../../presenters/preview.js';
import { jsonRoute, type Route } from '../route.js';

export interface PreviewParts {
  readonly preview: PreviewService;
}

const TAKEN = { '400': 'A recording has the cameras', '503': 'Somebody else has the cameras' };

export function previewRoutes({ preview }: PreviewParts): readonly Route[] {
  return [
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/preview',
      name: 'preview',
      tag: 'Preview',
      summary: 'State of the live pictures',
      response: PreviewStatusBody,
      handle: () => presentPreviewStatus(preview.status()),
    }),
    jsonRoute({
      method: 'POST',
      base: 'api',
      path: '/preview',
      name: 'preview',
      tag: 'Preview',
      summary: 'Start the live picture of one camera or all',
      body: PreviewRequestBody,
      response: PreviewStartBody,
      refusals: TAKEN,
      handle: ({ body }) => startPreview(preview, body),
    }),
    jsonRoute({
      method: 'DELETE',
      base: 'api',
      path: '/preview',
      name: 'preview',
      tag: 'Preview',
      summary: 'Stop the live picture of one camera or all',
      query: PreviewStopQuery,
      response: PreviewStopBody,
      handle: ({ query }) => stopPreview(preview, query),
    }),
    jsonRoute({
      method: 'POST',
      base: 'api',
      path: '/preview/restart',
      name: 'preview_restart',
      tag: 'Preview',
      summary: 'Stop and start the live picture of one camera or all',
      body: PreviewRequestBody,
      response: PreviewRestartBody,
      refusals: TAKEN,
      handle: ({ body }) => restartPreview(preview, body),
    }),
  ];
}
