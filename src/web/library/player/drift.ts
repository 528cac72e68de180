/** What to do with a picture that is not where the clock of the player is. */
export type Correction = { readonly kind: 'seek' } | { readonly kind: 'rate'; readonly rate: number };

/** Less than half a frame at 30 frames per second is no drift. */
const GOOD_SECONDS = 0.012;
/** From here on catching up would take longer than seeking. */
const SEEK_SECONDS = 0.4;
/** How much of the drift is made good within a second, and how far the speed may be changed for it. */
const PULL_PER_SECOND = 2;
const MOST_PULL = 0.25;

/**
 * @param driftSeconds how far the picture is ahead of the clock; negative = behind
 * @param speed of the player: 0.5, 1, 2
 */
export function correctionOf(driftSeconds: number, speed: number): Correction {
  const size = Math.abs(driftSeconds);
  if (size > SEEK_SECONDS * Math.max(1, speed)) return { kind: 'seek' };
  if (size < GOOD_SECONDS) return { kind: 'rate', rate: speed };
  const pull = Math.min(MOST_PULL, size * PULL_PER_SECOND);
  return { kind: 'rate', rate: speed * (driftSeconds > 0 ? 1 - pull : 1 + pull) };
}
