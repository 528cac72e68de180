/**
 * How much of a growing segment plays: fragments are an index (`moof`) and media (`mdat`) in pairs (ISO/IEC 14496-12,
 * section 8.8), and half a pair is what a player calls a damaged file. Others write the index first; our recorder, which
 * knows it only then, last (native/touchline/segment-file.c).
 */
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { BoxReader, typeOf, type Bytes } from './mp4-boxes.js';

/** Finalising rewrites in two steps: more than twice nobody is disturbed by it. */
const ATTEMPTS = 5;
/** More than any recorder writes up to its first index. */
const MAX_HEADERS = 8;

/** A file as it is at one moment, and can still be read when its recorder finalises it later. */
export interface PlayableFile {
  readonly facts: BigIntStats;
  /** Length of the longest beginning that plays. */
  readonly bytes: number;
  /**
   * What to read instead of what the file has there then: finalising grows the first media box over all others and takes
   * the name from the first index; the one that counts from then on lies behind all that there is now.
   */
  readonly headers: readonly Bytes[];
}

/** Rejects when the disk does. */
export async function playableFile(file: FileHandle): Promise<PlayableFile> {
  for (let attempt = 1; ; attempt += 1) {
    const facts = await file.stat({ bigint: true });
    const part = await playablePart(file, Number(facts.size));
    if (attempt === ATTEMPTS || !(await hasChanged(file, facts, part))) return { facts, bytes: part.bytes, headers: part.headers };
  }
}

interface PlayablePart extends Pick<PlayableFile, 'bytes' | 'headers'> {
  /** A box ends behind the file, which is as it may be only in a growing one. */
  readonly isCutOff: boolean;
}

/**
 * Length of the longest beginning of the file that plays. That is all of it unless it is in fragments; then it ends
 * behind the last complete pair. Reads box headers up to `sizeBytes` only; rejects when the disk does.
 */
export async function playablePart(file: FileHandle, sizeBytes: number): Promise<PlayablePart> {
  const boxes = new BoxReader(file, sizeBytes);
  const headers: Bytes[] = [];
  /** Which box completes a pair; null before the first fragment. */
  let completing: 'mdat' | 'moof' | null = null;
  /** The index of the first fragment stands behind its media, as our recorder writes it. */
  let isIndexLast = false;
  let hasMoov = false;
  let previous = '';
  let playable = 0;
  let position = 0;
  while (position < sizeBytes) {
    const box = await boxes.at(position);
    if (box?.type === 'moof') completing ??= previous === 'mdat' ? 'moof' : 'mdat';
    if (box !== null && !hasMoov && headers.length < MAX_HEADERS) headers.push(box.header);
    if (box === null || box.end > sizeBytes) {
      return { bytes: completing === null && !isIndexLast ? sizeBytes : playable, headers, isCutOff: true };
    }
    position = box.end;
    if (box.type === 'moov' && !hasMoov) [hasMoov, isIndexLast] = [true, previous === 'mdat'];
    // Before the first fragment: what introduces them. Behind the last one: an index of them.
    const isPlayable = completing === null ? !(isIndexLast && box.type === 'mdat') : box.type === completing || box.type === 'mfra';
    if (isPlayable) playable = position;
    previous = box.type;
  }
  return { bytes: completing === null ? sizeBytes : playable, headers, isCutOff: false };
}

/** Whether it was finalised while it was looked at. */
async function hasChanged(file: FileHandle, { size }: BigIntStats, { headers, isCutOff }: PlayablePart): Promise<boolean> {
  // The media box grows before the index loses its name.
  const media = headers.find(({ bytes }) => typeOf(bytes) === 'mdat');
  if (media !== undefined) {
    const now = Buffer.alloc(media.bytes.length);
    await file.read(now, 0, now.length, media.position);
    if (!now.equals(media.bytes)) return true;
  }
  return isCutOff && (await file.stat({ bigint: true })).size !== size;
}
