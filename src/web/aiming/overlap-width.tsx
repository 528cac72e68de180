import { useStrings } from '../strings/use-strings.js';
import { LEAST_OVERLAP_PERCENT, MOST_OVERLAP_PERCENT, overlapFrom } from './aids.js';
import type { Aim } from './aim.js';

export function OverlapWidth({ aim }: { readonly aim: Aim }) {
  const { aiming } = useStrings();
  return (
    <label class="overlap-width">
      <span>{aiming.overlap.width}</span>
      <input type="range" min={LEAST_OVERLAP_PERCENT} max={MOST_OVERLAP_PERCENT} step={1} value={aim.overlapPercent.value} onInput={({ currentTarget }) => (aim.overlapPercent.value = overlapFrom(currentTarget.value))} />
      <output>{aiming.overlap.percent(aim.overlapPercent.value)}</output>
    </label>
  );
}
