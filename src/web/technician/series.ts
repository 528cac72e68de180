/** One value at one moment of the page's monotonic clock; null = it was not known then. */
export interface Sample {
  readonly atMs: number;
  readonly value: number | null;
}

/** What the graphs show. */
export const WINDOW_MS = 180_000;

/** The samples of the last minutes, with a new one at the end; what has left the window is gone. */
export function withSample(samples: readonly Sample[], sample: Sample, windowMs = WINDOW_MS): readonly Sample[] {
  const kept = samples.filter(({ atMs }) => atMs >= sample.atMs - windowMs);
  return [...kept, sample];
}

/** The smallest and the largest value that is known; null when none is. */
export function rangeOf(samples: readonly Sample[]): { readonly least: number; readonly most: number } | null {
  const values = samples.flatMap(({ value }) => (value === null ? [] : [value]));
  return values.length === 0 ? null : { least: Math.min(...values), most: Math.max(...values) };
}

const STEPS = [1, 2, 5, 10] as const;

/** The next round number at or above a value that is larger than 0: 0.03 → 0.05, 30 → 50, 100 → 100. */
export function roundAbove(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  const step = STEPS.find((candidate) => candidate * unit >= value * (1 - 1e-9)) ?? 10;
  return Number((step * unit).toPrecision(3));
}

export interface Frame {
  /** At the right edge. */
  readonly nowMs: number;
  readonly windowMs: number;
  /** At the top; 0 is at the bottom. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Samples further apart than this are not joined: nobody knows what was between them. */
  readonly gapMs: number;
}

/** The samples as the `d` of an SVG path. A value that was not known breaks the line; one that stands alone is a short dash. */
export function pathOf(samples: readonly Sample[], { nowMs, windowMs, top, width, height, gapMs }: Frame): string {
  const words: string[] = [];
  let previousMs: number | null = null;
  for (const { atMs, value } of samples) {
    const x = width * (1 - (nowMs - atMs) / windowMs);
    if (value === null) previousMs = null;
    if (value === null || x < 0) continue;
    const y = height * (1 - Math.min(1, Math.max(0, value / top)));
    const isJoined = previousMs !== null && atMs - previousMs <= gapMs;
    words.push(isJoined ? `L${round(x)} ${round(y)}` : `M${round(x)} ${round(y)}h0.5`);
    previousMs = atMs;
  }
  return words.join('');
}

const round = (value: number): number => Math.round(value * 10) / 10;
