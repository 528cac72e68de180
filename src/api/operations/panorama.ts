/**
 * What REST and WebSocket both say about panoramas: this rig does not stitch, and says so in the shapes that the
 * dashboard reads (contract 3.9). The content is the same each time: players restart when a list changes.
 */
import { TouchlineError } from '../../errors.js';
import type { Library } from '../../library/types.js';
import type { RecordingService } from '../../recording/types.js';
import type {
  PanoramaCalibrationBody,
  PanoramaConfigBody,
  PanoramaConfigUpdate,
  PanoramaPerformanceBody,
  PanoramaProcessingBody,
  PanoramaStatsBody,
  PanoramaStatusBody,
} from '../contract/panorama.js';

/** The reference's values of a rig that was never calibrated (contract 11.4). */
const CONFIG: PanoramaConfigBody = {
  version: '1.0.0',
  enabled: false,
  calibration: {
    calibrated: false,
    homography_cam1_to_cam0: null,
    overlap_region: { start_x: 2200, end_x: 2880, width: 680 },
    blend_width: 150,
    quality_score: 0,
    calibration_date: null,
  },
  output: { width: 3840, height: 1315, fps: 30 },
  performance: { preview_fps_target: 15, use_vic_backend: true, use_cuda_backend: true, buffer_size: 4, sync_tolerance_ms: 33 },
};

const PERFORMANCE: PanoramaPerformanceBody = {
  current_fps: 0,
  frames_stitched: 0,
  avg_sync_drift_ms: 0,
  dropped_frames: 0,
  sync_stats: {
    matched_frames: 0,
    dropped_cam0: 0,
    dropped_cam1: 0,
    avg_time_diff_ms: 0,
    total_time_diff_ms: 0,
    sync_success_rate: 0,
    buffer_cam0_size: 0,
    buffer_cam1_size: 0,
  },
  stitch_stats: {},
};

const STATUS: PanoramaStatusBody = {
  preview_active: false,
  transport: 'hls',
  stream_kind: 'panorama',
  hls_url: '/hls/panorama.m3u8',
  ice_servers: [],
  uptime_seconds: 0,
  calibrated: false,
  calibration_info: {},
  performance: PERFORMANCE,
  config: CONFIG,
};

const CALIBRATION: PanoramaCalibrationBody = { calibrated: false, is_calibrating: false, frames_captured: 0, quality_score: null, calibration_date: null };

export const panoramaConfig = (): PanoramaConfigBody => CONFIG;
export const panoramaStatus = (): PanoramaStatusBody => STATUS;
export const panoramaStats = (): PanoramaStatsBody => ({ preview_active: false, uptime_seconds: 0, ...PERFORMANCE });
export const panoramaCalibration = (): PanoramaCalibrationBody => CALIBRATION;

/** Unknown matches are no error (contract 3.9). */
export function panoramaProcessing(matchId: string): PanoramaProcessingBody {
  return { processing: false, progress: 0, eta_seconds: null, completed: false, error: null, message: `No processing found for match ${matchId}` };
}

/** Why each operation is refused, in the contract's words where it has some. */
const REFUSALS = {
  panorama_update_empty: 'No configuration updates provided',
  panorama_missing: 'This rig does not stitch panoramas: there is nothing to configure',
  calibration_missing: 'Calibration service not available (not implemented yet)',
  calibration_not_started: 'Calibration not started',
  calibration_no_service: 'Calibration service not available',
  panorama_while_recording: 'Cannot start panorama: recording is active',
  panorama_not_calibrated: 'Panorama not calibrated',
  panorama_not_active: 'Panorama preview not active',
  panorama_not_processable: 'Panorama not calibrated',
} as const;

export type PanoramaRefusal = keyof typeof REFUSALS;

/** Always throws; the statuses are those of the contract. */
export function refusePanorama(code: PanoramaRefusal): never {
  throw new TouchlineError({ kind: 'conflict', code, message: REFUSALS[code] });
}

export function updatePanoramaConfig(update: PanoramaConfigUpdate): never {
  const isEmpty = Object.keys(CONFIG_KEYS).every((key) => (new Map<string, unknown>(Object.entries(update)).get(key) ?? null) === null);
  refusePanorama(isEmpty ? 'panorama_update_empty' : 'panorama_missing');
}

const CONFIG_KEYS: Readonly<Record<keyof PanoramaConfigUpdate, true>> = {
  enabled: true,
  output_width: true,
  output_height: true,
  preview_fps_target: true,
  use_vic_backend: true,
};

export function startPanoramaPreview(recording: RecordingService): never {
  refusePanorama(recording.mutexState().mode === 'recording' ? 'panorama_while_recording' : 'panorama_not_calibrated');
}

export async function processPanorama(library: Library, matchId: string): Promise<never> {
  if (await library.has(matchId)) refusePanorama('panorama_not_processable');
  throw new TouchlineError({ kind: 'not_found', code: 'match_segments_not_found', message: `Match segments not found: ${matchId.slice(0, 130)}` });
}
