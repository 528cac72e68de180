import type { CameraFacts } from '../../api/contract/common.js';
import type { StatusBody } from '../../api/contract/status.js';
import { type CameraName, conditionOf } from '../kiosk/view.js';

export type CameraState = 'recording' | 'starting' | 'recovering' | 'failed' | 'absent' | 'live' | 'liveStarting' | 'liveError' | 'rest';

/** What one camera does, from what the rig says of its frames. */
export function cameraStateOf(status: StatusBody, camera: CameraName): CameraState {
  const { recording, phase } = status.recording;
  if (recording || phase === 'starting' || phase === 'stopping') {
    const condition = conditionOf(status, camera);
    return condition === 'absent' && phase !== 'recording' ? 'starting' : condition;
  }
  switch (status.preview.cameras[camera.key]?.state) {
    case 'running':
      return 'live';
    case 'starting':
      return 'liveStarting';
    case 'error':
      return 'liveError';
    default:
      return 'rest';
  }
}

export const STATE_TONES: Readonly<Record<CameraState, 'record' | 'good' | 'warning' | 'bad' | 'plain'>> = {
  recording: 'record',
  starting: 'plain',
  recovering: 'bad',
  failed: 'bad',
  absent: 'bad',
  live: 'good',
  liveStarting: 'plain',
  liveError: 'bad',
  rest: 'plain',
};

/** From here on somebody should look: seconds without a new frame, and how wide a gap between two frames may be. */
export const OLD_FRAME_SECONDS = 1;
export const LOST_FRAME_SECONDS = 3;
export const WIDE_GAP_SECONDS = 0.5;

export function ageTone(seconds: number | null): 'warning' | 'bad' | undefined {
  if (seconds === null || seconds < OLD_FRAME_SECONDS) return undefined;
  return seconds < LOST_FRAME_SECONDS ? 'warning' : 'bad';
}

/** Over so long the rig counts its frames per second. */
const FPS_SECONDS = 2;

/** Frames per second; none when the newest frame is older than the time over which they are counted, whatever a process that hangs said last. */
export function fpsOf(facts: CameraFacts | null): number | null {
  if (facts?.fps == null) return null;
  return (facts.newest_frame_age_seconds ?? 0) >= FPS_SECONDS ? 0 : facts.fps;
}
