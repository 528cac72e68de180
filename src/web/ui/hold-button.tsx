import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Hold } from './hold.js';

export interface HoldButtonProps {
  readonly onComplete: () => void;
  /** It was let go too early. */
  readonly onTooShort?: () => void;
  /** Assistive technology pressed it, which cannot hold: ask in another way. */
  readonly onAssisted?: () => void;
  readonly disabled?: boolean;
  /** Id of the element that says how to use it. */
  readonly describedBy?: string;
  readonly children: ComponentChildren;
}

/**
 * Does something only when it is held for 1.5 s, by finger, mouse, Space or Enter. The progress fills it: `--held`, 0 to 1.
 */
export function HoldButton({ onComplete, onTooShort, onAssisted, disabled = false, describedBy, children }: HoldButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const hold = useRef(new Hold());
  const frame = useRef(0);

  const show = (progress: number): void => button.current?.style.setProperty('--held', String(progress));
  const drop = (): void => {
    cancelAnimationFrame(frame.current);
    hold.current.end(0);
    show(0);
    button.current?.removeAttribute('data-held');
  };
  const end = (): void => {
    if (!hold.current.isHeld) return;
    const isComplete = hold.current.end(performance.now());
    drop();
    if (isComplete) onComplete();
    else onTooShort?.();
  };
  const turn = (): void => {
    const progress = hold.current.progress(performance.now());
    show(progress);
    if (progress === 1) end();
    else frame.current = requestAnimationFrame(turn);
  };
  const begin = (): void => {
    if (disabled || hold.current.isHeld) return;
    hold.current.begin(performance.now());
    button.current?.setAttribute('data-held', '');
    frame.current = requestAnimationFrame(turn);
  };
  useEffect(() => {
    if (disabled) drop();
  }, [disabled]);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  return (
    <button
      type="button"
      class="hold-button"
      ref={button}
      aria-disabled={disabled}
      aria-describedby={describedBy}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        button.current?.setPointerCapture(event.pointerId);
        begin();
      }}
      onPointerUp={end}
      onPointerCancel={drop}
      onBlur={drop}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key === 'Escape') drop();
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        if (!event.repeat) begin();
      }}
      onKeyUp={(event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        end();
      }}
      onClick={(event) => {
        // Fingers and mice come with a count of clicks, keys are taken above; what is left is a screen reader.
        if (event.detail === 0 && !disabled) onAssisted?.();
      }}
    >
      <span class="hold-fill" aria-hidden="true" />
      <span class="hold-words">{children}</span>
    </button>
  );
}
