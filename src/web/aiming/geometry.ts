/** Where things lie on a picture that keeps its shape inside its pane. All lengths of one call are in one unit. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** From 0 to 1 in both directions, from the picture's top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export const CENTRE: Point = { x: 0.5, y: 0.5 };

/** Where `object-fit: contain` puts a picture in a pane; the whole pane while the picture has no size. */
export function containedBox(pane: Size, picture: Size): Box {
  if (picture.width <= 0 || picture.height <= 0) return { left: 0, top: 0, ...pane };
  const scale = Math.min(pane.width / picture.width, pane.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { left: (pane.width - width) / 2, top: (pane.height - height) / 2, width, height };
}

export function insideBox({ x, y }: Point): Point {
  return { x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) };
}

/** The part of a picture that a loupe around a point shows; may reach beyond the picture. */
export function loupeSource(point: Point, picture: Size, shown: Size, diameter: number, zoom: number): Box {
  const width = (diameter / zoom / shown.width) * picture.width;
  const height = (diameter / zoom / shown.height) * picture.height;
  return { left: point.x * picture.width - width / 2, top: point.y * picture.height - height / 2, width, height };
}

/** From a finger to the loupe above it, in diameters: a loupe under a finger shows nothing. */
const FINGER_DISTANCE = 0.75;

/** Middle of the loupe as it is shown: on a mouse pointer; above a finger, or below it where there is no room above. */
export function loupePlace(point: Point, shown: Size, diameter: number, isFinger: boolean): { readonly x: number; readonly y: number } {
  const x = point.x * shown.width;
  const y = point.y * shown.height;
  if (!isFinger) return { x, y };
  const distance = FINGER_DISTANCE * diameter;
  return { x, y: y - distance >= 0 ? y - distance : y + distance };
}

/** The band of a camera's picture that the other camera sees, too: the left one has it at its right edge. Shares of the width. */
export function overlapBand(camera: number, percent: number): { readonly from: number; readonly to: number } {
  const share = percent / 100;
  return camera === 0 ? { from: 1 - share, to: 1 } : { from: 0, to: share };
}
