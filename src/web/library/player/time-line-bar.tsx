import './time-line-bar.css';
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { MarkBody } from '../../../api/contract/marks.js';
import { MarkIcon } from '../../marks/mark-icon.js';
import { useStrings } from '../../strings/use-strings.js';
import type { Gap, TimeLine } from '../time-line.js';
import { matchClock } from '../time-text.js';
import type { MatchPlayer } from './match-player.js';
import { figureStep, ticksOf } from './tick-layout.js';

export interface TimeLineBarProps {
  readonly player: MatchPlayer;
  readonly timeLine: TimeLine;
  readonly marks: readonly MarkBody[];
  readonly onMark: (mark: MarkBody) => void;
}

const STEP_SECONDS = 1;
const PAGE_SECONDS = 10;
/** As in the style sheet. */
const TICK_PX = { signPx: 30, timePx: 68 };

/** The whole match as a line: what each camera has, what was marked, where the player is; to tap, drag and step along. */
export function TimeLineBar({ player, timeLine, marks, onMark }: TimeLineBarProps) {
  const { library, marks: words } = useStrings();
  const line = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const linePx = useSignal(800);
  const isDragged = useSignal(false);
  const { lengthSeconds, tracks } = timeLine;

  useEffect(() => {
    const element = line.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => (linePx.value = element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // Sixty times a second, so past the components.
  useSignalEffect(() => {
    const seconds = player.seconds.value;
    head.current?.style.setProperty('--at', String(lengthSeconds === 0 ? 0 : Math.min(1, seconds / lengthSeconds)));
    line.current?.setAttribute('aria-valuenow', String(Math.floor(seconds)));
    line.current?.setAttribute('aria-valuetext', library.player.positionText(matchClock(seconds), matchClock(lengthSeconds)));
  });

  const gapText = (camera: string, gap: Gap): string => {
    const say = gap.isBreak ? library.player.breakFrom : library.player.gapFrom;
    return say(library.camera(camera), matchClock(gap.startSeconds), matchClock(gap.endSeconds));
  };
  const seekTo = (event: PointerEvent): void => {
    const box = line.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    player.seek(((event.clientX - box.left) / box.width) * lengthSeconds);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const now = player.seconds.value;
    const to = { ArrowLeft: now - STEP_SECONDS, ArrowDown: now - STEP_SECONDS, ArrowRight: now + STEP_SECONDS, ArrowUp: now + STEP_SECONDS, PageDown: now - PAGE_SECONDS, PageUp: now + PAGE_SECONDS, Home: 0, End: lengthSeconds }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    player.seek(to);
  };

  return (
    <div class="time-line">
      <ul class="ticks">
        {ticksOf(marks, lengthSeconds, { linePx: linePx.value, ...TICK_PX }).map(({ mark, place, room }) => (
          <li key={mark.id} style={{ '--at': place }}>
            <button
              type="button"
              class="tick"
              data-kind={mark.kind}
              data-room={room}
              // The list of marks is for the keyboard; here they would be many stops in a row.
              tabIndex={-1}
              aria-label={words.jump(words.kinds[mark.kind], matchClock(mark.match_seconds))}
              title={`${words.kinds[mark.kind]} ${matchClock(mark.match_seconds)}${mark.text === null ? '' : `: ${mark.text}`}`}
              onClick={() => onMark(mark)}
            >
              {room === 'pin' ? null : <MarkIcon kind={mark.kind} />}
              {room === 'time' ? <span>{matchClock(mark.match_seconds)}</span> : null}
            </button>
          </li>
        ))}
      </ul>
      <div
        ref={line}
        class="line"
        role="slider"
        tabIndex={0}
        aria-label={library.player.position}
        aria-valuemin={0}
        aria-valuemax={Math.floor(lengthSeconds)}
        data-dragged={isDragged.value || undefined}
        data-testid="time-line"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          isDragged.value = true;
          seekTo(event);
        }}
        onPointerMove={(event) => (isDragged.value ? seekTo(event) : undefined)}
        onPointerUp={() => (isDragged.value = false)}
        onPointerCancel={() => (isDragged.value = false)}
        onKeyDown={onKeyDown}
      >
        {tracks.map(({ camera, clips, gaps }) => (
          <div key={camera} class="track">
            {clips.map((clip) => (
              <span key={clip.name} class="track-clip" data-growing={clip.isGrowing || undefined} style={spanStyle(clip, lengthSeconds)} />
            ))}
            {gaps.map((gap) => (
              <span key={gap.startSeconds} class="track-gap" data-break={gap.isBreak || undefined} style={spanStyle(gap, lengthSeconds)} title={gapText(camera, gap)} />
            ))}
          </div>
        ))}
        <div ref={head} class="playhead" />
      </div>
      <div class="line-figures" aria-hidden="true">
        {figuresOf(lengthSeconds, linePx.value).map((seconds) => (
          <span key={seconds} style={{ '--at': seconds / lengthSeconds }}>
            {matchClock(seconds)}
          </span>
        ))}
      </div>
      <ul class="unseen">
        {tracks.flatMap(({ camera, gaps }) =>
          gaps.map((gap) => <li key={`${camera} ${gap.startSeconds}`}>{gapText(camera, gap)}</li>),
        )}
      </ul>
    </div>
  );
}

function spanStyle({ startSeconds, endSeconds }: { readonly startSeconds: number; readonly endSeconds: number }, lengthSeconds: number) {
  return { '--from': startSeconds / lengthSeconds, '--to': endSeconds / lengthSeconds };
}

function figuresOf(lengthSeconds: number, linePx: number): readonly number[] {
  const step = figureStep(lengthSeconds, linePx);
  // The last one is not squeezed in beside the end.
  return Array.from({ length: Math.floor(lengthSeconds / step - 0.3) + 1 }, (_, index) => index * step).filter((seconds) => seconds < lengthSeconds);
}
