/** What is told of cameras that do not begin, and of what was done about it. Pure. */
import type { RecordingEvents } from '../recording/types.js';
import { byCameraKey, type LogEvent } from './entry.js';

/** A start was tried and taken back. */
export function notStartedAlert({ matchId, errors }: RecordingEvents['notStarted'][0]): LogEvent {
  const reasons = [...errors].map(([camera, reason]) => `camera ${camera}: ${reason}`).join('; ');
  return {
    eventType: 'recording_start_failed',
    severity: 'error',
    message: `${matchId} could not be started, nothing is recorded. ${reasons}`,
    details: { match_id: matchId, camera_errors: byCameraKey(errors, (reason) => reason) },
  };
}

export function repairAlert({ matchId, cameras, error }: RecordingEvents['cameraStackRepair'][0]): LogEvent {
  const outcome = error === null ? 'NVIDIA\'s camera daemon was restarted' : `NVIDIA's camera daemon could not be restarted (${error}): run "systemctl restart nvargus-daemon" by hand`;
  return {
    eventType: 'camera_stack_restarted',
    severity: error === null ? 'warning' : 'error',
    message: `No camera delivered. ${outcome}.`,
    details: { match_id: matchId, cameras, success: error === null, error },
  };
}
