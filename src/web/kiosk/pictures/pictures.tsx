import { useSignal, useSignalEffect } from '@preact/signals';
import { useRig } from '../../rig/rig.js';
import { useStrings } from '../../strings/use-strings.js';
import { Button } from '../../ui/button.js';
import { useKiosk } from '../kiosk-state.js';
import { type Activity, USUAL_CAMERAS } from '../view.js';
import { CameraPane } from './camera-pane.js';
import type { PictureOverlay } from './picture-element.js';

/** One pane per camera, as they stand on the rig: left is left. */
export function Pictures({ activity, overlay }: { readonly activity: Activity; readonly overlay?: PictureOverlay }) {
  const { kiosk } = useStrings();
  const { about } = useRig();
  const { wantsPictures } = useKiosk();
  const isSeen = usePageSeen();
  const cameras = about.value?.cameras ?? USUAL_CAMERAS;
  const canHide = activity === 'idle';
  return (
    <section class="pictures" aria-label={kiosk.cameras.both}>
      {cameras.map((camera) => (
        <CameraPane key={camera.key} camera={camera} activity={activity} isSeen={isSeen.value} overlay={overlay} />
      ))}
      {canHide && wantsPictures.value ? (
        <div class="pictures-switch">
          <Button look="quiet" icon="cameraOff" iconOnly title={kiosk.picture.hide} onClick={() => (wantsPictures.value = false)}>
            {kiosk.picture.hide}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

/** A page in the background shows nobody a picture; the rig shall not encode one for it. */
function usePageSeen() {
  const isSeen = useSignal(!document.hidden);
  useSignalEffect(() => {
    const look = (): void => {
      isSeen.value = !document.hidden;
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  });
  return isSeen;
}
