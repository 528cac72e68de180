/** From what each camera reported to one honest answer of a stop (contract 5.6). Pure. */
import type { CameraId, CameraStop, StopIntegrity, StopResult } from './types.js';

export interface StopVerdict {
  readonly success: boolean;
  readonly message: string;
  readonly transportSuccess: boolean;
  readonly gracefulStop: boolean;
  readonly integrity: StopIntegrity;
}

/**
 * A recording without a single segment is a failure, not an unknown; a camera whose segment could not be probed does
 * not hide another one's bad file (contract defect 22).
 */
export function stopVerdict(cameras: ReadonlyMap<CameraId, CameraStop>): StopVerdict {
  const stops = [...cameras.values()];
  const transportSuccess = stops.length > 0 && stops.every((stop) => stop.success);
  const gracefulStop = stops.length > 0 && stops.every((stop) => stop.finalized);
  const integrity = stopIntegrity(stops);
  const success = gracefulStop && integrity.allOk !== false;
  return { success, message: message(success, integrity, transportSuccess), transportSuccess, gracefulStop, integrity };
}

function stopIntegrity(stops: readonly CameraStop[]): StopIntegrity {
  const found = stops.filter((stop) => stop.segmentPath !== null);
  if (found.length === 0) return { checked: false, allOk: false, reason: 'no_segments_found' };
  const checked = found.every((stop) => stop.integrityChecked);
  const anyBad = stops.some((stop) => stop.integrityOk === false);
  return { checked, allOk: anyBad ? false : checked ? true : null, reason: null };
}

function message(success: boolean, integrity: StopIntegrity, transportSuccess: boolean): string {
  if (success) return 'Recording stopped successfully';
  if (integrity.allOk === false) return 'Recording pipelines stopped but integrity checks failed';
  if (transportSuccess) return 'Recording pipelines stopped but media finalization was incomplete';
  return 'Recording stop completed with camera errors';
}

export const NOT_RECORDING: StopResult = { success: false, message: 'Not currently recording', code: 'not_recording', protected: false, outcome: null };

/** Contract 5.2. */
export function protectedRefusal(protectionMs: number, durationMs: number): StopResult {
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  return {
    success: false,
    message: `Recording protected for ${seconds(protectionMs)}s. Current duration: ${seconds(durationMs)}s. Use force=True to override.`,
    code: 'protected',
    protected: true,
    outcome: null,
  };
}
