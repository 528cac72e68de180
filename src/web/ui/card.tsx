import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.js';

export type Tone = 'plain' | 'good' | 'warning' | 'bad';

export interface CardProps {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly title?: ComponentChildren;
  /** Beside the title, at the far end. */
  readonly aside?: ComponentChildren;
  /** Heading level of the title; default 2. */
  readonly level?: 2 | 3;
  readonly children?: ComponentChildren;
}

/** One thing with its title. */
export function Card({ tone = 'plain', icon, title, aside, level = 2, children }: CardProps) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section class="card" data-tone={tone}>
      {title === undefined ? null : (
        <header class="card-head">
          {icon === undefined ? null : <Icon name={icon} />}
          <Heading>{title}</Heading>
          {aside === undefined ? null : <div class="card-aside">{aside}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
