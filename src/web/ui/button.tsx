import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.js';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'size' | 'class'> {
  /** `primary`: the one thing to do here. `danger`: cannot be undone. Default: `plain`. */
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly size?: 'usual' | 'large';
  readonly icon?: IconName;
  /** Only the icon is seen, the words are for screen readers. */
  readonly iconOnly?: boolean;
  readonly children: ComponentChildren;
}

/** Never lower than 48 px, whatever is in it. */
export function Button({ look = 'plain', size = 'usual', icon, iconOnly = false, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} class="button" data-look={look} data-size={size} data-icon-only={iconOnly || undefined}>
      {icon === undefined ? null : <Icon name={icon} />}
      <span class={iconOnly ? 'unseen' : 'button-words'}>{children}</span>
    </button>
  );
}
