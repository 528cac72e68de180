import type { Mark } from '../../recording/marks.js';
import type { MarkAddedBody, MarkBody, MarkRemovedBody, MarksBody } from '../contract/marks.js';

export function presentMarks(matchId: string, marks: readonly Mark[]): MarksBody {
  return { match_id: matchId, marks: marks.map(presentMark) };
}

export function presentAdded(mark: Mark): MarkAddedBody {
  return { success: true, message: `Marked at ${clockTime(mark.matchSeconds)}`, mark: presentMark(mark) };
}

export function presentMarkRemoved(): MarkRemovedBody {
  return { success: true, message: 'Mark removed' };
}

function presentMark({ id, kind, text, matchSeconds, epochMs }: Mark): MarkBody {
  return { id, kind, text, match_seconds: matchSeconds, epoch_ms: epochMs };
}

/** As on a scoreboard: minutes and seconds. */
function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
