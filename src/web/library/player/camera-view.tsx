import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStrings } from '../../strings/use-strings.js';
import { Icon } from '../../ui/icon.js';
import type { DeckState } from './camera-deck.js';
import type { MatchPlayer } from './match-player.js';

/** The picture of one camera at the moment of the player, or why there is none. */
export function CameraView({ player, camera }: { readonly player: MatchPlayer; readonly camera: string }) {
  const { library } = useStrings();
  const one = useRef<HTMLVideoElement>(null);
  const other = useRef<HTMLVideoElement>(null);
  const state = useSignal<DeckState>('loading');
  useEffect(() => {
    if (one.current === null || other.current === null) return;
    const shown = player.show(camera, [one.current, other.current]);
    const unsubscribe = shown.state.subscribe((now) => (state.value = now));
    return () => {
      unsubscribe();
      shown.close();
    };
  }, [player, camera]);
  const words = { gap: library.player.gap, failed: library.player.failed, loading: '', picture: '' }[state.value];
  const detail = { gap: library.player.gapDetail, failed: library.player.failedDetail, loading: '', picture: '' }[state.value];
  return (
    <figure class="view" data-camera={camera} data-state={state.value}>
      <video ref={one} class="view-video" muted playsInline disableRemotePlayback aria-label={library.camera(camera)} />
      <video ref={other} class="view-video" muted playsInline disableRemotePlayback aria-hidden="true" />
      {words === '' ? null : (
        <div class="view-card">
          <Icon name="cameraOff" />
          <p class="view-card-title">{words}</p>
          <p>{detail}</p>
        </div>
      )}
      {state.value === 'loading' ? (
        <div class="view-busy">
          <span class="spinner" aria-hidden="true" />
          <span class="unseen">{library.player.loading}</span>
        </div>
      ) : null}
      <figcaption class="view-name">{library.camera(camera)}</figcaption>
    </figure>
  );
}
