import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useRig } from '../../rig/rig.js';
import { useStrings } from '../../strings/use-strings.js';
import { useKiosk } from '../kiosk-state.js';
import type { CameraName } from '../view.js';
import { type FeedState, LiveFeed } from './live-feed.js';
import { PictureCard } from './picture-card.js';
import type { PictureElement } from './picture-element.js';

const TICK_MS = 250;
/** A picture that is older than this is said to be. */
const OLD_MS = 1500;

/** The live picture of one camera while nothing is recorded. What is shown as live is live: an old frame is covered. */
export function LivePicture({ camera, media }: { readonly camera: CameraName; readonly media: Signal<PictureElement | null> }) {
  const { kiosk } = useStrings();
  const rig = useRig();
  const { withoutPicture } = useKiosk();
  const video = useRef<HTMLVideoElement>(null);
  const state = useSignal<FeedState>({ kind: 'asking' });
  const ageMs = useSignal(0);
  useEffect(() => {
    if (video.current === null) return;
    const feed = new LiveFeed(rig, camera.id, video.current);
    const leave = feed.state.subscribe((now) => {
      state.value = now;
      media.value = now.kind === 'playing' ? video.current : null;
      const isMissing = now.kind === 'none' && now.cause === 'camera';
      if (isMissing === withoutPicture.peek().has(camera.id)) return;
      const others = [...withoutPicture.peek()].filter((id) => id !== camera.id);
      withoutPicture.value = new Set(isMissing ? [...others, camera.id] : others);
    });
    const timer = setInterval(() => {
      const now = feed.state.peek();
      ageMs.value = now.kind === 'playing' ? Math.floor((performance.now() - now.atMs) / 500) * 500 : 0;
    }, TICK_MS);
    return () => {
      leave();
      clearInterval(timer);
      feed.close();
      media.value = null;
      withoutPicture.value = new Set([...withoutPicture.peek()].filter((id) => id !== camera.id));
    };
  }, []);
  const { kind } = state.value;
  const isOld = kind === 'playing' && ageMs.value >= OLD_MS;
  return (
    <>
      <video ref={video} class="picture" data-testid={`live-${camera.id}`} data-state={kind} data-over={state.value.kind === 'playing' ? state.value.over : undefined} data-old={isOld || undefined} muted autoplay playsInline disablePictureInPicture aria-label={kiosk.picture.alt(camera.id)} />
      {kind === 'asking' ? <PictureCard icon="camera" title={kiosk.picture.asking} isBusy /> : null}
      {state.value.kind === 'none' ? <NoPicture cause={state.value.cause} words={state.value.error.message} /> : null}
      {isOld ? <PictureCard icon="clock" tone="bad" title={kiosk.picture.frozen(Math.round(ageMs.value / 1000))} /> : null}
      {state.value.kind === 'playing' && state.value.over === 'hls' ? <p class="picture-note">{kiosk.picture.delayed}</p> : null}
    </>
  );
}

function NoPicture({ cause, words }: { readonly cause: 'camera' | 'way'; readonly words: string }) {
  const { kiosk } = useStrings();
  if (cause === 'camera') return <PictureCard icon="cameraOff" tone="bad" title={kiosk.picture.none} detail={kiosk.picture.noneAdvice} />;
  return <PictureCard icon="cameraOff" title={kiosk.picture.notHere} detail={`${kiosk.picture.notHereAdvice} (${words.replace(/\.$/, '')})`} />;
}
