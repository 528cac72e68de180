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
