import type { MarkBody } from '../../api/contract/marks.js';
import type { RigError } from '../rig/rig-error.js';

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set(['match_is_starting', 'mark_unconfirmed', 'too_many_requests']);
const SERVER_ERROR = 500;
const NO_SPACE = 507;
/** How much earlier than the tap the rig may place it: what this page knows of the time of the match is not exact. */
const EARLY_SECONDS = 0.7;
/** A rig that has not answered by then is asked again. */
export const ANSWER_MS = 6000;
/** The rig keeps what it is told to the millisecond. */
const SAME_SECONDS = 0.0015;

/** Whether a mark that came to nothing is worth another attempt: the rig did not answer, or could not just now. */
export function mayBeRepeated({ code, status }: Pick<RigError, 'code' | 'status'>): boolean {
  if (status === null || PASSING.has(code)) return true;
  return status >= SERVER_ERROR && status !== NO_SPACE;
}

/** A mark as it was sent. */
export interface SentMark {
  readonly kind: string;
  /** Where in the match the tap was; null while nobody knows. */
  readonly matchSeconds: number | null;
  /** It was sent without its place: the rig took the time at which it arrived. */
  readonly wasPlacedByRig: boolean;
}

/** Whether a mark of the rig is one that was sent, and whose answer was lost. */
export function sameMark(mark: Pick<MarkBody, 'kind' | 'match_seconds'>, { kind, matchSeconds, wasPlacedByRig }: SentMark): boolean {
  if (matchSeconds === null || mark.kind !== kind) return false;
  const behindSeconds = mark.match_seconds - matchSeconds;
  if (!wasPlacedByRig) return Math.abs(behindSeconds) < SAME_SECONDS;
  return behindSeconds > -EARLY_SECONDS && behindSeconds < ANSWER_MS / 1000;
}
