import type { ComponentChildren } from 'preact';
import { useStrings } from '../strings/use-strings.js';
import { shortTime } from './format.js';
import type { Retained } from './retained.js';

export interface SectionProps {
  readonly title: string;
  /** What the section shows; null while nothing was heard. Old values are greyed, and said to be old. */
  readonly of: Retained<unknown> | null;
  readonly aside?: ComponentChildren;
  readonly testId: string;
  /** Over all columns. */
  readonly isWide?: boolean;
  readonly children?: ComponentChildren;
}

/** A group of figures with its age, should it have one. */
export function Section({ title, of, aside, testId, isWide = false, children }: SectionProps) {
  const { technician } = useStrings();
  const isStale = of !== null && !of.isCurrent;
  return (
    <section class={isWide ? 'tech-section tech-wide' : 'tech-section'} aria-label={title} data-testid={testId} data-stale={isStale || undefined}>
      <header class="tech-head">
        <h2>{title}</h2>
        {isStale ? <span class="tech-stale">{technician.stale.section(shortTime(of.ageMs / 1000))}</span> : <span class="tech-aside">{aside}</span>}
      </header>
      {of === null ? <p class="tech-waiting">{technician.stale.waiting}</p> : children}
    </section>
  );
}

export interface FactProps {
  readonly label: string;
  /** Null: nobody has measured it. */
  readonly children: ComponentChildren | null;
  readonly tone?: 'good' | 'warning' | 'bad' | undefined;
  /** Stands in a line of its own below its label, because it may be long. */
  readonly isLong?: boolean;
}

/** One line of a group: a name and what is known. */
export function Fact({ label, children, tone, isLong = false }: FactProps) {
  const { technician } = useStrings();
  return (
    <div class="fact" data-tone={tone} data-long={isLong || undefined}>
      <dt>{label}</dt>
      <dd data-unknown={children === null || undefined}>{children ?? technician.unknown}</dd>
    </div>
  );
}

/** A bar for a part of a whole. */
export function Bar({ percent, tone }: { readonly percent: number; readonly tone?: 'warning' | 'bad' | undefined }) {
  return <meter class="bar" min={0} max={100} value={percent} data-tone={tone} aria-hidden="true" />;
}
