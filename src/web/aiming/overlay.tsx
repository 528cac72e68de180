import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PictureElement } from '../kiosk/pictures/picture-element.js';
import type { CameraName } from '../kiosk/view.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { type Aim, withEntry } from './aim.js';
import { BrightnessAid } from './brightness-aid.js';
import { pictureSize } from './frames.js';
import { type Box, containedBox, overlapBand, type Size } from './geometry.js';
import { Grid } from './grid.js';
import { Loupe } from './loupe.js';

export interface AimingOverlayProps {
  readonly aim: Aim;
  readonly camera: CameraName;
  /** What shows the camera's picture, null while nothing does. */
  readonly media: ReadonlySignal<PictureElement | null>;
}

/** The aids that are in use, over the picture of one camera. It needs no time while none is. */
export function AimingOverlay({ aim, camera, media }: AimingOverlayProps) {
  const picture = media.value;
  const aids = aim.aids.value;
  useEffect(() => {
    aim.pictures.value = withEntry(aim.pictures.peek(), camera.id, picture);
    return () => {
      aim.pictures.value = withEntry(aim.pictures.peek(), camera.id, null);
    };
  }, [picture]);
  return (
    <>
      {picture === null || aids.size === 0 ? null : (
        <OverPicture picture={picture}>
          {(box) => (
            <>
              {aids.has('brightness') ? <BrightnessAid aim={aim} camera={camera.id} picture={picture} /> : null}
              {aids.has('overlap') ? <Band camera={camera.id} percent={aim.overlapPercent.value} /> : null}
              {aids.has('grid') ? <Grid /> : null}
              {aids.has('loupe') ? <Loupe camera={camera.id} picture={picture} shown={box} /> : null}
            </>
          )}
        </OverPicture>
      )}
      {camera.id === 0 ? <OpenButton aim={aim} /> : null}
    </>
  );
}

/** Exactly over the picture inside its pane, also when its shape is another one than the pane's. */
function OverPicture({ picture, children }: { readonly picture: PictureElement; readonly children: (box: Box) => ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null);
  const box = useSignal<Box | null>(null);
  useEffect(() => {
    const pane = place.current?.parentElement;
    if (pane == null) return;
    const measure = (): void => {
      const size: Size = { width: pane.clientWidth, height: pane.clientHeight };
      box.value = containedBox(size, pictureSize(picture));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(pane);
    // A video tells its size with `resize`, a still picture with `load`.
    for (const event of ['resize', 'load']) picture.addEventListener(event, measure);
    measure();
    return () => {
      observer.disconnect();
      for (const event of ['resize', 'load']) picture.removeEventListener(event, measure);
    };
  }, [picture]);
  const { left = 0, top = 0, width = 0, height = 0 } = box.value ?? {};
  return (
    <div ref={place} class="aim-field" style={{ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }}>
      {box.value === null ? null : children(box.value)}
    </div>
  );
}

/** What the other camera should see, too. The marks are at equal heights on both pictures. */
function Band({ camera, percent }: { readonly camera: number; readonly percent: number }) {
  const { aiming } = useStrings();
  const { from, to } = overlapBand(camera, percent);
  return (
    <div class="aim-band" data-edge={camera === 0 ? 'right' : 'left'} data-testid={`overlap-${camera}`} style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }} role="img" aria-label={aiming.overlap.band(camera, percent)}>
      <span aria-hidden="true">{aiming.overlap.percent(percent)}</span>
    </div>
  );
}

function OpenButton({ aim }: { readonly aim: Aim }) {
  const { aiming } = useStrings();
  if (!aim.hasPictures.value || aim.isOpen.value) return null;
  return (
    <div class="aim-open">
      <Button look="quiet" icon="target" onClick={() => (aim.isOpen.value = true)}>
        {aiming.open}
      </Button>
    </div>
  );
}
