import { isDeepStrictEqual } from 'node:util';
import { compareNames } from './names.js';
import type { MatchSummary } from './types.js';

/** The list as requests see it: in memory, and the same objects for as long as they say the same. */
export class Matches {
  readonly #byId = new Map<string, MatchSummary>();
  /** Being removed: what the thread still says of them is older than that. */
  readonly #hidden = new Set<string>();
  #sorted: readonly MatchSummary[] | null = null;
  #revision = 0;

  get revision(): number {
    return this.#revision;
  }

  /** By id; the same array until something changes. */
  all(): readonly MatchSummary[] {
    this.#sorted ??= [...this.#byId.values()].sort((a, b) => compareNames(a.matchId, b.matchId));
    return this.#sorted;
  }

  get(matchId: string): MatchSummary | null {
    return this.#byId.get(matchId) ?? null;
  }

  /** True when the list has changed by it. */
  apply(changed: readonly MatchSummary[], gone: readonly string[]): boolean {
    let hasChanged = false;
    for (const match of changed) {
      if (this.#hidden.has(match.matchId) || isDeepStrictEqual(this.#byId.get(match.matchId), match)) continue;
      this.#byId.set(match.matchId, match);
      hasChanged = true;
    }
    for (const matchId of gone) {
      if (this.#byId.delete(matchId)) hasChanged = true;
    }
    if (hasChanged) {
      this.#sorted = null;
      this.#revision += 1;
    }
    return hasChanged;
  }

  /** Drops what is not among these; true when the list has changed by it. */
  keepOnly(matchIds: readonly string[]): boolean {
    const kept = new Set(matchIds);
    return this.apply([], [...this.#byId.keys()].filter((matchId) => !kept.has(matchId)));
  }

  /** Off the list, whatever is said of it until `show`; true when the list has changed by it. */
  hide(matchId: string): boolean {
    this.#hidden.add(matchId);
    return this.apply([], [matchId]);
  }

  show(matchId: string): void {
    this.#hidden.delete(matchId);
  }
}
