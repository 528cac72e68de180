/**
 * Paths that `footballvision_api_requests_total` counts, with their values of the label `endpoint` (contract 3.1). Panorama and
 * development are none of them, and neither is what the reference did not have.
 */
export const CONTRACT_PATHS: ReadonlyMap<string, string> = new Map([
  ['/', 'root'],
  ['/health', 'health'],
  ['/status', 'status'],
  ['/pipeline-state', 'pipeline-state'],
  ['/recording', 'recording'],
  ['/recording-health', 'recording-health'],
  ['/preview', 'preview'],
  ['/preview/restart', 'preview_restart'],
  ['/recordings', 'recordings'],
  ['/recordings/:match_id/segments', 'recording_segments'],
  ['/recordings/:match_id', 'recording_delete'],
  ['/recordings/:match_id/processing-status', 'processing_status'],
  ['/recordings/:match_id/download', 'recording_download'],
  ['/recordings/:match_id/segments/:segment_name', 'recording_segment_download'],
  ['/recordings/:match_id/files/:file_name', 'recording_file_download'],
  ['/recordings/:match_id/r2-urls', 'recording_r2_urls'],
  ['/r2/archives', 'r2_archives'],
  ['/system-metrics', 'system-metrics'],
  ['/logs/:log_type', 'logs'],
  ['/diagnostics/recording-correlations', 'recording-correlations'],
]);
