import { Icon, type IconName } from '../ui/icon.js';
import type { MarkKind } from './kinds.js';

const ICONS: Readonly<Record<MarkKind, IconName>> = { goal: 'ball', chance: 'target', foul: 'whistle', note: 'note' };

export function MarkIcon({ kind }: { readonly kind: MarkKind }) {
  return <Icon name={ICONS[kind]} />;
}
