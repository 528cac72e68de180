import { validateMatchId } from '../../recording/match-id.js';

/** The teams that somebody chose; null where nobody did. */
export interface Teams {
  readonly home: string | null;
  readonly away: string | null;
}

export const NO_TEAMS: Teams = { home: null, away: null };

/**
 * A name for a match that nobody typed: the day, and the teams or else the time. Names sort by day, and hold nothing
 * that a file system or the rule for match ids refuses.
 */
export function proposeMatchName(now: Date, { home, away }: Teams): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const teams = [home, away].filter((team) => team !== null).join(' - ');
  return teams === '' ? `${day} ${two(now.getHours())}-${two(now.getMinutes())}` : `${day} ${teams}`;
}

/** What is wrong with a typed or scanned name, as the strings have it. */
export type NameProblem = 'empty' | 'character' | 'dot' | 'reserved' | 'long' | 'invisible';

const PROBLEMS: Readonly<Record<string, NameProblem>> = {
  match_id_empty: 'empty',
  match_id_separator: 'character',
  match_id_character: 'character',
  match_id_dot: 'dot',
  match_id_reserved: 'reserved',
  match_id_too_long: 'long',
};

/** The name as the rig will keep it, by the rig's own rule; or what is wrong with it. */
export function checkMatchName(typed: string): { readonly name: string } | { readonly problem: NameProblem } {
  const checked = validateMatchId(typed);
  return checked.ok ? { name: checked.id } : { problem: PROBLEMS[checked.violation.rule] ?? 'invisible' };
}
