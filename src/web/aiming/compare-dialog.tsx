import { useEffect, useRef } from 'preact/hooks';
import type { PictureElement } from '../kiosk/pictures/picture-element.js';
import { useStrings } from '../strings/use-strings.js';
import { Dialog } from '../ui/dialog.js';
import type { Aim } from './aim.js';
import { everyFrame, pictureSize } from './frames.js';
import { overlapBand } from './geometry.js';
import { OverlapWidth } from './overlap-width.js';

const INTERVAL_MS = 60;
const CAMERAS = [0, 1] as const;

/** What both cameras should see, side by side: when the strips show the same, the halves fit together. */
export function CompareDialog({ aim }: { readonly aim: Aim }) {
  const { aiming } = useStrings();
  return (
    <Dialog open={aim.isComparing.value} title={aiming.compare.title} onClose={() => (aim.isComparing.value = false)}>
      <p>{aiming.compare.explain}</p>
      <div class="compare">
        {CAMERAS.map((camera) => (
          <figure key={camera}>
            <figcaption>{aiming.compare.strip(camera)}</figcaption>
            <Strip camera={camera} picture={aim.pictures.value.get(camera) ?? null} percent={aim.overlapPercent.value} />
          </figure>
        ))}
      </div>
      <OverlapWidth aim={aim} />
    </Dialog>
  );
}

function Strip({ camera, picture, percent }: { readonly camera: number; readonly picture: PictureElement | null; readonly percent: number }) {
  const { aiming } = useStrings();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d') ?? null;
    if (element === null || context === null || picture === null) return;
    const { from, to } = overlapBand(camera, percent);
    const draw = (): void => {
      const { width, height } = pictureSize(picture);
      const strip = Math.max(1, Math.round((to - from) * width));
      // Setting the size of a canvas empties it.
      if (element.width !== strip || element.height !== height) Object.assign(element, { width: strip, height });
      context.drawImage(picture, from * width, 0, strip, height, 0, 0, strip, height);
    };
    draw();
    return everyFrame(picture, INTERVAL_MS, draw);
  }, [picture, percent]);
  if (picture === null) return <p class="compare-none">{aiming.compare.none}</p>;
  return <canvas ref={canvas} data-testid={`strip-${camera}`} role="img" aria-label={aiming.compare.strip(camera)} />;
}
