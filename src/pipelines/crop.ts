/** Crop and rotation: the configuration counts pixels to remove, converters want other words for the same thing. */

/** Pixels to remove from each edge (FootballVision's convention, contract 11.2). */
export interface CropPixels {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

export interface CropResult {
  /** Pixels removed, as `videocrop` wants them. */
  readonly removed: CropPixels;
  /** Coordinates of the edges of what is kept, as `nvvidconv` wants them. */
  readonly edges: CropPixels;
  readonly kept: FrameSize;
  readonly isCropped: boolean;
  /** More was to be removed than the sensor has to give. */
  readonly isClamped: boolean;
}

/** The smallest picture that is ever left (contract 11.2). */
export const MIN_KEPT_PIXELS = 16;

/**
 * The one conversion of a configured crop for a sensor of `sensor` pixels: clamped so that at least 16x16 remain, and
 * even everywhere, because a chroma sample covers two by two pixels. Odd starts move outwards by one pixel, odd sizes
 * shrink by one. The sensor must be at least 16x16.
 */
export function cropTo(sensor: FrameSize, crop: CropPixels): CropResult {
  const horizontal = cropAxis(sensor.width, crop.left, crop.right);
  const vertical = cropAxis(sensor.height, crop.top, crop.bottom);
  const kept = { width: horizontal.kept, height: vertical.kept };
  return {
    removed: { left: horizontal.start, right: horizontal.end, top: vertical.start, bottom: vertical.end },
    edges: {
      left: horizontal.start,
      right: horizontal.start + kept.width,
      top: vertical.start,
      bottom: vertical.start + kept.height,
    },
    kept,
    isCropped: kept.width !== sensor.width || kept.height !== sensor.height,
    isClamped: horizontal.isClamped || vertical.isClamped,
  };
}

function cropAxis(
  size: number,
  start: number,
  end: number,
): { start: number; end: number; kept: number; isClamped: boolean } {
  const clampedStart = even(Math.min(start, size - MIN_KEPT_PIXELS));
  const kept = even(Math.max(MIN_KEPT_PIXELS, size - clampedStart - end));
  const isClamped = size - start - end < MIN_KEPT_PIXELS;
  return { start: clampedStart, end: size - clampedStart - kept, kept, isClamped };
}

const even = (pixels: number): number => pixels - (pixels % 2);

export const ROTATIONS = [0, 90, 180, 270] as const;
/** Degrees clockwise by which the picture is turned. */
export type Rotation = (typeof ROTATIONS)[number];

/** How each converter says a rotation: `videoflip video-direction` and `nvvidconv flip-method`. */
export const ROTATION_WORDS: Readonly<
  Record<Rotation, { readonly videoDirection: string; readonly flipMethod: number }>
> = {
  0: { videoDirection: 'identity', flipMethod: 0 },
  90: { videoDirection: '90r', flipMethod: 3 },
  180: { videoDirection: '180', flipMethod: 2 },
  270: { videoDirection: '90l', flipMethod: 1 },
};

/** The size of a picture after its rotation. */
export const rotated = (size: FrameSize, rotation: Rotation): FrameSize =>
  rotation === 90 || rotation === 270 ? { width: size.height, height: size.width } : size;
