import type { RecordingSpec } from '../protocol.js';

export interface Stall {
  readonly code: string;
  readonly message: string;
}

/** A disk that is behind for longer is no excuse for a camera that delivers nothing. */
const DISK_EXCUSE_MS = 60_000;

/**
 * Does the pipeline do what it should? Null while frames come in and come out of the encoder. A disk that is slow
 * holds up the encoder when all queues are full, and the camera, too, where nothing may be dropped. That is no stall: a
 * restart would lose just what they hold.
 */
export function stallOf(facts: {
  readonly spec: Pick<RecordingSpec, 'stallMs' | 'firstFrameTimeoutMs'>;
  readonly sincePlayMs: number;
  /** Age of the newest frame at the camera and behind the encoder; null before the first. */
  readonly sourceAgeMs: number | null;
  readonly encodedAgeMs: number | null;
  /** Asked only when nothing comes. */
  readonly isDiskBehind: () => boolean;
}): Stall | null {
  const { spec, sincePlayMs, sourceAgeMs, encodedAgeMs } = facts;
  if (sourceAgeMs === null) {
    if (sincePlayMs <= spec.firstFrameTimeoutMs) return null;
    return { code: 'camera_no_frames', message: `The camera delivered no frame within ${seconds(spec.firstFrameTimeoutMs)} s.` };
  }
  if (sourceAgeMs > spec.stallMs && !isHeldUp(sourceAgeMs, facts.isDiskBehind)) {
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

/** For as long as that may explain it: a camera that is gone on top of it must come back one day. */
export function isHeldUp(sourceAgeMs: number, isDiskBehind: () => boolean): boolean {
  return sourceAgeMs < DISK_EXCUSE_MS && isDiskBehind();
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
