import Type from '#typebox';
import type { Library } from '../../../library/types.js';
import type { RecordingService } from '../../../recording/types.js';
import {
  CalibrationStartBody,
  PanoramaCalibrationBody,
  PanoramaConfigBody,
  PanoramaConfigUpdate,
  PanoramaDoneBody,
  PanoramaPreviewBody,
  PanoramaProcessBody,
  PanoramaProcessingBody,
  PanoramaStatsBody,
  PanoramaStatusBody,
} from '../../contract/panorama.js';
import {
  panoramaCalibration,
  panoramaConfig,
  panoramaProcessing,
  panoramaStats,
  panoramaStatus,
  type PanoramaRefusal,
  processPanorama,
  refusePanorama,
  startPanoramaPreview,
  updatePanoramaConfig,
} from '../../operations/panorama.js';
import { jsonRoute, type Route } from '../route.js';

export interface PanoramaParts {
  readonly recording: RecordingService;
  readonly library: Library;
}

const COMMON = { base: 'api', tag: 'Panorama' } as const;
const NEVER = { '400': 'Always: this rig does not stitch panoramas' };

/** The 14 operations of contract 3.9, for a rig that does not stitch. */
export function panoramaRoutes({ recording, library }: PanoramaParts): readonly Route[] {
  return [
    jsonRoute({ ...COMMON, method: 'GET', path: '/panorama/status', name: 'panorama_status', summary: 'State of the panorama: never active on this rig', response: PanoramaStatusBody, handle: panoramaStatus }),
    jsonRoute({ ...COMMON, method: 'GET', path: '/panorama/config', name: 'panorama_config', summary: 'Settings of a panorama that was never calibrated', response: PanoramaConfigBody, handle: panoramaConfig }),
    jsonRoute({ ...COMMON, method: 'PUT', path: '/panorama/config', name: 'panorama_config', summary: 'Change settings', body: PanoramaConfigUpdate, response: PanoramaDoneBody, refusals: NEVER, handle: ({ body }) => updatePanoramaConfig(body) }),
    jsonRoute({ ...COMMON, method: 'GET', path: '/panorama/stats', name: 'panorama_stats', summary: 'Figures of the stitching: all zero', response: PanoramaStatsBody, handle: panoramaStats }),
    jsonRoute({ ...COMMON, method: 'GET', path: '/panorama/calibration', name: 'panorama_calibration', summary: 'State of the calibration', response: PanoramaCalibrationBody, handle: panoramaCalibration }),
    refused('POST', '/panorama/calibration/start', 'Begin a calibration', 'calibration_missing', CalibrationStartBody),
    refused('POST', '/panorama/calibration/capture', 'Take a pair of pictures', 'calibration_not_started'),
    refused('POST', '/panorama/calibration/complete', 'Work out the calibration', 'calibration_not_started'),
    refused('POST', '/panorama/calibration/reset', 'Begin again', 'calibration_no_service'),
    refused('DELETE', '/panorama/calibration', 'Forget the calibration', 'calibration_no_service'),
    jsonRoute({
      ...COMMON,
      method: 'POST',
      path: '/panorama/preview/start',
      name: 'panorama_preview',
      summary: 'Show a stitched picture',
      body: PanoramaPreviewBody,
      bodyOptional: true,
      response: PanoramaDoneBody,
      refusals: { '409': 'A recording has the cameras', '503': 'Otherwise: this rig does not stitch panoramas' },
      handle: () => startPanoramaPreview(recording),
    }),
    refused('POST', '/panorama/preview/stop', 'Stop showing a stitched picture', 'panorama_not_active'),
    jsonRoute({
      ...COMMON,
      method: 'POST',
      path: '/panorama/process',
      name: 'panorama_process',
      summary: 'Stitch a match',
      body: PanoramaProcessBody,
      response: PanoramaDoneBody,
      refusals: { ...NEVER, '404': 'There is no such match' },
      handle: ({ body }) => processPanorama(library, body.match_id),
    }),
    jsonRoute({
      ...COMMON,
      method: 'GET',
      path: '/panorama/process/:match_id/status',
      name: 'panorama_process_status',
      summary: 'How far the stitching of a match is; unknown matches are no error',
      params: Type.Object({ match_id: Type.String() }),
      response: PanoramaProcessingBody,
      handle: ({ params }) => panoramaProcessing(params.match_id),
    }),
  ];
}

function refused(method: 'POST' | 'DELETE', path: string, summary: string, code: PanoramaRefusal, body?: typeof CalibrationStartBody): Route {
  const facts = { ...COMMON, method, path, name: path.slice(1).replaceAll('/', '_'), summary, response: PanoramaDoneBody, refusals: NEVER };
  const handle = (): never => refusePanorama(code);
  return body === undefined ? jsonRoute({ ...facts, handle }) : jsonRoute({ ...facts, body, bodyOptional: true, handle });
}
