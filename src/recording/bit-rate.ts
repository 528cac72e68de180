/** How much the cameras write. */
import type { ActiveRecording } from './active.js';
import type { CameraId } from './types.js';

/** Until then what the encoders are told is the better guess. */
const MEASURED_AFTER_MS = 30_000;

/** All cameras together: measured while a recording has run long enough to tell, otherwise what the encoders are told. */
export function bytesPerSecond(active: ActiveRecording | null, cameras: readonly CameraId[], target: (camera: CameraId) => number): number {
  let measured = 0;
  for (const recorded of active?.cameras.values() ?? []) {
    const { facts, uptimeMs } = recorded.status();
    if (facts !== null && uptimeMs > MEASURED_AFTER_MS) measured += (facts.bytesWritten * 1000) / uptimeMs;
  }
  return measured > 0 ? measured : cameras.reduce((sum, camera) => sum + target(camera), 0);
}
