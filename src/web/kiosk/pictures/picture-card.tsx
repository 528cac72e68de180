import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from '../../ui/icon.js';

export interface PictureCardProps {
  readonly icon: IconName;
  readonly title: string;
  readonly detail?: string | null;
  readonly tone?: 'plain' | 'bad';
  /** Something is under way. */
  readonly isBusy?: boolean;
  readonly children?: ComponentChildren;
}

/** What stands where a picture would be. */
export function PictureCard({ icon, title, detail = null, tone = 'plain', isBusy = false, children }: PictureCardProps) {
  return (
    <div class="picture-card" data-tone={tone}>
      {isBusy ? <span class="spinner" aria-hidden="true" /> : <Icon name={icon} />}
      <p class="picture-card-title">{title}</p>
      {detail === null ? null : <p class="picture-card-detail">{detail}</p>}
      {children}
    </div>
  );
}
