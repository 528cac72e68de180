import { useSignal, useSignalEffect } from '@preact/signals';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Icon } from '../ui/icon.js';
import { useKiosk } from './kiosk-state.js';
import { MatchNameCard } from './match-name-card.js';
import { checkMatchName, proposeMatchName } from './match-name.js';
import type { StartFailure } from './outcome.js';
import { type Activity, camerasToRecord, hoursAndMinutes, USUAL_CAMERAS } from './view.js';

const MINUTE_MS = 60_000;

/** Before kick-off: the name of the match, what still fits, and the one button. */
export function StartPanel({ activity }: { readonly activity: Activity }) {
  const { kiosk } = useStrings();
  const { status, about } = useRig();
  const { teams, typedName, asked, start, startError, withoutPicture } = useKiosk();
  const name = typedName.value ?? proposeMatchName(useNow().value, teams.value);
  const checked = checkMatchName(name);
  const isStarting = activity === 'starting' || asked.value === 'start';
  const [only, ...more] = camerasToRecord(about.value?.cameras ?? USUAL_CAMERAS, about.value?.require_all_cameras ?? true, withoutPicture.value);
  const what = only === undefined || more.length > 0 ? kiosk.cameras.both : kiosk.cameras.one(only.id);
  const canStart = activity === 'idle' && !isStarting && 'name' in checked;
  return (
    <div class="start">
      <MatchNameCard name={name} isBusy={isStarting} />
      <section class="start-action">
        {startError.value === null ? null : <StartError failure={startError.value} />}
        <button
          type="button"
          class="record"
          data-testid="record"
          data-busy={isStarting || undefined}
          aria-disabled={!canStart}
          aria-label={isStarting ? kiosk.record.starting : kiosk.record.spoken(what, name)}
          onClick={() => {
            if (canStart && 'name' in checked) void start(checked.name);
          }}
        >
          {isStarting ? <span class="spinner" aria-hidden="true" /> : <span class="record-dot" aria-hidden="true" />}
          <span class="record-words">
            <span class="record-label">{isStarting ? (activity === 'starting' ? kiosk.record.starting : kiosk.record.asked) : kiosk.record.label(what)}</span>
            <span class="record-name">{isStarting ? kiosk.record.startingDetail : name}</span>
          </span>
        </button>
        <HoursLeft hours={status.value?.value.recording.hours_left ?? null} />
      </section>
    </div>
  );
}

function StartError({ failure }: { readonly failure: StartFailure }) {
  const { kiosk } = useStrings();
  const lines = failure.cameras.length === 0 ? [failure.message] : failure.cameras.map(kiosk.record.cameraFailed);
  return (
    <div class="start-error" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{kiosk.record.failed}</strong>
        {lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
    </div>
  );
}

function HoursLeft({ hours }: { readonly hours: number | null }) {
  const { kiosk } = useStrings();
  if (hours === null) {
    return (
      <p class="left" data-unknown>
        <Icon name="disk" />
        {kiosk.left.none}
      </p>
    );
  }
  const left = hoursAndMinutes(hours);
  return (
    <p class="left">
      <Icon name="disk" />
      <strong>{kiosk.left.fits(left.hours, left.minutes)}</strong> {kiosk.left.still}
    </p>
  );
}

/** The time of day, by the minute. */
function useNow() {
  const now = useSignal(new Date());
  useSignalEffect(() => {
    const timer = setInterval(() => (now.value = new Date()), MINUTE_MS / 12);
    return () => clearInterval(timer);
  });
  return now;
}
