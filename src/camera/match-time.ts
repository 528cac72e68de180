/**
 * The time line of a match: seconds since its first frame, whichever camera had it. Everything of one boot is placed by
 * the monotonic clock. What was recorded after the machine had been restarted is placed behind the last sign of life
 * before that, by as much as the interruption lasted; without a gap where no clock could tell how long that was. Journals
 * that say nothing of it are placed by the wall clock, the only one that both boots have.
 */
import type { Continuation, JournalEntry } from './journal.js';

export interface Moment {
  readonly bootId: string;
  readonly monoUs: number;
  readonly epochMs: number;
}

/** A segment on the time line. */
export interface Placed {
  readonly name: string;
  /** Null when it cannot be told: the wall clock of a later boot stood before the match. */
  readonly startSeconds: number | null;
  /** As the recorder measured it; null when it did not live to do so. */
  readonly durationSeconds: number | null;
}

export class MatchTime {
  readonly #origin: Moment;
  /** What the monotonic clock of a boot showed, or would have shown, at the origin. */
  readonly #originMonoUs: ReadonlyMap<string, number>;

  constructor(origin: Moment, continuations: ReadonlyMap<string, Continuation> = new Map()) {
    this.#origin = origin;
    this.#originMonoUs = originPerBoot(origin, continuations);
  }

  /** Made from the journals of all cameras; null when they tell of no run. */
  static of(journals: readonly (readonly JournalEntry[])[]): MatchTime | null {
    const continuations = continuationsIn(journals);
    // The first in each journal and not the earliest: the wall clock of a later boot may stand before the match.
    const firstFrames = journals.flatMap((journal) => journal.find((entry) => entry.kind === 'first-frame') ?? []).map(frameOf);
    // A camera that never delivered still has the moment at which it was asked to.
    const moments: readonly Moment[] = firstFrames.length > 0 ? firstFrames : journals.flatMap((journal) => journal.find(({ kind }) => kind === 'run-started') ?? []);
    // A camera that came only after an interruption does not tell when the match began.
    const early = moments.filter(({ bootId }) => !continuations.has(bootId));
    const origin = (early.length > 0 ? early : moments).reduce<Moment | null>((first, moment) => (first === null || isBefore(moment, first) ? moment : first), null);
    return origin === null ? null : new MatchTime(origin, continuations);
  }

  /** Seconds since the first frame, to the millisecond; negative before it. */
  secondsAt({ bootId, monoUs, epochMs }: Moment): number {
    const originMonoUs = this.#originMonoUs.get(bootId);
    const ms = originMonoUs === undefined ? epochMs - this.#origin.epochMs : (monoUs - originMonoUs) / 1000;
    return Math.round(ms) / 1000;
  }

  /** Wall clock of a point on the time line. */
  epochMsAt(seconds: number): number {
    return Math.round(this.#origin.epochMs + seconds * 1000);
  }

  /**
   * The segments of one camera. A segment opens when the encoder lets its first frame go; the frame was taken a little
   * earlier, by as much as at the beginning of the run.
   */
  segments(journal: readonly JournalEntry[]): Placed[] {
    const durations = new Map(journal.flatMap((entry) => (entry.kind === 'segment-closed' ? [[entry.name, entry.durationMs / 1000]] : [])));
    return runsOf(journal).flatMap((run) => {
      const opened = run.filter((entry) => entry.kind === 'segment-opened');
      const firstFrame = run.find((entry) => entry.kind === 'first-frame');
      const delayUs = firstFrame === undefined || opened[0] === undefined ? 0 : Math.max(0, opened[0].monoUs - firstFrame.frameMonoUs);
      return opened.map((entry): Placed => {
        const seconds = this.secondsAt(earlier(entry, delayUs));
        return { name: entry.name, startSeconds: seconds < 0 ? null : seconds, durationSeconds: durations.get(entry.name) ?? null };
      });
    });
  }
}

/** By the boot that goes on with the match. Several runs may say it; the first one counts. */
function continuationsIn(journals: readonly (readonly JournalEntry[])[]): ReadonlyMap<string, Continuation> {
  const found = new Map<string, Continuation>();
  for (const entry of journals.flat()) {
    if (entry.kind === 'run-started' && entry.continues !== undefined && !found.has(entry.bootId)) found.set(entry.bootId, entry.continues);
  }
  return found;
}

function originPerBoot(origin: Moment, continuations: ReadonlyMap<string, Continuation>): ReadonlyMap<string, number> {
  const known = new Map([[origin.bootId, origin.monoUs]]);
  // Each pass places at least one more boot, or there is nothing more to place.
  for (let before = 0; before < known.size; ) {
    before = known.size;
    for (const [bootId, { bootId: earlierBoot, monoUs, resumedMonoUs, gapMs }] of continuations) {
      const earlierOriginUs = known.get(earlierBoot);
      if (earlierOriginUs === undefined || known.has(bootId)) continue;
      known.set(bootId, resumedMonoUs - (gapMs ?? 0) * 1000 - Math.max(0, monoUs - earlierOriginUs));
    }
  }
  return known;
}

function frameOf(entry: JournalEntry & { readonly kind: 'first-frame' }): Moment {
  return earlier(entry, entry.monoUs - entry.frameMonoUs);
}

function earlier({ bootId, monoUs, epochMs }: Moment, byUs: number): Moment {
  return { bootId, monoUs: monoUs - byUs, epochMs: epochMs - byUs / 1000 };
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.bootId === b.bootId ? a.monoUs < b.monoUs : a.epochMs < b.epochMs;
}

function runsOf(journal: readonly JournalEntry[]): JournalEntry[][] {
  const runs: JournalEntry[][] = [];
  for (const entry of journal) {
    if (entry.kind === 'run-started') runs.push([]);
    runs.at(-1)?.push(entry);
  }
  return runs;
}
