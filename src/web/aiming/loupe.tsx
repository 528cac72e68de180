import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { PictureElement } from '../kiosk/pictures/picture-element.js';
import { useStrings } from '../strings/use-strings.js';
import { everyFrame, pictureSize } from './frames.js';
import { CENTRE, insideBox, loupePlace, loupeSource, type Point, type Size } from './geometry.js';

export interface LoupeProps {
  readonly camera: number;
  readonly picture: PictureElement;
  /** Of the picture on the screen, in CSS pixels. */
  readonly shown: Size;
}

const ZOOM = 2;
const DIAMETER = 220;
/** Of the height of the picture, at most. */
const LARGEST = 0.7;
const INTERVAL_MS = 30;
/** Of the picture, per press of an arrow key; with Shift. */
const STEP = 0.02;
const LARGE_STEP = 0.1;
const KEYS: Readonly<Record<string, Point>> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };

/** A piece of the picture at twice the size, where finger, mouse or arrow keys have put it. */
export function Loupe({ camera, picture, shown }: LoupeProps) {
  const { aiming } = useStrings();
  const field = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const point = useSignal<Point>(CENTRE);
  const isFinger = useSignal(false);
  const hintId = useId();
  const diameter = Math.min(DIAMETER, LARGEST * shown.height);
  const draw = (): void => {
    const context = canvas.current?.getContext('2d');
    if (canvas.current === null || context == null) return;
    const { width } = canvas.current;
    const { left, top, ...size } = loupeSource(point.peek(), pictureSize(picture), shown, diameter, ZOOM);
    context.fillRect(0, 0, width, width);
    context.drawImage(picture, left, top, size.width, size.height, 0, 0, width, width);
  };
  useEffect(() => {
    draw();
    return everyFrame(picture, INTERVAL_MS, draw);
  }, [picture, shown.width, shown.height]);
  const move = (to: Point): void => {
    point.value = insideBox(to);
    draw();
  };
  const follow = (event: PointerEvent): void => {
    const box = field.current?.getBoundingClientRect();
    if (box === undefined) return;
    isFinger.value = event.pointerType === 'touch';
    move({ x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
  };
  const key = (event: KeyboardEvent): void => {
    const direction = KEYS[event.key];
    if (direction === undefined && event.key !== 'Home') return;
    event.preventDefault();
    isFinger.value = false;
    const step = event.shiftKey ? LARGE_STEP : STEP;
    move(direction === undefined ? CENTRE : { x: point.value.x + direction.x * step, y: point.value.y + direction.y * step });
  };
  const place = loupePlace(point.value, shown, diameter, isFinger.value);
  const pixels = Math.round(diameter * Math.min(2, devicePixelRatio));
  return (
    <div ref={field} class="aim-loupe-field" role="application" tabIndex={0} aria-label={aiming.loupe.label(camera)} aria-describedby={hintId} data-testid={`loupe-${camera}`} onPointerDown={follow} onPointerMove={follow} onKeyDown={key}>
      <span id={hintId} class="unseen">
        {aiming.loupe.hint}
      </span>
      <canvas ref={canvas} class="aim-loupe" width={pixels} height={pixels} style={{ width: `${diameter}px`, height: `${diameter}px`, left: `${place.x - diameter / 2}px`, top: `${place.y - diameter / 2}px` }} aria-hidden="true" />
    </div>
  );
}
