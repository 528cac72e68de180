import type { StatusBody } from '../../api/contract/status.js';

/** What the rig does, in the terms of the page. `broken`: it is to record, and no camera does. */
export type Activity = 'unknown' | 'idle' | 'starting' | 'recording' | 'broken' | 'stopping';

export interface CameraName {
  readonly id: number;
  /** `camera_0` */
  readonly key: string;
}

/** How one camera of a recording is. */
export type CameraCondition = 'recording' | 'starting' | 'recovering' | 'failed' | 'absent';

/** Until the rig has told which cameras it has. */
export const USUAL_CAMERAS: readonly CameraName[] = [
  { id: 0, key: 'camera_0' },
  { id: 1, key: 'camera_1' },
];

/** From facts only: a recording is one when frames come out of an encoder (`running`), not because somebody started it. */
export function activityOf(status: StatusBody | null): Activity {
  if (status === null) return 'unknown';
  const { recording, phase, cameras } = status.recording;
  if (phase === 'starting' || phase === 'stopping') return phase;
  if (!recording) return 'idle';
  return Object.values(cameras).some(({ state }) => state === 'running') ? 'recording' : 'broken';
}

export function conditionOf(status: StatusBody, { key }: CameraName): CameraCondition {
  const { cameras, camera_recovery } = status.recording;
  const camera = cameras[key];
  if (camera === undefined) return 'absent';
  if (camera.state === 'running') return 'recording';
  if (camera_recovery[key]?.failed_permanently === true) return 'failed';
  return camera.state === 'starting' && camera_recovery[key]?.recovering !== true ? 'starting' : 'recovering';
}

/** Whole seconds until a stop needs no force any more; 0 when it needs none, null when it does and nobody knows for how long. */
export function protectedSeconds(elapsedMs: number, isProtected: boolean, protectionSeconds: number | null): number | null {
  if (!isProtected) return 0;
  if (protectionSeconds === null) return null;
  return Math.max(1, Math.ceil(protectionSeconds - elapsedMs / 1000));
}

/** Hours as hours and whole minutes, rounded down: nobody shall count on a minute that is not there. */
export function hoursAndMinutes(hours: number): { readonly hours: number; readonly minutes: number } {
  const minutes = Math.max(0, Math.floor(hours * 60));
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

/**
 * The cameras that a start would record, as far as anybody can tell before it: all of them, unless the rig starts with fewer and
 * one gives no picture.
 */
export function camerasToRecord(cameras: readonly CameraName[], requireAll: boolean, withoutPicture: ReadonlySet<number>): readonly CameraName[] {
  const seen = cameras.filter(({ id }) => !withoutPicture.has(id));
  return requireAll || seen.length === 0 ? cameras : seen;
}
