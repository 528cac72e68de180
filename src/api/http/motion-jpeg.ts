/** Still pictures one after the other in one answer, as `<img>` shows them (multipart/x-mixed-replace). */
import type { Response } from 'express';
import type { MonitorService } from '../../monitor/types.js';

const BOUNDARY = 'touchline-picture';
/** Somebody who reads nothing for this long has gone. */
const STALLED_MS = 20_000;

/**
 * Answers until the viewer goes or the pictures end. A viewer who reads slowly gets fewer pictures. What the kernel has
 * taken for him already still reaches him: one who stood still sees the past first, so each picture says when it was
 * made (`X-Timestamp`, seconds since the epoch). Throws as `watchStills`, before it answers.
 */
export function sendMotionJpeg(monitor: MonitorService, camera: number, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    let lastMoveMs = performance.now();
    let leave: () => void = () => undefined;
    try {
      leave = monitor.watchStills(camera, {
        still: ({ jpeg, epochMs }) => {
          if (response.writableLength > 0) {
            if (performance.now() - lastMoveMs > STALLED_MS) response.destroy();
            return;
          }
          lastMoveMs = performance.now();
          response.write(`--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\nX-Timestamp: ${(epochMs / 1000).toFixed(3)}\r\n\r\n`);
          response.write(jpeg);
          response.write('\r\n');
        },
        ended: () => response.end(`--${BOUNDARY}--\r\n`),
      });
    } catch (error) {
      reject(error);
      return;
    }
    response.once('close', () => {
      leave();
      resolve();
    });
    response.set({ 'Content-Type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`, 'Cache-Control': 'no-store', Connection: 'close', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
  });
}
