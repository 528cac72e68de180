/**
 * Writes `match.json`. Each match has one writer at a time, so that neither a mark nor a state is lost, and no match
 * waits for another. Marks that come while something is being written are written together with whatever comes next:
 * however many there are, the end of a recording waits for one write at most.
 */
import { EventEmitter } from 'node:events';
import { rename, stat } from 'node:fs/promises';
import { Type, type Static } from '#typebox';
import type { Logger } from 'pino';
import { TouchlineError } from '../errors.js';
import { readJsonFile, writeFileDurably } from '../lib/durable-file.js';
import { Exclusive } from '../lib/exclusive.js';
import { jsonPieces } from '../lib/json-pieces.js';
import { compileSchema } from '../lib/schema.js';
import { ManifestSchema, type Manifest } from './manifest.js';
import { marksAmong } from './marks.js';

/** What matters of the file to its marks; it may be of other software and have anything else in it. */
const MarkedFileSchema = Type.Object({ marks: Type.Optional(Type.Array(Type.Unknown())) });
type MarkedFile = Static<typeof MarkedFileSchema>;

const markedFile = compileSchema(MarkedFileSchema);
const manifestFile = compileSchema(ManifestSchema);

/** Marks in, marks out; throws when it does not apply. */
export type MarksChange = (stored: readonly unknown[]) => readonly unknown[];
/** The manifest from journals and files; what only an earlier one knows is taken from that. */
export type MakeManifest = (previous: Manifest | null) => Promise<Manifest>;

interface Waiting {
  readonly change: MarksChange;
  readonly settled: PromiseWithResolvers<void>;
}

interface OpenMatch {
  readonly writes: Exclusive;
  waiting: Waiting[];
  /** Manifests that are to be made anew; they take the waiting changes along. */
  renewals: number;
}

interface Taken {
  readonly marks: readonly unknown[];
  readonly accepted: readonly Waiting[];
}

interface Found {
  readonly previous: Manifest | null;
  /** Null where there is no file. */
  readonly file: MarkedFile | null;
  readonly marks: readonly unknown[];
}

export class MatchFiles {
  /** `marks`: `marksCount` has changed. */
  readonly events = new EventEmitter<{ marks: [] }>();
  readonly #make: (matchDir: string, previous: Manifest | null) => Promise<Manifest>;
  readonly #log: Logger;
  readonly #open = new Map<string, OpenMatch>();
  /** The match that is being recorded. Should its file get lost, its marks do not. */
  #attended: { readonly matchDir: string; readonly marks: readonly unknown[] } | null = null;
  /** Of the match that is being recorded, by this process. */
  #written: { readonly matchDir: string; readonly version: string | null; readonly file: MarkedFile } | null = null;
  #marksCount = 0;

  /** @param make the manifest of a match that has no file yet */
  constructor(make: (matchDir: string, previous: Manifest | null) => Promise<Manifest>, log: Logger) {
    this.#make = make;
    this.#log = log;
  }

  /** Marks of the match that was attended last; instant. */
  get marksCount(): number {
    return this.#marksCount;
  }

  /** Knows the marks of this match from now on; of one that is continued, in a moment. */
  attend(matchDir: string): void {
    this.#attended = { matchDir, marks: [] };
    this.#count();
    this.#inTurn(matchDir, () => this.#read(matchDir)).catch((error: unknown) => this.#log.warn({ err: error, matchDir }, 'the marks of the match could not be read'));
  }

  /** The match has its end: from now on its file alone counts. */
  release(matchDir: string): void {
    if (this.#attended?.matchDir === matchDir) this.#attended = null;
    if (this.#written?.matchDir === matchDir) this.#written = null;
  }

  /** What stands in the file as marks. Throws `unavailable` `match_file_damaged`, and what the disk says. */
  async marks(matchDir: string): Promise<readonly unknown[]> {
    const file = await readJsonFile(pathOf(matchDir), markedFile);
    if ('value' in file) return file.value.marks ?? [];
    const remembered = this.#remembered(matchDir);
    if ('missing' in file || remembered.length > 0) return remembered;
    throw new TouchlineError({ kind: 'unavailable', code: 'match_file_damaged', message: `match.json of this match cannot be understood: ${file.reason}` });
  }

  /** Null unless there is a manifest of ours. */
  async manifest(matchDir: string): Promise<Manifest | null> {
    const file = await readJsonFile(pathOf(matchDir), manifestFile);
    return 'value' in file ? file.value : null;
  }

  /** Makes the manifest anew, its marks as they are. It is on the disk when this resolves. */
  async renew(matchDir: string, make: MakeManifest): Promise<void> {
    const match = this.#opened(matchDir);
    match.renewals += 1;
    await this.#inTurn(matchDir, async () => {
      try {
        const { previous, marks } = await this.#read(matchDir);
        const manifest = await make(previous);
        await this.#write(matchDir, manifest, takeAlong(match, marks));
      } finally {
        match.renewals -= 1;
        // What could not be taken along has its own turn.
        if (match.waiting.length > 0) void this.#inTurn(matchDir, () => this.#flush(matchDir, match));
      }
    });
  }

