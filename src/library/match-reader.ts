import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { isJournalName, type JournalEntry } from '../camera/journal.js';
import { journalEntriesIn } from '../camera/journal-lines.js';
import { MatchTime } from '../camera/match-time.js';
import { asTouchlineError, TouchlineError } from '../errors.js';
import { playableFile } from '../integrity/playable.js';
import { inMatch, inSegments, within, type Folder, type FolderEntry } from './folder.js';
import { compareNames, isOfferedName, isSegmentFileName, SEGMENTS_FOLDER } from './names.js';
import { segmentsOf } from './summary.js';
import type { MatchFile, MatchSegments, OpenedFile } from './types.js';

export type EnclosedFile = OpenedFile & { readonly relativePath: string };

/** Containers whose beginning plays while the rest is being written. */
const FRAGMENTABLE = /\.(?:mp4|mov)$/;
/** One download may hold so many files open; the daemon's limit is far higher, and so is a match's number of files far lower. */
const MAX_OPEN_FILES = 5000;
/** As many as the daemon has threads for files, and one that waits for each. */
const AT_A_TIME = 8;

/** Reads single matches from their folders, as they are at the moment. Promises of each method: `Library`. */
export class MatchReader {
  readonly #recordingsDir: string;
  readonly #log: Logger;

  constructor(recordingsDir: string, log: Logger) {
    this.#recordingsDir = recordingsDir;
    this.#log = log;
  }

