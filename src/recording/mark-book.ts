/** Marks for people: where in the match each belongs, and what may be marked. What is stored how: `MatchFiles`. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MatchTime } from '../camera/match-time.js';
import { asTouchlineError, TouchlineError } from '../errors.js';
import { bootId, type Clock } from '../lib/clock.js';
import { readJournal } from './journal-reader.js';
import type { Manifest } from './manifest.js';
import { findMark, marksAmong, withMark, withoutMark, type Mark, type MatchMarks, type NewMark } from './marks.js';
import type { MatchFiles } from './match-files.js';

const MAX_MARKS = 1000;
/** A disk that has not answered by then may never do so; whoever waits is told. */
const CONFIRM_MS = 5000;
/** People mark the last whistle a little after the last frame. */
const GRACE_SECONDS = 5;
/** Where nothing tells how long the match was. */
const LONGEST_MATCH_SECONDS = 24 * 3600;

export interface MarkBookOptions {
  readonly cameraIds: readonly number[];
  readonly recordingsDir: string;
  readonly files: MatchFiles;
  /** Whether there is a match of this name, inside the recordings folder and nowhere else. */
  readonly hasMatch: (matchId: string) => Promise<boolean>;
  /** The match that is being started, recorded or stopped. */
  readonly current: () => { readonly matchId: string; readonly startedMonoUs: number | null } | null;
  readonly clock: Clock;
}

interface Instant {
  readonly monoUs: number;
  readonly epochMs: number;
}

export class MarkBook implements MatchMarks {
  readonly #options: MarkBookOptions;

  constructor(options: MarkBookOptions) {
    this.#options = options;
  }

  async list(matchId: string): Promise<readonly Mark[]> {
    return marksAmong(await this.#options.files.marks(await this.#folderOf(matchId)));
  }

  async add(matchId: string | null, wanted: NewMark): Promise<{ readonly matchId: string; readonly mark: Mark }> {
    const { clock } = this.#options;
    // Now, and not when a disk or another mark lets this one through.
    const instant = { monoUs: clock.monoUs(), epochMs: clock.nowEpochMs() };
    const id = matchId ?? this.#currentMatchId();
    return { matchId: id, mark: await this.#store(id, null, wanted, instant) };
  }

  async put(matchId: string, markId: string, wanted: NewMark): Promise<Mark> {
    const { clock } = this.#options;
    return this.#store(matchId, markId, wanted, { monoUs: clock.monoUs(), epochMs: clock.nowEpochMs() });
  }

  async remove(matchId: string, markId: string): Promise<void> {
    await this.#confirmed(async (signal) => {
      const matchDir = await this.#folderOf(matchId);
      await this.#change(matchId, matchDir, signal, (stored) => {
        if (findMark(stored, markId) === null) throw new TouchlineError({ kind: 'not_found', code: 'mark_not_found', message: 'The match has no such mark: it may have been removed already' });
        return withoutMark(stored, markId);
      });
    });
  }

  /** One mark of this id, where it was if nothing says where else; without an id a new one. */
  async #store(matchId: string, knownId: string | null, { kind, text, matchSeconds }: NewMark, instant: Instant): Promise<Mark> {
    return this.#confirmed(async (signal) => {
      const matchDir = await this.#folderOf(matchId);
      const markId = knownId ?? randomUUID();
      const known = knownId === null || matchSeconds !== null ? null : findMark(await this.#options.files.marks(matchDir), knownId);
      const place = known === null ? await this.#place(matchId, matchDir, matchSeconds, instant) : known;
      let mark: Mark = { id: markId, kind, text, matchSeconds: place.matchSeconds, epochMs: place.epochMs };
      await this.#change(matchId, matchDir, signal, (stored) => {
        // The same request may have been carried out since, of somebody who did not wait for its answer.
        const before = matchSeconds === null ? findMark(stored, markId) : null;
        if (before !== null) mark = { ...mark, matchSeconds: before.matchSeconds, epochMs: before.epochMs };
        const others = withoutMark(stored, markId);
        if (marksAmong(others).length >= MAX_MARKS) throw conflict('too_many_marks', `A match holds ${MAX_MARKS} marks: remove some first.`);
        return withMark(others, mark);
      });
      return mark;
    });
  }

  #currentMatchId(): string {
    const current = this.#options.current();
    if (current === null) throw conflict('nothing_is_recorded', 'Nothing is being recorded: say which match, and with match_seconds where in it.');
    return current.matchId;
  }

  async #folderOf(matchId: string): Promise<string> {
    if (!(await this.#options.hasMatch(matchId))) throw matchNotFound(matchId);
    return join(this.#options.recordingsDir, matchId);
  }

  /** Where on the time line of the match, and what the wall clock showed then. */
  async #place(matchId: string, matchDir: string, wantedSeconds: number | null, instant: Instant): Promise<Pick<Mark, 'matchSeconds' | 'epochMs'>> {
    const { cameraIds, files, current } = this.#options;
    const running = current()?.matchId === matchId ? current() : null;
    if (running !== null && running.startedMonoUs === null) throw conflict('match_is_starting', `Match ${matchId} is just being started: mark it in a moment.`);
    if (running === null && wantedSeconds === null) {
      throw conflict('match_not_recording', `Match ${matchId} is not being recorded: say with match_seconds where in it the mark belongs.`);
    }
    const journals = await Promise.all(cameraIds.map((camera) => readJournal(matchDir, camera)));
    const time = MatchTime.of(journals) ?? (running === null ? null : timeSince(running.startedMonoUs ?? instant.monoUs, instant));
    const nowSeconds = Math.max(0, time?.secondsAt({ bootId: bootId(), ...instant }) ?? 0);
    if (wantedSeconds === null) return { matchSeconds: nowSeconds, epochMs: instant.epochMs };
    const lastSeconds = running === null ? lengthOf(journals.flatMap((journal) => time?.segments(journal) ?? []), await files.manifest(matchDir)) : nowSeconds;
    if (wantedSeconds > lastSeconds + GRACE_SECONDS) throw beyondMatch(wantedSeconds, lastSeconds);
    // Of a match that tells nothing of its time, only the marking itself has one.
    return { matchSeconds: Math.round(wantedSeconds * 1000) / 1000, epochMs: time?.epochMsAt(wantedSeconds) ?? instant.epochMs };
  }

  async #change(matchId: string, matchDir: string, signal: AbortSignal, change: (stored: readonly unknown[]) => readonly unknown[]): Promise<void> {
    try {
      await this.#options.files.changeMarks(matchDir, change, signal);
    } catch (thrown) {
      // It was removed in the meantime.
      throw asTouchlineError(thrown).code === 'folder_missing' ? matchNotFound(matchId) : thrown;
    }
  }

  /** The outcome of the task, or `mark_unconfirmed` when the disk keeps it waiting. */
  async #confirmed<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const patience = new AbortController();
    const limit = this.#options.clock.sleepMs(CONFIRM_MS, patience.signal).then(() => {
      late.abort(unconfirmed());
      throw unconfirmed();
    });
    try {
      return await Promise.race([task(late.signal), limit]);
    } finally {
      limit.catch(() => undefined);
      patience.abort();
    }
  }
}

