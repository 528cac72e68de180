import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CameraFacts } from '../../../api/contract/common.js';
import { useStrings } from '../../strings/use-strings.js';
import type { CameraName } from '../view.js';
import type { PictureElement } from './picture-element.js';

const RETRY_MS = 5000;

export interface MonitorPictureProps {
  readonly camera: CameraName;
  readonly facts: CameraFacts | null;
  readonly media: Signal<PictureElement | null>;
}

/**
 * What is being recorded, as a cheap stream of stills; where the rig sends none, the facts of the camera stand there.
 * The facts also tell when a picture is old, which a stream of stills cannot.
 */
export function MonitorPicture({ camera, facts, media }: MonitorPictureProps) {
  const { kiosk } = useStrings();
  const image = useRef<HTMLImageElement>(null);
  const shown = useSignal(false);
  const attempt = useSignal(0);
  useEffect(() => {
    const element = image.current;
    if (element === null) return;
    element.src = `/video/stream?path=cam${camera.id}&attempt=${attempt.value}`;
    // Without this the browser goes on receiving it behind the scenes.
    return () => element.removeAttribute('src');
  }, [attempt.value]);
  useEffect(() => {
    media.value = shown.value ? image.current : null;
    return () => {
      media.value = null;
    };
  }, [shown.value]);
  useEffect(() => {
    if (shown.value) return;
    const timer = setTimeout(() => (attempt.value += 1), RETRY_MS);
    return () => clearTimeout(timer);
  }, [shown.value, attempt.value]);
  const words = facts === null ? null : [kiosk.picture.frames(facts.frames_encoded), facts.fps === null ? null : kiosk.picture.fps(facts.fps)].filter((text) => text !== null);
  return (
    <>
      <img
        ref={image}
        class="picture"
        data-testid={`monitor-${camera.id}`}
        data-state={shown.value ? 'playing' : 'none'}
        alt={kiosk.picture.alt(camera.id)}
        onLoad={() => (shown.value = true)}
        onError={() => (shown.value = false)}
      />
      {shown.value ? null : (
        <div class="picture-facts">
          {words === null || words.length === 0 ? <p>{kiosk.picture.noMonitor}</p> : words.map((text) => <p key={text.replace(/[\d,.]/g, '')}>{text}</p>)}
        </div>
      )}
    </>
  );
}
