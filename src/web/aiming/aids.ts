/** What helps to aim a camera. */
export const AIDS = ['grid', 'loupe', 'overlap', 'brightness'] as const;
export type Aid = (typeof AIDS)[number];

export const LEAST_OVERLAP_PERCENT = 5;
export const MOST_OVERLAP_PERCENT = 30;
const USUAL_OVERLAP_PERCENT = 15;

/** A width from outside, in bounds; the usual one when it is none. */
export function overlapFrom(text: string | null): number {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) ? USUAL_OVERLAP_PERCENT : Math.min(MOST_OVERLAP_PERCENT, Math.max(LEAST_OVERLAP_PERCENT, value));
}