/** Should the journals be gone: counted from the start of the recording. */
function timeSince(startedMonoUs: number, { monoUs, epochMs }: Instant): MatchTime {
  return new MatchTime({ bootId: bootId(), monoUs: startedMonoUs, epochMs: epochMs - (monoUs - startedMonoUs) / 1000 });
}

/** To the end of the last segment. Of one that a crash cut off, the probe knows how long it is, a little later. */
function lengthOf(placed: ReturnType<MatchTime['segments']>, manifest: Manifest | null): number {
  const probed = new Map(Object.values(manifest?.cameras ?? {}).flatMap(({ segments }) => segments.map(({ name, duration_seconds: seconds }) => [name, seconds])));
  const ends = placed.map(({ name, startSeconds, durationSeconds }) => {
    const seconds = durationSeconds ?? probed.get(name) ?? null;
    return startSeconds === null || seconds === null ? null : startSeconds + seconds;
  });
  const known = ends.filter((end) => end !== null);
  return known.length === 0 || known.length < ends.length ? LONGEST_MATCH_SECONDS : Math.max(...known);
}

function matchNotFound(matchId: string): TouchlineError {
  return new TouchlineError({ kind: 'not_found', code: 'recording_not_found', message: `Recording ${matchId} not found` });
}

function conflict(code: string, message: string): TouchlineError {
  return new TouchlineError({ kind: 'conflict', code, message });
}

function beyondMatch(seconds: number, lastSeconds: number): TouchlineError {
  const message = `must not lie behind the end of the match, at ${Math.floor(lastSeconds)} s`;
  return new TouchlineError({
    kind: 'invalid',
    code: 'mark_beyond_match',
    message: `match_seconds ${message}`,
    violations: [{ path: ['match_seconds'], rule: 'maximum', message, value: seconds }],
  });
}

function unconfirmed(): TouchlineError {
  return new TouchlineError({
    kind: 'timeout',
    code: 'mark_unconfirmed',
    message: `The disk has not answered for ${CONFIRM_MS / 1000} s. Look at the list of marks before you mark it again: it may have been stored after all.`,
  });
}
