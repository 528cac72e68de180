/**
 * What the names in the recordings folder mean (contract 3.6 and 8.1). Foreign folders and files are welcome: people
 * copy them in from other rigs, so nothing here asks whether a name is one that we would give.
 */
import { isUtf8 } from 'node:buffer';
import { isWorkingCopy } from '../lib/working-copy.js';
import type { CameraGroup } from './types.js';

const VIDEO = /\.(?:mkv|mp4|avi|mov)$/;
const ARCHIVE = /\.zip$/;
const CAMERA = /cam(\d{1,3})(?=[_.-]|$)/;
const MAX_NAME_BYTES = 255;
/** Where file systems keep what a check found; nobody's match. */
const NOT_A_MATCH = new Set(['lost+found']);
const UNKNOWN_GROUP: CameraGroup = 'unknown';

/** Folder of the segments inside the folder of a match. */
export const SEGMENTS_FOLDER = 'segments';

/** Whether this is the name of one thing in one folder: no path, nothing that leads elsewhere, nothing unspeakable. */
export function isOneName(name: string): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  if (name.includes('/') || name.includes('\0')) return false;
  // A lone surrogate would be written as the replacement character and so name another file.
  return name.isWellFormed() && Buffer.byteLength(name) <= MAX_NAME_BYTES;
}

/** Whether a folder of this name in the recordings folder is a match. Names beginning with a dot are working folders. */
export function isMatchFolderName(name: string): boolean {
  return isOneName(name) && !name.startsWith('.') && !NOT_A_MATCH.has(name);
}

/** Whether a file of this name may be handed out: whatever is in a match except somebody's working copies. */
export function isOfferedName(name: string): boolean {
  return isOneName(name) && !isWorkingCopy(name);
}

/** Videos; in the folder of the segments nothing else counts. Case-sensitive. */
export function isSegmentFileName(name: string): boolean {
  return VIDEO.test(name) && !isWorkingCopy(name);
}

/** Videos and archives, directly in the folder of the match. Case-sensitive. */
export function isMatchFileName(name: string): boolean {
  return (VIDEO.test(name) || ARCHIVE.test(name)) && !isWorkingCopy(name);
}

/** The camera that a name tells (`cam1_….mp4`, `final-cam1.mkv`), else `unknown`. */
export function groupOf(name: string): CameraGroup {
  const number = CAMERA.exec(name)?.[1];
  return number === undefined ? UNKNOWN_GROUP : `cam${Number(number)}`;
}

/** `cam0`, `cam1`, ..., `cam10`, and `unknown` last. */
export function compareGroups(a: CameraGroup, b: CameraGroup): number {
  return groupRank(a) - groupRank(b);
}

function groupRank(group: CameraGroup): number {
  return group === UNKNOWN_GROUP ? Number.POSITIVE_INFINITY : Number(group.slice('cam'.length));
}

export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The name as text; null when it is none (foreign bytes), because such a text would not lead back to the file. */
export function nameFromBytes(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}
