import { useStrings } from '../strings/use-strings.js';

const THIRDS = 'M33.333 0V100M66.667 0V100M0 33.333H100M0 66.667H100';
/** Short marks along the level, to see from the side whether a goal line is parallel to it. */
const LEVEL = 'M0 50H100M50 46V54M25 48V52M75 48V52';

/** Thirds, and the level of the camera in the middle. Each line has a dark edge, so that it is seen on any picture. */
export function Grid() {
  const { aiming } = useStrings();
  return (
    <svg class="aim-grid" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={aiming.grid} data-testid="grid">
      <path class="aim-edge" d={THIRDS + LEVEL} />
      <path class="aim-thirds" d={THIRDS} />
      <path class="aim-level" d={LEVEL} />
    </svg>
  );
}
