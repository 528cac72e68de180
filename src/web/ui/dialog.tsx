import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useStrings } from '../strings/use-strings.js';
import { Button } from './button.js';

export interface DialogProps {
  readonly open: boolean;
  readonly title: string;
  /** Asked to close: Escape, a tap beside it, its close button. */
  readonly onClose: () => void;
  /** The buttons below. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A question that must be answered first. The browser's own: it keeps the focus inside and gives it back. */
export function Dialog({ open, title, onClose, actions, children }: DialogProps) {
  const { app } = useStrings();
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null || dialog.open === open) return;
    if (open) dialog.showModal();
    else dialog.close();
  }, [open]);
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={titleId}
      onClose={() => (open ? onClose() : undefined)}
      onClick={(event) => (event.target === element.current ? onClose() : undefined)}
    >
      {open ? (
        <div class="dialog-body">
          <header class="dialog-head">
            <h2 id={titleId}>{title}</h2>
            <Button look="quiet" icon="close" iconOnly onClick={onClose}>
              {app.dialog.close}
            </Button>
          </header>
          {children}
          {actions === undefined ? null : <footer class="dialog-actions">{actions}</footer>}
        </div>
      ) : null}
    </dialog>
  );
}
