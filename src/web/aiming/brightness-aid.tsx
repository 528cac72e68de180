import { useEffect, useRef } from 'preact/hooks';
import type { PictureElement } from '../kiosk/pictures/picture-element.js';
import { useStrings } from '../strings/use-strings.js';
import { type Aim, withEntry } from './aim.js';
import { histogramPath, paintZebra, readBrightness, smoothed, verdictOf } from './brightness.js';
import { everyFrame } from './frames.js';

/** A small copy is enough to tell how bright a picture is, and takes a millisecond. */
const WIDTH = 160;
const HEIGHT = 90;
const INTERVAL_MS = 330;
const GRAPH = { width: 128, height: 44 };

/** Marks what is too bright or too dark in a picture, and measures how much that is. */
export function BrightnessAid({ aim, camera, picture }: { readonly aim: Aim; readonly camera: number; readonly picture: PictureElement }) {
  const { aiming } = useStrings();
  const zebra = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const copy = new OffscreenCanvas(WIDTH, HEIGHT).getContext('2d', { willReadFrequently: true });
    const over = zebra.current?.getContext('2d') ?? null;
    if (copy === null || over === null) return;
    const stripes = over.createImageData(WIDTH, HEIGHT);
    const measure = (): void => {
      copy.drawImage(picture, 0, 0, WIDTH, HEIGHT);
      const { data } = copy.getImageData(0, 0, WIDTH, HEIGHT);
      paintZebra(data, stripes.data, WIDTH);
      over.putImageData(stripes, 0, 0);
      const before = aim.measured.peek().get(camera) ?? null;
      const reading = smoothed(before?.reading ?? null, readBrightness(data));
      aim.measured.value = withEntry(aim.measured.peek(), camera, { reading, verdict: verdictOf(reading, before?.verdict.kind ?? null) });
    };
    measure();
    const stop = everyFrame(picture, INTERVAL_MS, measure);
    return () => {
      stop();
      aim.measured.value = withEntry(aim.measured.peek(), camera, null);
    };
  }, [picture]);
  const reading = aim.measured.value.get(camera)?.reading;
  return (
    <>
      <canvas ref={zebra} class="aim-zebra" width={WIDTH} height={HEIGHT} data-testid={`zebra-${camera}`} aria-hidden="true" />
      {reading === undefined ? null : (
        <svg class="aim-histogram" viewBox={`0 0 ${GRAPH.width} ${GRAPH.height}`} role="img" aria-label={aiming.brightness.histogram(camera)} data-testid={`histogram-${camera}`}>
          <path d={histogramPath(reading.bins, GRAPH.width, GRAPH.height)} />
        </svg>
      )}
    </>
  );
}
