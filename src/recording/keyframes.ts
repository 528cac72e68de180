/** Nothing can be written before a keyframe has come: what a camera is whose frames come without one. Pure. */
import type { RunState } from '../camera/protocol.js';

/** What people read of a camera that delivers, and of which nothing can be kept. */
export const NO_KEYFRAME = 'No keyframe has come yet, and without one nothing can be recorded. Set the keyframe interval (GOP) of the camera to 2 s at most.';

/** Its frames come, and the segment sink has to let all of them go. */
export function waitsForKeyframe({ encoded }: Pick<RunState, 'encoded'>): boolean {
  return encoded !== null && encoded.frames > 0 && encoded.keyframes === 0;
}
