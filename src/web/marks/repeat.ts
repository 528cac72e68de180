import type { MarkBody } from '../../api/contract/marks.js';
import type { RigError } from '../rig/rig-error.js';

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set(['match_is_starting', 'mark_unconfirmed', 'too_many_requests']);
const SERVER_ERROR = 500;
const NO_SPACE = 507;
/** The rig keeps what it is told to the millisecond. */
const SAME_SECONDS = 0.0015;

/** Whether a mark that came to nothing is worth another attempt: the rig did not answer, or could not just now. */
export function mayBeRepeated({ code, status }: Pick<RigError, 'code' | 'status'>): boolean {
  if (status === null || PASSING.has(code)) return true;
  return status >= SERVER_ERROR && status !== NO_SPACE;
}

/** Whether a mark of the rig is this tap, which was sent with its place in the match. */
export function sameMark(mark: Pick<MarkBody, 'kind' | 'match_seconds'>, tap: { readonly kind: string; readonly matchSeconds: number | null }): boolean {
  return tap.matchSeconds !== null && mark.kind === tap.kind && Math.abs(mark.match_seconds - tap.matchSeconds) < SAME_SECONDS;
}
