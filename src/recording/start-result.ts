/** What a start answers. Pure. */
import type { RecordingPolicy } from './policy.js';
import type { StartOutcome } from './start.js';
import type { StoredRecording } from './store.js';
import type { CameraId, StartResult, StopResult } from './types.js';

/** Nothing was touched. */
export function refused(code: string, message: string, policy: Pick<RecordingPolicy, 'requireAllCameras'>): StartResult {
  return {
    success: false,
    message,
    code,
    matchId: null,
    camerasStarted: [],
    camerasFailed: [],
    cameraErrors: new Map(),
    requireAllCameras: policy.requireAllCameras,
    firstFrameOffsetMs: null,
    replaced: null,
  };
}

/** The start was tried and taken back. */
export function notStarted(outcome: StartOutcome, policy: RecordingPolicy, replaced: StopResult | null): StartResult {
  const message = policy.requireAllCameras ? 'Failed to start all required cameras' : 'Failed to start any cameras';
  return { ...refused('cameras_failed', message, policy), ...failures(outcome), replaced };
}

export function started(outcome: StartOutcome, stored: StoredRecording, replaced: StopResult | null): StartResult {
  return {
    success: true,
    message: `Recording started for match: ${stored.matchId}`,
    code: null,
    matchId: stored.matchId,
    camerasStarted: outcome.started,
    ...failures(outcome),
    requireAllCameras: stored.requireAllCameras,
    firstFrameOffsetMs: outcome.firstFrameOffsetMs,
    replaced,
  };
}

function failures({ errors }: StartOutcome): { camerasFailed: CameraId[]; cameraErrors: Map<CameraId, string> } {
  return { camerasFailed: [...errors.keys()].sort(), cameraErrors: new Map([...errors].map(([camera, error]) => [camera, error.message])) };
}
