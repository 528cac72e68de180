import './player.css';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { MarkBody } from '../../../api/contract/marks.js';
import { useStrings } from '../../strings/use-strings.js';
import type { TimeLine } from '../time-line.js';
import { CameraView } from './camera-view.js';
import { Controls } from './controls.js';
import type { MatchPlayer } from './match-player.js';
import { TimeLineBar } from './time-line-bar.js';
import { useNarrow } from './use-narrow.js';

export interface PlayerProps {
  readonly player: MatchPlayer;
  readonly timeLine: TimeLine;
  readonly marks: readonly MarkBody[];
  readonly onMark: (mark: MarkBody) => void;
}

export const JUMP_SECONDS = 10;
const FRAME_SECONDS = 1 / 30;

/** The whole match to watch: pictures, time line, controls. */
export function Player({ player, timeLine, marks, onMark }: PlayerProps) {
  const { library } = useStrings();
  const element = useRef<HTMLElement>(null);
  /** Null = both. */
  const chosen = useSignal<string | null>(null);
  const isNarrow = useNarrow();
  const cameras = timeLine.tracks.map(({ camera }) => camera);
  const single = chosen.value !== null && cameras.includes(chosen.value) ? chosen.value : isNarrow.value ? (cameras[0] ?? null) : null;
  const shown = single === null ? cameras : [single];

  useEffect(() => {
    // Nobody looks, and the browser would let the pictures run apart.
    const rest = (): void => {
      if (document.hidden) player.pause();
    };
    document.addEventListener('visibilitychange', rest);
    return () => document.removeEventListener('visibilitychange', rest);
  }, [player]);

  const toggleFullScreen = (): void => {
    if (document.fullscreenElement === null) void element.current?.requestFullscreen().catch(() => undefined);
    else void document.exitFullscreen();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isOnButton = event.target instanceof HTMLElement && event.target.closest('button, a') !== null;
    const act = {
      ' ': isOnButton ? undefined : () => player.toggle(),
      k: () => player.toggle(),
      j: () => player.jump(-JUMP_SECONDS),
      l: () => player.jump(JUMP_SECONDS),
      ArrowLeft: () => player.jump(-1),
      ArrowRight: () => player.jump(1),
      ',': () => step(player, -FRAME_SECONDS),
      '.': () => step(player, FRAME_SECONDS),
      f: toggleFullScreen,
    }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  return (
    <section ref={element} class="player" aria-label={library.player.title} data-testid="player" onKeyDown={onKeyDown}>
      <div class="views" data-count={shown.length} onClick={() => player.toggle()}>
        {shown.map((camera) => (
          <CameraView key={camera} player={player} camera={camera} />
        ))}
      </div>
      <TimeLineBar player={player} timeLine={timeLine} marks={marks} onMark={onMark} />
      <Controls player={player} timeLine={timeLine} cameras={cameras} shown={single} canShowBoth={!isNarrow.value} onShow={(camera) => (chosen.value = camera)} onFullScreen={toggleFullScreen} />
    </section>
  );
}

function step(player: MatchPlayer, seconds: number): void {
  player.pause();
  player.jump(seconds);
}
