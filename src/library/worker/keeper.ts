/** Keeps the list of matches true: looks at folders when something is said to have changed, and compares on its own. */
import { isDeepStrictEqual } from 'node:util';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.js';
import { Exclusive } from '../../lib/exclusive.js';
import { compareNames, isMatchFolderName } from '../names.js';
import type { MatchSummary } from '../types.js';
import type { Catalogue, KnownMatch } from './catalogue.js';
import type { FromThread, Say, ThreadSettings } from './protocol.js';
import { folderState, listMatchFolders, scanMatch } from './scan.js';

/** While comparing, requests wait no longer than this. */
const SLICE_MS = 25;
/** A match that changed is looked at again after these pauses, and no longer once it is quiet. */
const LOOK_AGAIN_MS = [1000, 2000, 4000, 8000];
/** A look at a match of thousands of files takes this long or longer, and then its share of the time is kept small. */
const LONG_LOOK_MS = 25;
const LOOK_SHARE = 0.005;
/** Looks that found nothing new after which a match is quiet. */
const QUIET_LOOKS = 2;
const MAX_TROUBLES = 1000;

interface Follow {
  timer: NodeJS.Timeout;
  dueMonoMs: number;
  step: number;
  quietLooks: number;
}

export interface KeeperParts {
  readonly settings: ThreadSettings;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly say: Say;
  readonly send: (message: FromThread) => void;
}

export class Keeper {
  readonly #parts: KeeperParts;
  readonly #known = new Map<string, KnownMatch>();
  readonly #following = new Map<string, Follow>();
  /** How long the newest look at a match took, where that was long. */
  readonly #longLooksMs = new Map<string, number>();
  readonly #comparisons = new Exclusive();
  readonly #troubles = new Set<string>();
  #changed = new Map<string, MatchSummary>();
  #gone = new Set<string>();
  #rollingAfter = '';
  #rootFails = false;
  #isFirst = true;
  #isClosed = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** What the catalogue on disk knows goes out at once, unchecked. */
  load(): void {
    for (const match of this.#parts.catalogue.open()) {
      this.#known.set(match.matchId, match);
      if (match.summary !== null) this.#changed.set(match.matchId, match.summary);
    }
    this.#flush();
  }

