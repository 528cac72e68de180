/** The live pictures of a rig that has none: truthful answers, and the mutex stays as it is. */
import { EventEmitter } from 'node:events';
import { TouchlineError } from '../errors.js';
import type { CameraId, MutexState } from '../recording/types.js';
import type { PreviewService, PreviewStatus } from './types.js';

/** @param mutexState who has the cameras, at the moment of asking */
export function withoutPreview(cameras: readonly CameraId[], mutexState: () => MutexState): PreviewService {
  const status: PreviewStatus = {
    cameras: new Map(
      cameras.map((id) => [id, { active: false, state: 'stopped', uptimeMs: 0, hlsUrl: `/hls/cam${id}.m3u8`, transport: 'hls', streamKind: `main_cam${id}` }]),
    ),
    transportMode: 'dual',
    webrtcSupported: false,
    iceServers: [],
    sessions: [],
  };
  const refuseWhileTaken = (doing: string): void => {
    const { mode } = mutexState();
    if (mode === 'recording') {
      throw new TouchlineError({ kind: 'conflict', code: 'preview_while_recording', message: `Recording is active. Stop recording before ${doing} preview.` });
    }
    if (mode !== 'idle' && mode !== 'preview') {
      throw new TouchlineError({ kind: 'busy', code: 'cameras_busy', message: `Could not acquire camera resources. Current mode: ${mode}` });
    }
  };
  const wanted = (camera: number | null): readonly CameraId[] => (camera === null ? cameras : [camera]);
  const notStarted = (camera: number | null) => ({
    success: false,
    message: 'Failed to start any preview cameras',
    transport: 'hls' as const,
    camerasStarted: [],
    camerasFailed: wanted(camera),
  });
  const notStopped = (camera: number | null) => ({
    success: false,
    message: 'No preview cameras were stopped',
    camerasStopped: [],
    camerasFailed: wanted(camera),
  });
  return {
    events: new EventEmitter(),
    status: () => status,
    start: async ({ camera }) => {
      refuseWhileTaken('starting');
      return notStarted(camera);
    },
    watched: () => undefined,
    stop: async ({ camera }) => notStopped(camera),
    restart: async ({ camera }) => {
      refuseWhileTaken('restarting');
      return { stop: notStopped(camera), start: notStarted(camera) };
    },
  };
}
