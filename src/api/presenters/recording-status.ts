import type {
  CameraFacts,
  CameraId,
  CameraRecovery,
  LastStop,
  OverloadGuardStatus,
  RecordingsDisk,
  RecordingStatus,
} from '../../recording/types.js';
import type { CameraFacts as CameraFactsBody } from '../contract/common.js';
import type { CameraRecoveryBody, RecordingStatusBody } from '../contract/recording-status.js';
import { cameraKey, gigabytes, perCamera, seconds } from './units.js';

/** The wire form of the recording's status; `protected` and `require_all_cameras` only while recording (3.3). */
export function presentRecordingStatus(status: RecordingStatus): RecordingStatusBody {
  return {
    recording: status.recording,
    match_id: status.matchId,
    duration: seconds(status.durationMs),
    cameras: perCamera(status.cameras, (camera) => ({
      state: camera.state,
      uptime: seconds(camera.uptimeMs),
      facts: presentFacts(camera.facts),
    })),
    degraded: status.degraded,
    degraded_cameras: presentDegraded(status.degradedReasons),
    camera_recovery: perCamera(status.recovery, presentRecovery),
    overload_guard: presentGuard(status.overloadGuard),
    ...(status.recording ? { protected: status.protected, require_all_cameras: status.requireAllCameras } : {}),
    phase: status.phase,
    hours_left: status.hoursLeft,
    marks_count: status.marksCount,
    recordings_disk: presentDisk(status.recordingsDisk),
    camera_stack_repair: presentRepair(status.cameraStackRepair),
    last_stop: status.lastStop === null ? null : presentLastStop(status.lastStop),
    interruption_count: status.interruptionCount,
    interruptions: status.interruptions.map(({ cause, resumedEpochMs, lengthMs }) => ({ cause, resumed_at: seconds(resumedEpochMs), seconds: seconds(lengthMs) })),
  };
}

function presentDisk(disk: RecordingsDisk): RecordingStatusBody['recordings_disk'] {
  return { state: disk.state, space: disk.space, free_gb: disk.freeBytes === null ? null : gigabytes(disk.freeBytes), is_substitute: disk.isSubstitute, message: disk.message };
}

function presentRepair(repair: RecordingStatus['cameraStackRepair']): RecordingStatusBody['camera_stack_repair'] {
  return repair === null ? null : { count: repair.count, last_at: seconds(repair.epochMs), success: repair.success, error: repair.error };
}

function presentLastStop(stop: LastStop): NonNullable<RecordingStatusBody['last_stop']> {
  return { match_id: stop.matchId, reason: stop.reason, at: seconds(stop.epochMs), success: stop.success, message: stop.message };
}

export function presentFacts(facts: CameraFacts | null): CameraFactsBody | null {
  if (facts === null) return null;
  return {
    frames_at_source: facts.framesAtSource,
    frames_encoded: facts.framesEncoded,
    frames_missed: facts.framesMissed,
    newest_frame_age_seconds: seconds(facts.newestFrameAgeMs),
    largest_gap_seconds: seconds(facts.largestGapMs),
    bytes_written: facts.bytesWritten,
    bytes_synced: facts.bytesSynced,
    frames_waiting: facts.framesWaiting,
    fps: facts.fps,
  };
}

export function presentRecovery(recovery: CameraRecovery): CameraRecoveryBody {
  return {
    attempts: recovery.attempts,
    recovering: recovery.recovering,
    failed_permanently: recovery.failedPermanently,
    last_error: recovery.lastError,
    last_recovery_ts: seconds(recovery.lastRecoveryEpochMs),
  };
}

/** Cameras under their keys; what is no camera (`overload_guard`) under its own name. */
export function presentDegraded(reasons: ReadonlyMap<CameraId | 'overload_guard', string>): Record<string, string> {
  return Object.fromEntries(
    [...reasons].map(([who, reason]) => [typeof who === 'number' ? cameraKey(who) : who, reason]),
  );
}

function presentGuard(guard: OverloadGuardStatus): RecordingStatusBody['overload_guard'] {
  return {
    active: guard.active,
    triggered_at: seconds(guard.triggeredAtEpochMs),
    last_evaluated_at: seconds(guard.lastEvaluatedAtEpochMs),
    unhealthy_streak: guard.unhealthyStreak,
    cpu_percent: guard.cpuPercent,
    reasons: [...guard.reasons],
    health_healthy: guard.healthHealthy,
    health_message: guard.healthMessage,
    steps: [...guard.steps],
  };
}
