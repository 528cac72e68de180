import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Icon } from '../ui/icon.js';
import { clockText, isoDuration } from './elapsed.js';
import { useElapsed } from './use-elapsed.js';
import { type Activity, conditionOf, hoursAndMinutes, USUAL_CAMERAS } from './view.js';

/** Above everything while a recording exists: what it does, since when, in letters for five metres. */
export function RecordingBand({ activity }: { readonly activity: Activity }) {
  const { kiosk } = useStrings();
  const { status, about } = useRig();
  const elapsed = useElapsed();
  const now = status.value?.value;
  if (now === undefined) return null;
  const cameras = about.value?.cameras ?? USUAL_CAMERAS;
  const recording = cameras.filter((camera) => conditionOf(now, camera) === 'recording');
  const [single] = recording;
  const title = { recording: kiosk.recording.title, broken: kiosk.recording.broken, stopping: kiosk.recording.stopping, starting: '', idle: '', unknown: '' }[activity];
  const left = now.recording.hours_left;
  const ms = elapsed.value ?? now.recording.duration * 1000;
  return (
    <section class="band" data-activity={activity} data-testid="recording-band">
      <div class="band-words">
        <h1 class="band-title">
          {activity === 'recording' ? <span class="band-dot" aria-hidden="true" /> : null}
          {activity === 'broken' ? <Icon name="alert" /> : null}
          {activity === 'stopping' ? <span class="spinner" aria-hidden="true" /> : null}
          {title}
        </h1>
        <p class="band-match">{now.recording.match_id}</p>
        {activity === 'recording' && recording.length < cameras.length && single !== undefined ? <p class="band-note">{kiosk.recording.only(single.id)}</p> : null}
        {activity === 'broken' ? <p class="band-note">{kiosk.recording.brokenDetail}</p> : null}
        {activity === 'stopping' ? <p class="band-note">{kiosk.recording.stoppingDetail}</p> : null}
      </div>
      {activity === 'recording' ? (
      <div class="band-time">
        <time class="band-clock" role="timer" aria-label={kiosk.recording.elapsed} dateTime={isoDuration(ms)}>
          {clockText(ms)}
        </time>
        {left === null ? null : <p class="band-left">{kiosk.left.sentence(kiosk.left.fits(hoursAndMinutes(left).hours, hoursAndMinutes(left).minutes))}</p>}
      </div>
      ) : null}
    </section>
  );
}
