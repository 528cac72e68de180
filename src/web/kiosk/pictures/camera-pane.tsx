import { type Signal, useSignal } from '@preact/signals';
import { useRig } from '../../rig/rig.js';
import { useStrings } from '../../strings/use-strings.js';
import { Button } from '../../ui/button.js';
import { Icon } from '../../ui/icon.js';
import { useKiosk } from '../kiosk-state.js';
import { type Activity, type CameraCondition, type CameraName, conditionOf } from '../view.js';
import { LivePicture } from './live-picture.js';
import { MonitorPicture } from './monitor-picture.js';
import { PictureCard } from './picture-card.js';
import type { PictureElement, PictureOverlay } from './picture-element.js';

export interface CameraPaneProps {
  readonly camera: CameraName;
  readonly activity: Activity;
  readonly isSeen: boolean;
  readonly overlay?: PictureOverlay | undefined;
}

/** One camera: its picture, or what is known of it; and, while it is to record, whether it does. */
export function CameraPane({ camera, activity, isSeen, overlay }: CameraPaneProps) {
  const { kiosk } = useStrings();
  const { status } = useRig();
  const media = useSignal<PictureElement | null>(null);
  const now = status.value?.value;
  const isToRecord = activity === 'recording' || activity === 'broken';
  const condition: CameraCondition | null = now !== undefined && isToRecord ? conditionOf(now, camera) : null;
  const facts = now?.recording.cameras[camera.key]?.facts ?? null;
  return (
    <figure class="pane" data-camera={camera.id} data-condition={condition ?? undefined}>
      <div class="pane-picture">
        {isSeen ? pictureOf() : null}
        {overlay === undefined ? null : <div class="pane-overlay">{overlay(camera, media)}</div>}
      </div>
      <figcaption class="pane-label">
        <span class="pane-name">{kiosk.camera(camera.id)}</span>
        {condition === null ? null : (
          <span class="pane-condition" data-testid={`condition-${camera.id}`}>
            {condition === 'recording' ? <span class="pane-dot" aria-hidden="true" /> : <Icon name="alert" />}
            <span>{kiosk.condition[condition]}</span>
          </span>
        )}
      </figcaption>
    </figure>
  );

  function pictureOf() {
    if (condition !== null) {
      if (condition !== 'recording') return <RecoveryCard camera={camera} condition={condition} />;
      return <MonitorPicture camera={camera} facts={facts} media={media} />;
    }
    if (activity === 'idle') return <IdlePicture camera={camera} media={media} />;
    return <PictureCard icon="camera" title={activity === 'stopping' ? kiosk.picture.stopping : kiosk.condition.starting} isBusy />;
  }
}

function IdlePicture({ camera, media }: { readonly camera: CameraName; readonly media: Signal<PictureElement | null> }) {
  const { kiosk } = useStrings();
  const { wantsPictures } = useKiosk();
  if (wantsPictures.value) return <LivePicture camera={camera} media={media} />;
  return (
    <PictureCard icon="cameraOff" title={kiosk.picture.hidden}>
      <Button icon="camera" onClick={() => (wantsPictures.value = true)}>
        {kiosk.picture.show}
      </Button>
    </PictureCard>
  );
}

function RecoveryCard({ camera, condition }: { readonly camera: CameraName; readonly condition: CameraCondition }) {
  const { kiosk } = useStrings();
  const { status } = useRig();
  const account = status.value?.value.recording.camera_recovery[camera.key];
  const detail = condition === 'failed' || condition === 'absent' ? kiosk.picture.noneAdvice : kiosk.picture.recovering(account?.attempts ?? 0);
  return <PictureCard icon="cameraOff" tone={condition === 'starting' ? 'plain' : 'bad'} title={kiosk.picture.none} detail={detail} isBusy={condition !== 'absent'} />;
}
