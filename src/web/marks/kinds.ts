import type { MarkBody } from '../../api/contract/marks.js';

export type MarkKind = MarkBody['kind'];

/** In the order of the buttons. */
export const MARK_KINDS: readonly MarkKind[] = ['goal', 'chance', 'foul', 'note'];
