import type { PictureElement } from '../kiosk/pictures/picture-element.js';
import type { Size } from './geometry.js';

/** Size of a picture in its own pixels; zeros while there is none. */
export function pictureSize(picture: PictureElement): Size {
  return picture instanceof HTMLVideoElement ? { width: picture.videoWidth, height: picture.videoHeight } : { width: picture.naturalWidth, height: picture.naturalHeight };
}

/**
 * Calls `draw` for the frames of a picture, at most every `intervalMs`, until the returned function is called. A stream of stills
 * does not say when it has a new one, so it is looked at in that interval. Nothing is called while the page is not seen.
 */
export function everyFrame(picture: PictureElement, intervalMs: number, draw: () => void): () => void {
  if (!(picture instanceof HTMLVideoElement)) {
    const timer = setInterval(() => (document.hidden ? undefined : draw()), intervalMs);
    return () => clearInterval(timer);
  }
  let lastMs = Number.NEGATIVE_INFINITY;
  let handle = 0;
  const next = (): void => {
    handle = picture.requestVideoFrameCallback((nowMs) => {
      if (nowMs - lastMs >= intervalMs) {
        lastMs = nowMs;
        draw();
      }
      next();
    });
  };
  next();
  return () => picture.cancelVideoFrameCallback(handle);
}
