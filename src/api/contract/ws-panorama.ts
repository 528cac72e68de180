import Type from 'typebox';
import { Nullable } from './common.js';
import { IceServer } from './preview.js';

export const PanoramaStatusBody = Type.Object({
  preview_active: Type.Boolean(),
  transport: Type.String(),
  stream_kind: Type.Literal('panorama'),
  hls_url: Type.String(),
  ice_servers: Type.Array(IceServer),
  uptime_seconds: Type.Number(),
  calibrated: Type.Boolean(),
});
export const PanoramaCalibrationBody = Type.Object({
  calibrated: Type.Boolean(),
  is_calibrating: Type.Boolean(),
  frames_captured: Type.Integer(),
  quality_score: Nullable(Type.Number()),
  calibration_date: Nullable(Type.String()),
});
export const PanoramaProcessingBody = Type.Object({
  processing: Type.Boolean(),
  progress: Type.Integer(),
  eta_seconds: Nullable(Type.Integer()),
  completed: Type.Boolean(),
  error: Nullable(Type.String()),
  message: Type.String(),
});
