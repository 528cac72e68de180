import type { CameraDiagnostics, RecordingHealth } from '../../recording/types.js';
import type { CameraDiagnosticsBody, RecordingHealthBody } from '../contract/recording-health.js';
import { presentProbe } from './recording-operations.js';
import { presentFacts } from './recording-status.js';
import { perCamera, roundedTo } from './units.js';

/** The wire form of the recording's health; while recording, attempts and diagnostics are always there (3.4). */
export function presentRecordingHealth(health: RecordingHealth): RecordingHealthBody {
  if (!health.active) return { healthy: health.healthy, message: health.message };
  return {
    healthy: health.healthy,
    message: health.message,
    ...(health.issues.length === 0 ? {} : { issues: [...health.issues] }),
    recovery_attempts: perCamera(health.recoveryAttempts, (attempts) => attempts),
    camera_diagnostics: perCamera(health.diagnostics, presentDiagnostics),
  };
}

const NOT_PROBED = { checked: false, ok: null, error: null };

function presentDiagnostics(camera: CameraDiagnostics): CameraDiagnosticsBody {
  const segment =
    camera.latestSegment === null
      ? {}
      : {
          latest_segment_size: camera.latestSegmentBytes ?? 0,
          latest_segment_age_seconds: roundedTo(3, (camera.latestSegmentAgeMs ?? 0) / 1000),
          integrity_probe: camera.probe === null ? NOT_PROBED : presentProbe(camera.probe),
        };
  return {
    pipeline_present: camera.pipelinePresent,
    pipeline_state: camera.pipelineState,
    latest_segment: camera.latestSegment,
    ...segment,
    facts: presentFacts(camera.facts),
  };
}
