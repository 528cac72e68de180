/** One mark on the time line. */
export interface Tick<T> {
  readonly mark: T;
  /** From 0 to 1 along the line. */
  readonly place: number;
  /** There is room for its time beside it. */
  readonly isLabelled: boolean;
}

export interface TickSizes {
  /** Width of the whole line. */
  readonly linePx: number;
  /** What a tick with its time takes. */
  readonly labelPx: number;
}

/** Where the marks stand, in order, each with its time as long as the next one is not in the way. */
export function ticksOf<T extends { readonly match_seconds: number }>(marks: readonly T[], lengthSeconds: number, { linePx, labelPx }: TickSizes): readonly Tick<T>[] {
  if (lengthSeconds <= 0) return [];
  const places = marks.map(({ match_seconds }) => Math.min(1, Math.max(0, match_seconds / lengthSeconds)));
  return marks.map((mark, index) => {
    const place = places[index] ?? 0;
    const next = places[index + 1] ?? 1;
    // At the end of the line the label would leave it.
    return { mark, place, isLabelled: (next - place) * linePx >= labelPx };
  });
}

/** Seconds between two figures under the line, so that they do not touch. */
export function figureStep(lengthSeconds: number, linePx: number): number {
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600];
  const most = Math.max(1, Math.floor(linePx / 90));
  return steps.find((step) => lengthSeconds / step <= most) ?? 7200;
}
