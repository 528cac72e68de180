import { compareSegments, parseSegmentName, type SegmentName } from '../camera/segment-names.js';
import { compareNames } from './names.js';

/** What the order needs to know of a file. */
export interface OrderedFile {
  readonly name: string;
  readonly modifiedEpochMs: number;
}

interface Keyed<T> {
  readonly file: T;
  readonly stamped: SegmentName | null;
  /** Number at the end of a foreign name; infinite without one. */
  readonly number: number;
  /** When the capture began, on the rig's wall clock, in milliseconds of an imaginary zone without summer time. */
  readonly wallMs: number;
}

const EXTENSION = /\.[^.]*$/;
const TRAILING_NUMBER = /(\d{1,15})$/;

/**
 * The files of one camera in the order of recording (contract defect 58): those that carry a stamp by stamp and index,
 * foreign ones by the number at the end of their names and then by time of writing, the latter put between the former
 * by time. The order does not depend on that of the argument.
 */
export function inOrderOfRecording<T extends OrderedFile>(files: readonly T[]): T[] {
  const keyed = files.map(keyOf);
  const stamped = keyed.filter((key) => key.stamped !== null).sort(compareStamped);
  const foreign = keyed.filter((key) => key.stamped === null).sort(compareForeign);
  return merge(stamped, foreign).map(({ file }) => file);
}

/** The first of `inOrderOfRecording`, of files that are told one by one and not kept. */
export class FirstRecorded<T extends OrderedFile> {
  #stamped: Keyed<T> | null = null;
  #foreign: Keyed<T> | null = null;

  add(file: T): void {
    const key = keyOf(file);
    if (key.stamped === null) this.#foreign = this.#foreign === null || compareForeign(key, this.#foreign) < 0 ? key : this.#foreign;
    else this.#stamped = this.#stamped === null || compareStamped(key, this.#stamped) < 0 ? key : this.#stamped;
  }

  /** Null of none. */
  get file(): T | null {
    const [stamped, foreign] = [this.#stamped, this.#foreign];
    if (stamped === null || foreign === null) return (stamped ?? foreign)?.file ?? null;
    return foreign.wallMs < stamped.wallMs ? foreign.file : stamped.file;
  }
}

function keyOf<T extends OrderedFile>(file: T): Keyed<T> {
  const stem = file.name.replace(EXTENSION, '');
  // The same names with another container are as much in order.
  const stamped = parseSegmentName(`${stem}.mp4`);
  const number = Number(TRAILING_NUMBER.exec(stem)?.[1] ?? Number.POSITIVE_INFINITY);
  return { file, stamped, number, wallMs: stamped === null ? localWallMs(file.modifiedEpochMs) : stampWallMs(stamped.stamp) };
}

function compareStamped<T extends OrderedFile>(a: Keyed<T>, b: Keyed<T>): number {
  const order = a.stamped === null || b.stamped === null ? 0 : compareSegments(a.stamped, b.stamped);
  return order || compareNames(a.file.name, b.file.name);
}

function compareForeign<T extends OrderedFile>(a: Keyed<T>, b: Keyed<T>): number {
  if (a.number !== b.number) return a.number - b.number;
  return a.wallMs - b.wallMs || compareNames(a.file.name, b.file.name);
}

/** Two sequences into one; each keeps its own order whatever the times say. */
function merge<T>(a: readonly Keyed<T>[], b: readonly Keyed<T>[]): Keyed<T>[] {
  const merged: Keyed<T>[] = [];
  let next = 0;
  for (const key of a) {
    for (let other = b[next]; other !== undefined && other.wallMs < key.wallMs; other = b[next]) {
      merged.push(other);
      next += 1;
    }
    merged.push(key);
  }
  return [...merged, ...b.slice(next)];
}

function stampWallMs(stamp: string): number {
  const part = (from: number, to: number): number => Number(stamp.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(9, 11), part(11, 13), part(13, 15));
}

function localWallMs(epochMs: number): number {
  return epochMs - new Date(epochMs).getTimezoneOffset() * 60_000;
}
