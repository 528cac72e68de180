import { clockText } from '../kiosk/elapsed.js';
import { useElapsed } from '../kiosk/use-elapsed.js';
import { activityOf } from '../kiosk/view.js';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { hrefOf } from './routes.js';

/** On every page but the kiosk's: that it records, since when, and the way back. */
export function RecordingMark() {
  const { kiosk } = useStrings();
  const { status } = useRig();
  const elapsed = useElapsed();
  const activity = activityOf(status.value?.value ?? null);
  if (activity !== 'recording' && activity !== 'broken') return null;
  return (
    <a class="recording-mark" data-activity={activity} href={hrefOf({ page: 'kiosk' })}>
      {activity === 'recording' ? <span class="band-dot" aria-hidden="true" /> : null}
      <span>{activity === 'recording' ? kiosk.recording.title : kiosk.recording.broken}</span>
      <span class="recording-mark-time">{elapsed.value === null ? '' : clockText(elapsed.value)}</span>
    </a>
  );
}
