import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useRig } from '../rig/rig.js';
import { useStrings } from '../strings/use-strings.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { HoldButton } from '../ui/hold-button.js';
import { Icon } from '../ui/icon.js';
import { useAnnouncer } from '../ui/toast.js';
import { useKiosk } from './kiosk-state.js';
import { useElapsed } from './use-elapsed.js';
import { type Activity, protectedSeconds } from './view.js';

const TOO_SHORT_SHOWN_MS = 4000;
const NO_CONNECTION = 'no_connection';

/** Stops the recording, and never by accident. */
export function StopPanel({ activity }: { readonly activity: Activity }) {
  const { kiosk } = useStrings();
  const { status, about } = useRig();
  const { asked, stop, result } = useKiosk();
  const { show } = useAnnouncer();
  const elapsed = useElapsed();
  const asksAgain = useSignal(false);
  const tooShort = useSignal(false);
  const refusal = result.value?.kind === 'refused' ? result.value : null;
  useEffect(() => {
    if (refusal === null) return;
    // Without an answer nobody knows what came of it; the band above shows what the rig does.
    show(refusal.code === NO_CONNECTION ? refusal.message : `${kiosk.stop.failed} ${refusal.message}`, 'bad');
    result.value = null;
  }, [refusal]);

  const recording = status.value?.value.recording;
  const locked = protectedSeconds(elapsed.value ?? 0, recording?.protected === true, about.value?.protection_seconds ?? null);
  const isLocked = locked !== 0;
  const isStopping = activity === 'stopping' || asked.value === 'stop';
  useEffect(() => {
    if (!tooShort.value) return;
    const timer = setTimeout(() => (tooShort.value = false), TOO_SHORT_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [tooShort.value]);
  const hint = (): string => {
    if (activity === 'stopping') return kiosk.recording.stoppingDetail;
    if (isStopping) return kiosk.stop.asked;
    if (isLocked) return locked === null ? kiosk.stop.lockedUnknown : kiosk.stop.locked(locked);
    return tooShort.value ? kiosk.stop.tooShort : kiosk.stop.how;
  };
  return (
    <section class="stop" data-locked={isLocked || undefined}>
      <HoldButton disabled={isLocked || isStopping} describedBy="stop-how" onComplete={() => void stop()} onTooShort={() => (tooShort.value = true)} onAssisted={() => (asksAgain.value = true)}>
        {isStopping ? <span class="spinner" aria-hidden="true" /> : isLocked ? <Icon name="lock" /> : <span class="stop-sign" aria-hidden="true" />}
        <span>{isStopping ? kiosk.recording.stopping : kiosk.stop.hold}</span>
      </HoldButton>
      <p id="stop-how" class="stop-how" data-urgent={tooShort.value || undefined} aria-live="polite">
        {hint()}
      </p>
      <Dialog
        open={asksAgain.value}
        title={kiosk.stop.assistedTitle}
        onClose={() => (asksAgain.value = false)}
        actions={
          <>
            <Button onClick={() => (asksAgain.value = false)}>{kiosk.stop.assistedNo}</Button>
            <Button
              look="danger"
              onClick={() => {
                asksAgain.value = false;
                void stop();
              }}
            >
              {kiosk.stop.assistedYes}
            </Button>
          </>
        }
      >
        <p>{kiosk.stop.assisted}</p>
      </Dialog>
    </section>
  );
}
