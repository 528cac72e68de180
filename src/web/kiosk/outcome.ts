import type { StartBody } from '../../api/contract/recording-start.js';
import type { StopBody } from '../../api/contract/recording-stop.js';
import type { CameraName } from './view.js';

/** What came of a stop, before the words. */
export type Outcome =
  | { readonly kind: 'saved'; readonly matchId: string | null; readonly verified: boolean; readonly cameras: readonly CameraOutcome[] }
  | { readonly kind: 'damaged'; readonly matchId: string | null; readonly cameras: readonly CameraOutcome[]; readonly message: string }
  /** Nothing was stopped: the rig refused, or there was nothing to stop. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface CameraOutcome {
  readonly camera: number;
  readonly state: 'verified' | 'unchecked' | 'damaged' | 'unfinished' | 'missing';
  /** In the rig's words; null when nothing is wrong. */
  readonly error: string | null;
  /** Why it did not record all the time; null when it did. */
  readonly gaps: string | null;
}

/** Never better than what the rig has checked: "verified" needs a probed file of every camera. */
export function outcomeOf(stop: StopBody, cameras: readonly CameraName[]): Outcome {
  if (stop.camera_stop_results === undefined) return { kind: 'refused', code: stop.code ?? '', message: stop.message };
  const outcomes = cameras.filter(({ key }) => stop.camera_stop_results?.[key] !== undefined || stop.degraded_cameras?.[key] !== undefined).map((camera) => cameraOutcome(stop, camera));
  const matchId = stop.match_id ?? null;
  if (!stop.success) return { kind: 'damaged', matchId, cameras: outcomes, message: stop.message };
  return { kind: 'saved', matchId, verified: stop.integrity?.all_ok === true, cameras: outcomes };
}

function cameraOutcome(stop: StopBody, { id, key }: CameraName): CameraOutcome {
  const result = stop.camera_stop_results?.[key];
  const gaps = stop.degraded_cameras?.[key] ?? null;
  if (result === undefined || result.segment_path === null) return { camera: id, state: 'missing', error: result?.error ?? null, gaps };
  if (result.integrity_ok === false) return { camera: id, state: 'damaged', error: result.integrity_error, gaps };
  if (!result.finalized) return { camera: id, state: 'unfinished', error: result.error, gaps };
  return { camera: id, state: result.integrity_ok === true ? 'verified' : 'unchecked', error: result.integrity_error, gaps };
}

/** Why a start came to nothing. */
export interface StartFailure {
  /** In the rig's words. */
  readonly message: string;
  /** Cameras that did not deliver, with the rig's words where it had any. */
  readonly cameras: readonly { readonly camera: number; readonly error: string | null }[];
}

/** Null when the recording runs. */
export function startFailureOf(start: StartBody, cameras: readonly CameraName[]): StartFailure | null {
  if (start.success) return null;
  const failed = cameras.filter(({ id }) => start.cameras_failed.includes(id));
  return { message: start.message, cameras: failed.map(({ id, key }) => ({ camera: id, error: start.camera_errors?.[key] ?? null })) };
}
