/** Reading folders of matches, synchronously: this runs in a thread of its own, where a slow disk delays nobody else. */
import { lstatSync, opendirSync, readdirSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../lib/file-error.js';
import { isMatchFileName, isMatchFolderName, isSegmentFileName, nameFromBytes, SEGMENTS_FOLDER } from '../names.js';
import { SummaryBuilder } from '../summary.js';
import type { MatchFile, MatchSummary } from '../types.js';

/** Something could not be read and is left out. */
export type OnTrouble = (path: string, reason: string) => void;

export interface ScannedMatch {
  readonly fingerprint: string;
  readonly newestEpochMs: number;
  /** Null when nothing in the folder counts. */
  readonly summary: MatchSummary | null;
}

/** State of a match's folders: as long as it stays the same, no file was added, renamed or removed. */
export interface FolderState {
  readonly fingerprint: string;
  readonly newestEpochMs: number;
  readonly hasSegments: boolean;
}

const NO_FOLDER = '-';
/** What stands in a text for bytes that are no UTF-8. */
const NOT_UTF8 = '\ufffd';
const READ_ENTRIES = 256;

/** Names of the folders that may be matches; empty without a recordings folder. Throws when it cannot be read. */
export function listMatchFolders(recordingsDir: string, onTrouble: OnTrouble): string[] {
  try {
    return readdirSync(recordingsDir, { withFileTypes: true, encoding: 'buffer' })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => spoken(name, recordingsDir, onTrouble))
      .filter(isMatchFolderName);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}

/** Two calls to the system, however many files there are. Null when there is no such folder. */
export function folderState(recordingsDir: string, matchId: string): FolderState | null {
  const path = join(recordingsDir, matchId);
  const match = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (match?.isDirectory() !== true) return null;
  const segments = lstatSync(join(path, SEGMENTS_FOLDER), { bigint: true, throwIfNoEntry: false });
  const hasSegments = segments?.isDirectory() === true;
  return {
    fingerprint: `${markOf(match)} ${hasSegments ? markOf(segments) : NO_FOLDER}`,
    newestEpochMs: Math.max(epochMsOf(match), hasSegments ? epochMsOf(segments) : 0),
    hasSegments,
  };
}

/** The match as its folder is now; null when there is no such folder. */
export function scanMatch(recordingsDir: string, matchId: string, onTrouble: OnTrouble): ScannedMatch | null {
  // Before its content, so that what changes meanwhile is found the next time.
  const state = folderState(recordingsDir, matchId);
  if (state === null) return null;
  const path = join(recordingsDir, matchId);
  const summary = new SummaryBuilder(matchId);
  eachFileIn(path, isMatchFileName, onTrouble, (file) => summary.addFile(file));
  if (state.hasSegments) eachFileIn(join(path, SEGMENTS_FOLDER), isSegmentFileName, onTrouble, (file) => summary.addSegment(file));
  return { fingerprint: state.fingerprint, newestEpochMs: Math.max(state.newestEpochMs, summary.newestEpochMs), summary: summary.build() };
}

/** One file that cannot be read does not hide the others, nor does one folder (contract defect 59). */
function eachFileIn(folder: string, counts: (name: string) => boolean, onTrouble: OnTrouble, take: (file: MatchFile) => void): void {
  attempt(folder, onTrouble, () => {
    for (const name of namesIn(folder, onTrouble)) {
      if (!counts(name)) continue;
      const path = join(folder, name);
      const facts = attempt(path, onTrouble, () => lstatSync(path, { throwIfNoEntry: false }));
      if (facts?.isFile() === true) take({ name, bytes: facts.size, modifiedEpochMs: facts.mtimeMs });
    }
  });
}

/** One after the other: what holds thousands at a time makes the heap of this thread grow. */
function* namesIn(folder: string, onTrouble: OnTrouble): Generator<string> {
  const entries = opendirSync(folder, { bufferSize: READ_ENTRIES });
  let isTold = true;
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      if (entry.name.includes(NOT_UTF8)) isTold = false;
      else yield entry.name;
    }
  } finally {
    entries.closeSync();
  }
  // As bytes only where there may be such a name, since one of them may really have this character.
  if (isTold) return;
  for (const bytes of readdirSync(folder, { encoding: 'buffer' })) {
    for (const name of spoken(bytes, folder, onTrouble)) if (name.includes(NOT_UTF8)) yield name;
  }
}

function spoken(bytes: Buffer, folder: string, onTrouble: OnTrouble): string[] {
  const name = nameFromBytes(bytes);
  if (name === null) onTrouble(join(folder, bytes.toString('latin1')), 'its name is not UTF-8');
  return name === null ? [] : [name];
}

function attempt<T>(path: string, onTrouble: OnTrouble, read: () => T): T | null {
  try {
    return read();
  } catch (thrown) {
    onTrouble(path, thrown instanceof Error ? thrown.message : String(thrown));
    return null;
  }
}

function markOf({ mtimeNs, ino }: BigIntStats): string {
  return `${mtimeNs}-${ino}`;
}

function epochMsOf({ mtimeMs }: BigIntStats): number {
  return Number(mtimeMs);
}
