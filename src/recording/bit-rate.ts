/** How much the cameras write. */
import type { RecordingCamera } from './types.js';

/** Until then what the encoders are told is the better guess. */
const MEASURED_AFTER_MS = 30_000;

/** What a camera writes as far as its recording tells; null where it has not run long enough. */
export function measuredBytesPerSecond(camera: Pick<RecordingCamera, 'facts' | 'uptimeMs'> | undefined): number | null {
  const bytes = camera?.facts?.bytesWritten ?? 0;
  return camera === undefined || camera.uptimeMs <= MEASURED_AFTER_MS || bytes === 0 ? null : (bytes * 1000) / camera.uptimeMs;
}

/**
 * All cameras together. One that was not measured (it has just begun, or is being brought back) counts with what its
 * encoder is told, or, where the camera encodes and nobody knows that, like the others.
 */
export function bytesPerSecond(cameras: readonly { readonly measured: number | null; readonly target: number }[]): number {
  const measured = cameras.flatMap((camera) => camera.measured ?? []);
  const usual = measured.length === 0 ? 0 : measured.reduce((sum, rate) => sum + rate, 0) / measured.length;
  return cameras.reduce((sum, camera) => sum + (camera.measured ?? (camera.target > 0 ? camera.target : usual)), 0);
}
