export function panoramaStatus() {
  return { preview_active: false, transport: 'hls', stream_kind: 'panorama' as const, hls_url: '/hls/panorama.m3u8', ice_servers: [], uptime_seconds: 0, calibrated: false };
}
export function panoramaCalibration() {
  return { calibrated: false, is_calibrating: false, frames_captured: 0, quality_score: null, calibration_date: null };
}
export function panoramaProcessing(matchId: string) {
  return { processing: false, progress: 0, eta_seconds: null, completed: false, error: null, message: `No processing found for match ${matchId}` };
}
