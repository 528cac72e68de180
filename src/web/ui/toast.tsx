import { type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { useStrings } from '../strings/use-strings.js';
import { Button } from './button.js';
import type { Tone } from './card.js';
import { Icon } from './icon.js';

export interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly words: string;
}

/** What the page says in passing, to eyes and to screen readers. */
export interface Announcer {
  readonly toasts: ReadonlySignal<readonly Toast[]>;
  readonly spoken: ReadonlySignal<string>;
  /** Shows it for some seconds, or until it is dismissed when it is `bad`; and says it. */
  readonly show: (words: string, tone?: Tone) => void;
  /** Says it to screen readers only: for what everybody else sees anyway. */
  readonly say: (words: string) => void;
  readonly dismiss: (id: number) => void;
}

const SHOWN_MS = 6000;

export function createAnnouncer(): Announcer {
  const toasts = signal<readonly Toast[]>([]);
  const spoken = signal('');
  let made = 0;
  const dismiss = (id: number): void => {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  };
  const say = (words: string): void => {
    // The same words twice are said twice only when something has changed.
    spoken.value = spoken.value === words ? `${words}\u00a0` : words;
  };
  const show = (words: string, tone: Tone = 'plain'): void => {
    const id = (made += 1);
    toasts.value = [...toasts.value.filter((toast) => toast.words !== words), { id, tone, words }];
    say(words);
    if (tone !== 'bad') setTimeout(() => dismiss(id), SHOWN_MS);
  };
  return { toasts, spoken, show, say, dismiss };
}

export const AnnouncerContext = createContext<Announcer | null>(null);

export function useAnnouncer(): Announcer {
  const announcer = useContext(AnnouncerContext);
  if (announcer === null) throw new Error('there is no announcer around this component');
  return announcer;
}

/** Once, in the frame of the page. */
export function Toasts() {
  const { app } = useStrings();
  const { toasts, spoken, dismiss } = useAnnouncer();
  return (
    <>
      <div class="unseen" role="status" aria-live="polite">
        {spoken}
      </div>
      <ul class="toasts">
        {toasts.value.map(({ id, tone, words }) => (
          <li key={id} class="toast" data-tone={tone}>
            <Icon name={tone === 'good' ? 'check' : 'alert'} />
            <span class="toast-words">{words}</span>
            <Button look="quiet" icon="close" iconOnly onClick={() => dismiss(id)}>
              {app.toast.dismiss}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
