import Type, { type Static } from '#typebox';
import { Count, Nullable } from './common.js';
import { IceServer } from './preview.js';

/** The panorama routes (contract 3.9, 11.4). This rig does not stitch; the dashboard's page still finds every field that it reads. */

const Matrix = Type.Array(Type.Array(Type.Number()));

export const PanoramaConfigBody = Type.Object(
  {
    version: Type.String(),
    enabled: Type.Boolean(),
    calibration: Type.Object({
      calibrated: Type.Boolean(),
      homography_cam1_to_cam0: Nullable(Matrix),
      overlap_region: Type.Object({ start_x: Count, end_x: Count, width: Count }),
      blend_width: Count,
      quality_score: Type.Number(),
      calibration_date: Nullable(Type.String()),
    }),
    output: Type.Object({ width: Count, height: Count, fps: Count }),
    performance: Type.Object({
      preview_fps_target: Count,
      use_vic_backend: Type.Boolean(),
      use_cuda_backend: Type.Boolean(),
      buffer_size: Count,
      sync_tolerance_ms: Type.Number(),
    }),
  },
  { title: 'PanoramaConfig' },
);
export type PanoramaConfigBody = Static<typeof PanoramaConfigBody>;

const performance = {
  current_fps: Type.Number(),
  frames_stitched: Count,
  avg_sync_drift_ms: Type.Number(),
  dropped_frames: Count,
  sync_stats: Type.Object({
    matched_frames: Count,
    dropped_cam0: Count,
    dropped_cam1: Count,
    avg_time_diff_ms: Type.Number(),
    total_time_diff_ms: Type.Number(),
    sync_success_rate: Type.Number(),
    buffer_cam0_size: Count,
    buffer_cam1_size: Count,
  }),
  stitch_stats: Type.Record(Type.String(), Type.Unknown()),
};

export const PanoramaPerformanceBody = Type.Object(performance, { title: 'PanoramaPerformance' });
export type PanoramaPerformanceBody = Static<typeof PanoramaPerformanceBody>;

export const PanoramaStatusBody = Type.Object(
  {
    preview_active: Type.Boolean(),
    transport: Type.String(),
    stream_kind: Type.Literal('panorama'),
    hls_url: Type.String(),
    ice_servers: Type.Array(IceServer),
    uptime_seconds: Type.Number(),
    calibrated: Type.Boolean(),
    calibration_info: Type.Record(Type.String(), Type.Unknown()),
    performance: PanoramaPerformanceBody,
    config: PanoramaConfigBody,
  },
  { title: 'PanoramaStatus' },
);
export type PanoramaStatusBody = Static<typeof PanoramaStatusBody>;

export const PanoramaStatsBody = Type.Object({ preview_active: Type.Boolean(), uptime_seconds: Type.Number(), ...performance }, { title: 'PanoramaStats' });
export type PanoramaStatsBody = Static<typeof PanoramaStatsBody>;

export const PanoramaCalibrationBody = Type.Object(
  {
    calibrated: Type.Boolean(),
    is_calibrating: Type.Boolean(),
    frames_captured: Count,
    quality_score: Nullable(Type.Number()),
    calibration_date: Nullable(Type.String()),
  },
  { title: 'PanoramaCalibration' },
);
export type PanoramaCalibrationBody = Static<typeof PanoramaCalibrationBody>;

export const PanoramaProcessingBody = Type.Object(
  {
    processing: Type.Boolean(),
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    eta_seconds: Nullable(Type.Integer()),
    completed: Type.Boolean(),
    error: Nullable(Type.String()),
    message: Type.String(),
    total_frames: Type.Optional(Count),
  },
  { title: 'PanoramaProcessing' },
);
export type PanoramaProcessingBody = Static<typeof PanoramaProcessingBody>;

const optional = <S extends Parameters<typeof Nullable>[0]>(schema: S) => Type.Optional(Nullable(schema));

export const PanoramaConfigUpdate = Type.Object(
  {
    enabled: optional(Type.Boolean()),
    output_width: optional(Type.Integer()),
    output_height: optional(Type.Integer()),
    preview_fps_target: optional(Type.Integer()),
    use_vic_backend: optional(Type.Boolean()),
  },
  { title: 'PanoramaConfigUpdate' },
);
export type PanoramaConfigUpdate = Static<typeof PanoramaConfigUpdate>;

export const CalibrationStartBody = Type.Object({ frame_count: optional(Type.Integer()) }, { title: 'CalibrationStart' });
export const PanoramaPreviewBody = Type.Object({ transport: optional(Type.Union([Type.Literal('hls'), Type.Literal('webrtc')])) }, { title: 'PanoramaPreviewStart' });
export const PanoramaProcessBody = Type.Object({ match_id: Type.String() }, { title: 'PanoramaProcess' });

/** No answer of this rig: what these operations would answer where panoramas are stitched. */
export const PanoramaDoneBody = Type.Object({ success: Type.Boolean(), message: Type.String() }, { title: 'PanoramaDone' });
