/** How bright a picture is, from a small copy of it. */

/** Brighter is white, and darker is black: nothing can be told apart there any more. Of 255. */
export const WHITE_ABOVE = 250;
export const BLACK_BELOW = 5;
export const BINS = 64;

export interface Reading {
  /** Shares of the picture, 0 to 1. */
  readonly white: number;
  readonly black: number;
  /** 0 to 1. */
  readonly mean: number;
  /** Share of the picture in each of 64 equal steps of brightness. */
  readonly bins: readonly number[];
}

/** Brightness of a pixel as it is seen (ITU-R BT.709), 0 to 255; in 256ths, so that grey stays exactly what it is. */
function luma(pixels: Uint8ClampedArray, at: number): number {
  return (54 * (pixels[at] ?? 0) + 183 * (pixels[at + 1] ?? 0) + 19 * (pixels[at + 2] ?? 0)) / 256;
}

/** @param pixels RGBA, as a canvas gives them; at least one. */
export function readBrightness(pixels: Uint8ClampedArray): Reading {
  const count = pixels.length / 4;
  const counts = new Array<number>(BINS).fill(0);
  let white = 0;
  let black = 0;
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const value = luma(pixels, at);
    const bin = Math.min(BINS - 1, Math.floor((value * BINS) / 256));
    counts[bin] = (counts[bin] ?? 0) + 1;
    sum += value;
    if (value > WHITE_ABOVE) white += 1;
    if (value < BLACK_BELOW) black += 1;
  }
  return { white: white / count, black: black / count, mean: sum / count / 255, bins: counts.map((inBin) => inBin / count) };
}

/** Of a new reading; the rest is what was read before, so that one odd frame changes no sentence. */
const WEIGHT = 0.4;

export function smoothed(before: Reading | null, now: Reading): Reading {
  if (before === null) return now;
  const mix = (old: number, fresh: number): number => old + WEIGHT * (fresh - old);
  return { white: mix(before.white, now.white), black: mix(before.black, now.black), mean: mix(before.mean, now.mean), bins: now.bins };
}

/** What to say about a picture; percentages are whole and at least 1. */
export type Verdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'bright'; readonly whitePercent: number }
  | { readonly kind: 'dark'; readonly blackPercent: number }
  | { readonly kind: 'harsh'; readonly whitePercent: number; readonly blackPercent: number }
  /** Nothing is lost, but it is dark all over. */
  | { readonly kind: 'dim'; readonly meanPercent: number };

/** A bright shirt or a lamp is less than this. */
const WHITE_LIMIT = 0.02;
/** A tree in the shade is less than this. */
const BLACK_LIMIT = 0.1;
const DIM_MEAN = 0.15;
/** What was said before holds until the figure is this much better, so that a sentence does not come and go. */
const HOLD = 0.75;

export function verdictOf({ white, black, mean }: Reading, before: Verdict['kind'] | null): Verdict {
  const wasBright = before === 'bright' || before === 'harsh';
  const wasDark = before === 'dark' || before === 'harsh';
  const isBright = white > WHITE_LIMIT * (wasBright ? HOLD : 1);
  const isDark = black > BLACK_LIMIT * (wasDark ? HOLD : 1);
  if (isBright && isDark) return { kind: 'harsh', whitePercent: percent(white), blackPercent: percent(black) };
  if (isBright) return { kind: 'bright', whitePercent: percent(white) };
  if (isDark) return { kind: 'dark', blackPercent: percent(black) };
  if (mean < (before === 'dim' ? DIM_MEAN / HOLD : DIM_MEAN)) return { kind: 'dim', meanPercent: percent(mean) };
  return { kind: 'good' };
}

const percent = (share: number): number => Math.max(1, Math.round(share * 100));

/** Width of a stripe of the zebra, in pixels of the small copy. */
const STRIPE = 3;
const OVER_WHITE = [[0, 0, 0], [255, 196, 0]] as const;
const OVER_BLACK = [[0, 40, 160], [120, 200, 255]] as const;

/**
 * Fills `zebra` (RGBA, of the size of `pixels`) with stripes where the picture is white (black and yellow) or black (blue), and
 * with nothing elsewhere.
 */
export function paintZebra(pixels: Uint8ClampedArray, zebra: Uint8ClampedArray, width: number): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const value = luma(pixels, at);
    const colours = value > WHITE_ABOVE ? OVER_WHITE : value < BLACK_BELOW ? OVER_BLACK : null;
    zebra[at + 3] = colours === null ? 0 : 255;
    if (colours === null) continue;
    const index = at / 4;
    const stripe = Math.floor(((index % width) + Math.floor(index / width)) / STRIPE) % 2 === 0 ? colours[0] : colours[1];
    zebra.set(stripe, at);
  }
}

/** The bins as a filled SVG path; roots of the shares, so that a small peak is seen beside a large one. */
export function histogramPath(bins: readonly number[], width: number, height: number): string {
  const most = Math.max(...bins, Number.MIN_VALUE);
  const step = width / bins.length;
  const points = bins.map((share, index) => {
    const y = height * (1 - Math.sqrt(share / most));
    return `L${(index * step).toFixed(1)} ${y.toFixed(1)}H${((index + 1) * step).toFixed(1)}`;
  });
  return `M0 ${height}${points.join('')}V${height}z`;
}
