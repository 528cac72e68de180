import type { CameraStop, ProbeResult, StartResult, StopResult } from '../../recording/types.js';
import type { StartBody } from '../contract/recording-start.js';
import type { CameraIntegrityBody, CameraStopBody, ProbeBody, StopBody } from '../contract/recording-stop.js';
import { presentDegraded, presentRecovery } from './recording-status.js';
import { perCamera, seconds } from './units.js';

/**
 * The wire form of a start. A refusal carries the camera lists too: the dashboard calls `cameras_started.includes`
 * without looking (contract 3.3). When the lenient policy found no camera, its list also has the name of that case.
 */
export function presentStart(result: StartResult): StartBody {
  const replaced = result.replaced === null ? {} : { replaced: presentStop(result.replaced) };
  if (result.success) {
    return {
      success: true,
      message: result.message,
      ...(result.matchId === null ? {} : { match_id: result.matchId }),
      cameras_started: [...result.camerasStarted],
      cameras_failed: [...result.camerasFailed],
      require_all_cameras: result.requireAllCameras,
      first_frame_offset_seconds: seconds(result.firstFrameOffsetMs),
      ...(result.cameraErrors.size === 0 ? {} : { camera_errors: perCamera(result.cameraErrors, (error) => error) }),
      ...replaced,
    };
  }
  const lenientWithoutCamera = !result.requireAllCameras && result.camerasFailed.length > 0;
  return {
    success: false,
    message: result.message,
    ...(result.code === null ? {} : { code: result.code }),
    cameras_started: [],
    cameras_failed: [...result.camerasFailed],
    ...(lenientWithoutCamera ? { failed_cameras: [...result.camerasFailed] } : {}),
    ...(result.cameraErrors.size === 0 ? {} : { camera_errors: perCamera(result.cameraErrors, (error) => error) }),
    require_all_cameras: result.requireAllCameras,
    ...replaced,
  };
}

/** The wire form of a stop; a refusal has no camera results because nothing was touched (contract 3.3). */
export function presentStop(result: StopResult): StopBody {
  const { outcome } = result;
  return {
    success: result.success,
    message: result.message,
    ...(result.code === null ? {} : { code: result.code }),
    ...(result.protected ? { protected: true as const } : {}),
    ...(outcome === null
      ? {}
      : {
          match_id: outcome.matchId,
          transport_success: outcome.transportSuccess,
          graceful_stop: outcome.gracefulStop,
          camera_stop_results: perCamera(outcome.cameras, presentCameraStop),
          integrity: {
            checked: outcome.integrity.checked,
            all_ok: outcome.integrity.allOk,
            reason: outcome.integrity.reason,
            cameras: perCamera(outcome.cameras, presentCameraIntegrity),
          },
          camera_recovery: perCamera(outcome.recovery, presentRecovery),
          degraded_cameras: presentDegraded(outcome.degradedDuringRecording),
        }),
  };
}

function presentCameraStop(camera: CameraStop): CameraStopBody {
  return {
    success: camera.success,
    eos_received: camera.eosReceived,
    timed_out: camera.timedOut,
    error: camera.error,
    finalized: camera.finalized,
    segment_path: camera.segmentPath,
    integrity_checked: camera.integrityChecked,
    integrity_ok: camera.integrityOk,
    integrity_error: camera.integrityError,
    integrity_avg_frame_rate: camera.probe?.avgFrameRate ?? null,
  };
}

function presentCameraIntegrity(camera: CameraStop): CameraIntegrityBody {
  const verdict = {
    segment_path: camera.segmentPath,
    integrity_ok: camera.integrityOk,
    integrity_error: camera.integrityError,
  };
  // "There is no segment" is a finding: the contract counts the camera as checked.
  if (camera.segmentPath === null) return { segment_found: false, ...verdict, integrity_checked: true };
  return {
    segment_found: true,
    ...verdict,
    ...(camera.segmentBytes === null ? {} : { segment_size: camera.segmentBytes }),
    integrity_checked: camera.integrityChecked,
    ...(camera.probe === null ? {} : { probe: presentProbe(camera.probe) }),
  };
}

/** A probe's facts appear only when it read them (contract 5.5). */
export function presentProbe(probe: ProbeResult): ProbeBody {
  return {
    checked: probe.checked,
    ok: probe.ok,
    error: probe.error,
    cached: probe.cached,
    ...(probe.durationSeconds === null ? {} : { duration: probe.durationSeconds }),
    ...(probe.bitRate === null ? {} : { bit_rate: probe.bitRate }),
    ...(probe.avgFrameRate === null ? {} : { avg_frame_rate: probe.avgFrameRate }),
    ...(probe.frames === null ? {} : { frames: probe.frames }),
  };
}