  /** Ids of the matches on the list. */
  listed(): readonly string[] {
    return [...this.#known.values()].filter(({ summary }) => summary !== null).map(({ matchId }) => matchId);
  }

  /** Something has happened to this match, or may have. */
  notice(matchId: string): void {
    if (isMatchFolderName(matchId)) this.#follow(matchId, this.#parts.settings.gatherMs, 0, 0);
  }

  /** Looks at it now and answers what the list says from now on. */
  lookNow(matchId: string): MatchSummary | null {
    if (!isMatchFolderName(matchId)) return null;
    this.#look(matchId);
    this.#flush();
    return this.#known.get(matchId)?.summary ?? null;
  }

  /** Looks at every match whose folders have moved, and at those that were being written. */
  compare(): Promise<void> {
    return this.#comparisons.run(() => this.#compare());
  }

  /** The same from nothing. Resolves with the number of matches. */
  rebuild(): Promise<number> {
    return this.#comparisons.run(async () => {
      this.#parts.catalogue.clear();
      for (const match of this.#known.values()) this.#known.set(match.matchId, { ...match, fingerprint: '' });
      this.#troubles.clear();
      await this.#compare();
      return this.listed().length;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { timer } of this.#following.values()) clearTimeout(timer);
    this.#following.clear();
    await this.#comparisons.idle();
    this.#parts.catalogue.close();
  }

  async #compare(): Promise<void> {
    // Before the folder is read: a match that appears meanwhile is not taken for one that has gone.
    const before = [...this.#known.keys()];
    const found = this.#listRoot();
    if (found === null) return;
    const isFirst = this.#isFirst && before.length === 0;
    this.#isFirst = false;
    const there = new Set(found);
    const suspects = [...before.filter((matchId) => !there.has(matchId)), ...this.#rolling(before), ...found];
    for (let next = 0; next < suspects.length && !this.#isClosed; ) {
      const sliceEndMs = this.#parts.clock.monoMs() + SLICE_MS;
      this.#parts.catalogue.together(() => {
        for (; next < suspects.length && this.#parts.clock.monoMs() < sliceEndMs; next += 1) {
          const matchId = suspects[next] ?? '';
          const isRolling = next < suspects.length - found.length;
          if (isRolling || this.#hasMoved(matchId)) this.#compareOne(matchId, isFirst);
        }
      });
      this.#flush();
      await yieldToOthers();
    }
  }

  #compareOne(matchId: string, isFirst: boolean): void {
    const isNew = this.#look(matchId);
    // Somebody may be at it still. In a list that is made from nothing, everything is new.
    if (isNew && !isFirst && this.#known.has(matchId)) this.#follow(matchId, LOOK_AGAIN_MS[0] ?? 0, 1, 0);
  }

  #listRoot(): readonly string[] | null {
    try {
      const found = listMatchFolders(this.#parts.settings.recordingsDir, this.#onTrouble);
      if (this.#rootFails) this.#parts.say('info', 'the recordings folder can be read again');
      this.#rootFails = false;
      return found;
    } catch (thrown) {
      // What is known stays on the list: a disk that does not answer for a moment has not lost the matches.
      if (!this.#rootFails) this.#parts.say('error', 'the recordings folder cannot be read', { reason: String(thrown) });
      this.#rootFails = true;
      return null;
    }
  }

  /** A few at a time, round and round. */
  #rolling(matchIds: readonly string[]): readonly string[] {
    const sorted = [...matchIds].sort(compareNames);
    const from = sorted.findIndex((matchId) => matchId > this.#rollingAfter);
    const chosen = from < 0 ? [] : sorted.slice(from, from + this.#parts.settings.rereadMatches);
    this.#rollingAfter = chosen.at(-1) ?? '';
    return chosen;
  }

  #hasMoved(matchId: string): boolean {
    const known = this.#known.get(matchId);
    if (known === undefined || known.unsettled) return true;
    try {
      return folderState(this.#parts.settings.recordingsDir, matchId)?.fingerprint !== known.fingerprint;
    } catch {
      // Looking at it says why.
      return true;
    }
  }

  /** Brings what is known of it up to date; true when the list changes by it. */
  #look(matchId: string): boolean {
    const before = this.#known.get(matchId);
    const startedMonoMs = this.#parts.clock.monoMs();
    const now = this.#scan(matchId);
    const tookMs = this.#parts.clock.monoMs() - startedMonoMs;
    if (tookMs < LONG_LOOK_MS || now === null) this.#longLooksMs.delete(matchId);
    else this.#longLooksMs.set(matchId, tookMs);
    if (now === null) {
      if (before === undefined) return false;
      this.#known.delete(matchId);
      this.#parts.catalogue.remove(matchId);
    } else if (before === undefined || !isDeepStrictEqual(before, now)) {
      this.#known.set(matchId, now);
      this.#parts.catalogue.put(now);
    }
    const summary = now?.summary ?? null;
    if (isDeepStrictEqual(before?.summary ?? null, summary)) return false;
    if (summary === null) {
      this.#changed.delete(matchId);
      this.#gone.add(matchId);
    } else {
      this.#gone.delete(matchId);
      this.#changed.set(matchId, summary);
    }
    return true;
  }

  #scan(matchId: string): KnownMatch | null {
    const { settings, clock } = this.#parts;
    try {
      const scanned = scanMatch(settings.recordingsDir, matchId, this.#onTrouble);
      if (scanned === null) return null;
      // Either side of now: clocks of rigs jump.
      const unsettled = Math.abs(clock.nowEpochMs() - scanned.newestEpochMs) < settings.settledAfterMs;
      return { matchId, fingerprint: scanned.fingerprint, unsettled, summary: scanned.summary };
    } catch (thrown) {
      this.#onTrouble(matchId, String(thrown));
      return null;
    }
  }

  #follow(matchId: string, delayMs: number, step: number, quietLooks: number): void {
    const waitMs = Math.max(delayMs, (this.#longLooksMs.get(matchId) ?? 0) / LOOK_SHARE);
    const dueMonoMs = this.#parts.clock.monoMs() + waitMs;
    const pending = this.#following.get(matchId);
    if (pending !== undefined && pending.dueMonoMs <= dueMonoMs) {
      pending.step = Math.min(pending.step, step);
      pending.quietLooks = 0;
      return;
    }
    if (pending !== undefined) clearTimeout(pending.timer);
    const timer = setTimeout(() => this.#lookAgain(matchId), waitMs);
    this.#following.set(matchId, { timer, dueMonoMs, step, quietLooks });
  }

  #lookAgain(matchId: string): void {
    const { step = 0, quietLooks = 0 } = this.#following.get(matchId) ?? {};
    this.#following.delete(matchId);
    const quiet = this.#look(matchId) ? 0 : quietLooks + 1;
    this.#flush();
    const delayMs = LOOK_AGAIN_MS[step];
    if (delayMs !== undefined && quiet <= QUIET_LOOKS) this.#follow(matchId, delayMs, step + 1, quiet);
  }

  #flush(): void {
    if (this.#changed.size === 0 && this.#gone.size === 0) return;
    this.#parts.send({ kind: 'changed', matches: [...this.#changed.values()], gone: [...this.#gone] });
    this.#changed = new Map();
    this.#gone = new Set();
  }

  /** Once for each thing that is left out. */
  readonly #onTrouble = (path: string, reason: string): void => {
    if (this.#troubles.has(path) || this.#troubles.size >= MAX_TROUBLES) return;
    this.#troubles.add(path);
    this.#parts.say('warn', 'left out of the list of recordings, because it cannot be read', { path, reason });
  };
}