  /**
   * Changes the marks of a match. They are on the disk when this resolves. An abort rejects with the signal's reason
   * as long as nothing is being written.
   */
  async changeMarks(matchDir: string, change: MarksChange, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const match = this.#opened(matchDir);
    const waiting: Waiting = { change, settled: Promise.withResolvers<void>() };
    match.waiting.push(waiting);
    signal.addEventListener('abort', () => {
      if (!match.waiting.includes(waiting)) return;
      match.waiting = match.waiting.filter((other) => other !== waiting);
      waiting.settled.reject(signal.reason);
    });
    void this.#inTurn(matchDir, () => this.#flush(matchDir, match));
    return waiting.settled.promise;
  }

  /** Writes what waits, unless a manifest that is made in a moment does. Never rejects. */
  async #flush(matchDir: string, match: OpenMatch): Promise<void> {
    if (match.waiting.length === 0 || match.renewals > 0) return;
    try {
      const found = await this.#read(matchDir);
      const file = found.file ?? (await this.#make(matchDir, found.previous));
      const taken = takeAlong(match, found.marks);
      if (taken.accepted.length > 0) await this.#write(matchDir, file, taken);
    } catch (error) {
      for (const { settled } of match.waiting.splice(0)) settled.reject(error);
    }
  }

  /** Writes the file with these marks, and settles the changes that made them. */
  async #write(matchDir: string, file: MarkedFile, { marks, accepted }: Taken): Promise<void> {
    try {
      const marked: MarkedFile = { ...file, marks: [...marks] };
      this.#written = null;
      await writeFileDurably(pathOf(matchDir), manifestText(marked));
      if (this.#attended?.matchDir === matchDir) this.#written = { matchDir, version: await versionOf(matchDir), file: marked };
    } catch (error) {
      for (const { settled } of accepted) settled.reject(error);
      throw error;
    }
    this.#remember(matchDir, marks);
    for (const { settled } of accepted) settled.resolve();
  }

  /** A file that cannot be understood is put aside: it may hold what is nowhere else. */
  async #read(matchDir: string): Promise<Found> {
    const path = pathOf(matchDir);
    const file = (await this.#unchanged(matchDir)) ?? (await readJsonFile(path, markedFile));
    if ('value' in file) {
      const marks = file.value.marks ?? [];
      this.#remember(matchDir, marks);
      const manifest = manifestFile.check(file.value);
      return { previous: manifest.ok ? manifest.value : null, file: file.value, marks };
    }
    if ('corrupt' in file) {
      this.#log.error({ file: path, reason: file.reason }, 'match.json cannot be understood, putting it aside');
      await rename(path, `${path}.corrupt`);
    }
    return { previous: null, file: null, marks: this.#remembered(matchDir) };
  }

  /** What was written last, if nobody has written since: that of a long match is too long to be read each time. */
  async #unchanged(matchDir: string): Promise<{ readonly value: MarkedFile } | null> {
    const written = this.#written;
    if (written === null || written.matchDir !== matchDir || written.version === null) return null;
    return (await versionOf(matchDir)) === written.version ? { value: written.file } : null;
  }

  #remembered(matchDir: string): readonly unknown[] {
    return this.#attended?.matchDir === matchDir ? this.#attended.marks : [];
  }

  #remember(matchDir: string, marks: readonly unknown[]): void {
    if (this.#attended?.matchDir !== matchDir) return;
    this.#attended = { matchDir, marks };
    this.#count();
  }

  #count(): void {
    const count = marksAmong(this.#attended?.marks ?? []).length;
    if (count === this.#marksCount) return;
    this.#marksCount = count;
    this.events.emit('marks');
  }

  #opened(matchDir: string): OpenMatch {
    const match = this.#open.get(matchDir) ?? { writes: new Exclusive(), waiting: [], renewals: 0 };
    this.#open.set(matchDir, match);
    return match;
  }

  async #inTurn<T>(matchDir: string, task: () => Promise<T>): Promise<T> {
    const match = this.#opened(matchDir);
    try {
      return await match.writes.run(task);
    } finally {
      if (match.writes.pending === 0 && match.waiting.length === 0) this.#open.delete(matchDir);
    }
  }
}

/** Carries out what waits; what does not apply is told so and left out. */
function takeAlong(match: OpenMatch, before: readonly unknown[]): Taken {
  const accepted: Waiting[] = [];
  let marks = before;
  for (const waiting of match.waiting.splice(0)) {
    try {
      marks = waiting.change(marks);
      accepted.push(waiting);
    } catch (error) {
      waiting.settled.reject(error);
    }
  }
  return { marks, accepted };
}

function* manifestText(file: MarkedFile): Generator<string> {
  yield* jsonPieces(file);
  yield '\n';
}

/** Null when there is none. */
async function versionOf(matchDir: string): Promise<string | null> {
  const facts = await stat(pathOf(matchDir), { bigint: true }).catch(() => null);
  return facts === null ? null : [facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join(' ');
}

function pathOf(matchDir: string): string {
  return `${matchDir}/match.json`;
}
