import type { RecordingSpec } from '../protocol.js';

export interface Stall {
  readonly code: string;
  readonly message: string;
}

/**
 * Does the pipeline do what it should? Null while frames come in and come out of the encoder. A disk that is slow
 * holds up the encoder when all queues are full. That is no stall: a restart would lose just what they hold.
 */
export function stallOf(facts: {
  readonly spec: Pick<RecordingSpec, 'stallMs' | 'firstFrameTimeoutMs'>;
  readonly sincePlayMs: number;
  /** Age of the newest frame at the camera and behind the encoder; null before the first. */
  readonly sourceAgeMs: number | null;
  readonly encodedAgeMs: number | null;
  /** Asked only when the encoder delivers nothing. */
  readonly isDiskBehind: () => boolean;
}): Stall | null {
  const { spec, sincePlayMs, sourceAgeMs, encodedAgeMs } = facts;
  if (sourceAgeMs === null) {
    if (sincePlayMs <= spec.firstFrameTimeoutMs) return null;
    return { code: 'camera_no_frames', message: `The camera delivered no frame within ${seconds(spec.firstFrameTimeoutMs)} s.` };
  }
  if (sourceAgeMs > spec.stallMs) {
    return { code: 'camera_stalled', message: `The camera delivered no new frame for ${seconds(sourceAgeMs)} s.` };
  }
  if (encodedAgeMs === null) {
    if (sincePlayMs <= spec.firstFrameTimeoutMs + spec.stallMs) return null;
    return { code: 'encoder_no_frames', message: 'Frames come from the camera, but none out of the encoder.' };
  }
  if (encodedAgeMs > spec.stallMs && !facts.isDiskBehind()) {
    return { code: 'encoder_stalled', message: `The encoder delivered no new frame for ${seconds(encodedAgeMs)} s.` };
  }
  return null;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
