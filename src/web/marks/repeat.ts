import type { RigError } from '../rig/rig-error.js';

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set(['match_is_starting', 'mark_unconfirmed', 'too_many_requests']);
const SERVER_ERROR = 500;
const NO_SPACE = 507;
/** A rig that has not answered by then is asked again. */
export const ANSWER_MS = 6000;

/** Whether a mark that came to nothing is worth another attempt: the rig did not answer, or could not just now. */
export function mayBeRepeated({ code, status }: Pick<RigError, 'code' | 'status'>): boolean {
  if (status === null || PASSING.has(code)) return true;
  return status >= SERVER_ERROR && status !== NO_SPACE;
}
