/** What REST and WebSocket both offer about live pictures: wire shapes in and out. */
import type { PreviewService } from '../../preview/types.js';
import type { PreviewRequestBody, PreviewRestartBody, PreviewStartBody, PreviewStopBody, PreviewStopQuery } from '../contract/preview.js';
import { presentPreviewStart, presentPreviewStop } from '../presenters/preview.js';

/** Throws while somebody else has the cameras; a start that failed is an answer (contract 3.5). */
export async function startPreview(preview: PreviewService, body: PreviewRequestBody): Promise<PreviewStartBody> {
  return presentPreviewStart(await preview.start(requestOf(body)));
}

export async function stopPreview(preview: PreviewService, query: PreviewStopQuery): Promise<PreviewStopBody> {
  return presentPreviewStop(await preview.stop({ camera: query.camera_id ?? null }));
}

export async function restartPreview(preview: PreviewService, body: PreviewRequestBody): Promise<PreviewRestartBody> {
  const { stop, start } = await preview.restart(requestOf(body));
  return {
    success: start.success,
    message: `Restart: ${stop.message} -> ${start.message}`,
    stop_result: presentPreviewStop(stop),
    start_result: presentPreviewStart(start),
  };
}

function requestOf(body: PreviewRequestBody) {
  return { camera: body.camera_id ?? null, transport: body.transport ?? null, whileWatched: body.while_watched === true };
}
