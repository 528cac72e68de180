import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useStrings } from '../../strings/use-strings.js';
import { Button } from '../../ui/button.js';
import type { TimeLine } from '../time-line.js';
import { matchClock } from '../time-text.js';
import { type MatchPlayer, SPEEDS } from './match-player.js';

export interface ControlsProps {
  readonly player: MatchPlayer;
  readonly timeLine: TimeLine;
  readonly cameras: readonly string[];
  /** The only camera that is shown; null = all. */
  readonly shown: string | null;
  readonly canShowBoth: boolean;
  readonly onShow: (camera: string | null) => void;
  readonly onFullScreen: () => void;
}

const JUMP_SECONDS = 10;

export function Controls({ player, timeLine, cameras, shown, canShowBoth, onShow, onFullScreen }: ControlsProps) {
  const { library } = useStrings();
  const words = library.player;
  const isPlaying = player.isPlaying.value;
  const waiting = player.waiting.value;
  const at = useComputed(() => matchClock(player.seconds.value));
  const isFull = useFullScreen();
  return (
    <div class="controls">
      <div class="controls-main">
        <Button icon="back10" iconOnly title={words.back} onClick={() => player.jump(-JUMP_SECONDS)}>
          {words.back}
        </Button>
        <Button look="primary" icon={isPlaying ? 'pause' : 'play'} iconOnly title={isPlaying ? words.pause : words.play} onClick={() => player.toggle()}>
          {isPlaying ? words.pause : words.play}
        </Button>
        <Button icon="forward10" iconOnly title={words.forward} onClick={() => player.jump(JUMP_SECONDS)}>
          {words.forward}
        </Button>
        <p class="controls-time" data-testid="player-time">
          <strong>{at}</strong> <span>/ {matchClock(timeLine.lengthSeconds)}</span>
          {waiting === 'pictures' ? <span class="spinner" aria-hidden="true" /> : null}
        </p>
      </div>
      {cameras.length > 1 ? (
        <div class="player-choice" role="group" aria-label={words.view}>
          {canShowBoth ? (
            <Choice isChosen={shown === null} onClick={() => onShow(null)}>
              {words.both}
            </Choice>
          ) : null}
          {cameras.map((camera) => (
            <Choice key={camera} isChosen={shown === camera} onClick={() => onShow(camera)}>
              {camera === 'cam0' ? words.left : camera === 'cam1' ? words.right : library.camera(camera)}
            </Choice>
          ))}
        </div>
      ) : null}
      <div class="player-choice" role="group" aria-label={words.speed}>
        {SPEEDS.map((speed) => (
          <Choice key={speed} isChosen={player.speed.value === speed} label={words.speedSpoken(speed)} onClick={() => player.setSpeed(speed)}>
            {words.speeds(speed)}
          </Choice>
        ))}
      </div>
      {document.fullscreenEnabled ? (
        <Button icon={isFull.value ? 'shrink' : 'expand'} iconOnly title={isFull.value ? words.leaveFullScreen : words.fullScreen} onClick={onFullScreen}>
          {isFull.value ? words.leaveFullScreen : words.fullScreen}
        </Button>
      ) : null}
      {timeLine.isOpen ? (
        <Button onClick={() => player.seek(timeLine.lengthSeconds - JUMP_SECONDS)}>{words.live}</Button>
      ) : null}
      <p class="controls-note" role="status">
        {waiting === 'edge' ? words.edge : ''}
      </p>
    </div>
  );
}

interface ChoiceProps {
  readonly isChosen: boolean;
  readonly label?: string;
  readonly onClick: () => void;
  readonly children: string;
}

function Choice({ isChosen, label, onClick, children }: ChoiceProps) {
  return (
    <button type="button" class="player-option" aria-pressed={isChosen} aria-label={label} onClick={onClick}>
      {children}
    </button>
  );
}

function useFullScreen() {
  const isFull = useSignal(false);
  useEffect(() => {
    const follow = (): void => {
      isFull.value = document.fullscreenElement !== null;
    };
    document.addEventListener('fullscreenchange', follow);
    return () => document.removeEventListener('fullscreenchange', follow);
  }, []);
  return isFull;
}