  async has(matchId: string): Promise<boolean> {
    return (await inMatch(this.#recordingsDir, matchId, async () => true)) ?? false;
  }

  async segments(matchId: string): Promise<MatchSegments> {
    const found = await inMatch(this.#recordingsDir, matchId, async (match) => {
      const files = await within(await match.folder(SEGMENTS_FOLDER), (folder) => this.#videos(folder));
      return files === null ? null : segmentsOf(matchId, files, await this.#starts(match));
    });
    if (found === null) throw recordingNotFound(matchId);
    return found;
  }

  async openSegment(matchId: string, name: string): Promise<OpenedFile> {
    const path = join(this.#recordingsDir, matchId, SEGMENTS_FOLDER, name);
    const opened = await inSegments(this.#recordingsDir, matchId, (folder) => openNamed(folder, name, path));
    if (opened === null) throw new TouchlineError({ kind: 'not_found', code: 'segment_not_found', message: 'Segment not found' });
    return opened;
  }

  async openFile(matchId: string, name: string): Promise<OpenedFile> {
    const path = join(this.#recordingsDir, matchId, name);
    const opened = await inMatch(this.#recordingsDir, matchId, (folder) => openNamed(folder, name, path));
    if (opened === null) throw new TouchlineError({ kind: 'not_found', code: 'recording_file_not_found', message: 'Recording file not found' });
    return opened;
  }

  async openAll(matchId: string): Promise<readonly EnclosedFile[]> {
    const opened: EnclosedFile[] = [];
    try {
      const found = await inMatch(this.#recordingsDir, matchId, (match) => openBelow(match, [], join(this.#recordingsDir, matchId), opened));
      if (found === null) throw recordingNotFound(matchId);
      return opened;
    } catch (thrown) {
      await Promise.all(opened.map(({ handle }) => handle.close()));
      throw thrown;
    }
  }

  /** Where the segments begin, as far as the recorder wrote it down. */
  async #starts(match: Folder): Promise<ReadonlyMap<string, number | null>> {
    const journals = await Promise.all((await match.names()).filter(isJournalName).map((name) => this.#journal(match, name)));
    const time = MatchTime.of(journals);
    return new Map(journals.flatMap((journal) => time?.segments(journal) ?? []).map(({ name, startSeconds }) => [name, startSeconds]));
  }

  /** One that cannot be read takes nothing but times from the list. */
  async #journal(match: Folder, name: string): Promise<readonly JournalEntry[]> {
    try {
      const entry = await match.entry(name);
      const file = entry === null ? null : await match.open(entry);
      if (file === null) return [];
      return await journalEntriesIn(file.handle).finally(() => file.handle.close());
    } catch (thrown) {
      this.#log.warn({ err: thrown, name }, 'a journal cannot be read: the segments of its camera have no times');
      return [];
    }
  }

  /** What cannot be read does not keep the rest from being listed (contract defect 59). */
  async #videos(folder: Folder): Promise<MatchFile[]> {
    const files: MatchFile[] = [];
    for (const name of (await folder.names()).filter(isSegmentFileName)) {
      try {
        const entry = await folder.entry(name);
        if (entry?.kind === 'file') files.push(matchFile(name, entry.facts));
      } catch (thrown) {
        this.#log.warn({ err: thrown, name }, 'a segment cannot be read and is left out');
      }
    }
    return files;
  }
}

export function recordingNotFound(matchId: string): TouchlineError {
  return new TouchlineError({ kind: 'not_found', code: 'recording_not_found', message: `Recording ${matchId} not found` });
}

/** Files first, then folders, each by name: that order stays the same for as long as the names do. */
async function openBelow(folder: Folder, parents: readonly string[], path: string, opened: EnclosedFile[]): Promise<void> {
  const folders: string[] = [];
  const names = (await folder.names()).filter(isOfferedName).sort(compareNames);
  for (let from = 0; from < names.length; from += AT_A_TIME) {
    const outcomes = await Promise.allSettled(
      names.slice(from, from + AT_A_TIME).map(async (name): Promise<EnclosedFile | null> => {
        const entry = await readable([...parents, name], () => folder.entry(name));
        if (entry?.kind === 'folder') folders.push(name);
        // Null for what is no regular file and for what has just been removed: neither is in the match.
        const file = entry === null ? null : await openIn(folder, entry, join(path, name), parents);
        return file === null ? null : { ...file, relativePath: [...parents, name].join('/') };
      }),
    );
    // Those that were opened are known before anything is thrown, so that they are closed.
    for (const outcome of outcomes) if (outcome.status === 'fulfilled' && outcome.value !== null) opened.push(outcome.value);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    if (opened.length > MAX_OPEN_FILES) throw tooManyFiles();
  }
  for (const name of folders.sort(compareNames)) {
    await within(await folder.folder(name), (inner) => openBelow(inner, [...parents, name], join(path, name), opened));
  }
}

async function openNamed(folder: Folder, name: string, path: string): Promise<OpenedFile | null> {
  const entry = isOfferedName(name) ? await folder.entry(name) : null;
  return entry === null ? null : openIn(folder, entry, path);
}

/** The file opened and described; null unless there is a regular file. */
async function openIn(folder: Folder, entry: FolderEntry, path: string, parents: readonly string[] = []): Promise<OpenedFile | null> {
  return readable([...parents, entry.name], async () => {
    const file = await folder.open(entry);
    if (file === null) return null;
    try {
      return await describe(file.handle, file.facts, entry.name, path);
    } catch (thrown) {
      await file.handle.close();
      throw thrown;
    }
  });
}

async function describe(handle: FileHandle, atOpening: BigIntStats, name: string, path: string): Promise<OpenedFile> {
  const whole = { facts: atOpening, bytes: Number(atOpening.size), headers: [] };
  const { facts, bytes, headers } = FRAGMENTABLE.test(name) ? await playableFile(handle) : whole;
  // The offered length too, because the same moment of the same file may be offered to a different length by another version of us.
  const etag = `"${[facts.size, facts.mtimeNs, facts.ino, BigInt(bytes)].map((part) => part.toString(16)).join('-')}"`;
  return { handle, path, name, bytes, headers, modifiedEpochMs: epochMsOf(facts), etag };
}

function matchFile(name: string, facts: BigIntStats): MatchFile {
  return { name, bytes: Number(facts.size), modifiedEpochMs: epochMsOf(facts) };
}

function epochMsOf({ mtimeNs }: BigIntStats): number {
  return Number(mtimeNs / 1000n) / 1000;
}

/** A failure of the disk, told with the name of the file in the match. */
async function readable<T>(parts: readonly string[], read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    const cause = asTouchlineError(thrown);
    if (cause.code === 'too_many_files') throw cause;
    throw new TouchlineError({ kind: 'unavailable', code: 'file_unreadable', message: `${parts.join('/')} cannot be read: ${cause.message}`, cause: thrown });
  }
}

function tooManyFiles(): TouchlineError {
  return new TouchlineError({
    kind: 'unavailable',
    code: 'too_many_files',
    message: `the match has more than ${MAX_OPEN_FILES} files, too many for one download: fetch them one by one`,
  });
}
