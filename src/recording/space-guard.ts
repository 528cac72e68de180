/**
 * Looks how much room is left while a match is recorded: tells when it becomes little, and at the last reserve asks for
 * a stop in order, so that every file is finalised and everything else on the disk still has room.
 *
 * Invariants: a level rises as soon as there is less room, and falls only when there is clearly more; the stop is asked
 * for once, after several looks in a row, because what fills a disk for a moment must not end a match. A disk that cannot be
 * read or has gone ends none.
 */
import type { Clock } from '../lib/clock.js';
import type { MatchPlace, Room, SpaceLevel } from './types.js';

export interface SpacePolicy {
  readonly lowMs: number;
  readonly criticalMs: number;
  /** 0: never stop; the recording then ends where the disk does, and goes on when there is room. */
  readonly reserveBytes: number;
}

export interface SpaceGuardOptions {
  readonly policy: () => SpacePolicy;
  /** Instant. */
  readonly room: () => Room;
  readonly onChange: (match: MatchPlace, before: SpaceLevel, after: SpaceLevel, room: Room) => void;
  /** Must not throw. */
  readonly onReserve: (match: MatchPlace, room: Room) => void;
  readonly clock: Clock;
}

const GIB = 1024 ** 3;
const MS_PER_HOUR = 3_600_000;
const LOOK_MS = 2000;
/** In a row, so that a file that comes and goes ends no match. Two cameras write some 40 MB meanwhile. */
const RESERVE_LOOKS = 3;
/** A level falls when there is this much more than its limit. */
const CLEARLY_MORE = 1.2;
const LEVELS: readonly SpaceLevel[] = ['ok', 'low', 'critical', 'reserve'];

/** What counts where nobody knows how much the cameras write. */
const UNKNOWN_RATE_BYTES = { low: 20 * GIB, critical: 5 * GIB };

/** The level after a look; unchanged where the disk cannot be read. */
export function spaceLevel(before: SpaceLevel, room: Room, policy: SpacePolicy): SpaceLevel {
  const { hoursLeft, freeBytes } = room;
  if (hoursLeft === null && freeBytes === null) return before;
  const isBelow = (level: SpaceLevel, factor: number): boolean => {
    if (level === 'ok') return true;
    if (level === 'reserve') return freeBytes !== null && freeBytes < policy.reserveBytes * factor;
    if (hoursLeft !== null) return hoursLeft * MS_PER_HOUR < (level === 'low' ? policy.lowMs : policy.criticalMs) * factor;
    return freeBytes !== null && freeBytes < UNKNOWN_RATE_BYTES[level] * factor;
  };
  const worst = (factor: number): number => LEVELS.findLastIndex((level) => isBelow(level, factor));
  const now = worst(1);
  const index = now >= LEVELS.indexOf(before) ? now : Math.min(LEVELS.indexOf(before), worst(CLEARLY_MORE));
  return LEVELS[index] ?? 'ok';
}

export class SpaceGuard {
  readonly #options: SpaceGuardOptions;
  #level: SpaceLevel = 'ok';
  #watch: AbortController | null = null;

  constructor(options: SpaceGuardOptions) {
    this.#options = options;
  }

  /** `ok` while nothing is recorded. */
  get level(): SpaceLevel {
    return this.#level;
  }

  begin(match: MatchPlace): void {
    this.end();
    this.#watch = new AbortController();
    void this.#look(match, this.#watch.signal);
  }

  end(): void {
    this.#watch?.abort();
    this.#watch = null;
    this.#level = 'ok';
  }

  async #look(match: MatchPlace, signal: AbortSignal): Promise<void> {
    const { policy, room, onChange, onReserve, clock } = this.#options;
    for (let looks = 0; !signal.aborted; ) {
      await clock.sleepMs(LOOK_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      const before = this.#level;
      const now = room();
      this.#level = spaceLevel(before, now, policy());
      if (this.#level !== before) onChange(match, before, this.#level, now);
      looks = this.#level === 'reserve' && now.freeBytes !== null ? looks + 1 : 0;
      if (looks === RESERVE_LOOKS) onReserve(match, now);
    }
  }
}
