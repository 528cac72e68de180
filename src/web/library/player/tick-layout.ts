/** One mark on the time line. */
export interface Tick<T> {
  readonly mark: T;
  /** From 0 to 1 along the line. */
  readonly place: number;
  /** What there is room for before the next one. */
  readonly room: 'time' | 'sign' | 'pin';
}

export interface TickSizes {
  /** Width of the whole line. */
  readonly linePx: number;
  /** What a sign takes. */
  readonly signPx: number;
  /** What a sign with its time takes. */
  readonly timePx: number;
}

/** Where the marks stand, in order, each with as much as does not cover the next one. */
export function ticksOf<T extends { readonly match_seconds: number }>(marks: readonly T[], lengthSeconds: number, { linePx, signPx, timePx }: TickSizes): readonly Tick<T>[] {
  if (lengthSeconds <= 0) return [];
  const places = marks.map(({ match_seconds }) => Math.min(1, Math.max(0, match_seconds / lengthSeconds)));
  return marks.map((mark, index) => {
    const place = places[index] ?? 0;
    const next = places[index + 1];
    // At the end of the line a time would leave it, a sign does not.
    const roomPx = ((next ?? 1) - place) * linePx;
    return { mark, place, room: roomPx >= timePx ? 'time' : next === undefined || roomPx >= signPx ? 'sign' : 'pin' };
  });
}

/** Seconds between two figures under the line, so that they do not touch. */
export function figureStep(lengthSeconds: number, linePx: number): number {
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600];
  const most = Math.max(1, Math.floor(linePx / 90));
  return steps.find((step) => lengthSeconds / step <= most) ?? 7200;
}
