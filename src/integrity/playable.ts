/**
 * How much of a growing segment plays: fragments are `moof` and `mdat` in pairs (ISO/IEC 14496-12, section 8.8), and
 * half a pair is what a player calls a damaged file.
 */
import type { FileHandle } from 'node:fs/promises';

const HEADER_BYTES = 16;
/** A `moof` of a fragment of half a second is far smaller, so that one read finds the `mdat` behind it too. */
const READ_BYTES = 4096;

/**
 * Length of the longest beginning of the file that plays. That is all of it unless it is in fragments; then it ends
 * behind the last complete pair. Reads box headers up to `sizeBytes` only; rejects when the disk does.
 */
export async function playableBytes(file: FileHandle, sizeBytes: number): Promise<number> {
  const boxes = new BoxReader(file, sizeBytes);
  let playable = 0;
  let position = 0;
  let inFragments = false;
  while (position < sizeBytes) {
    const box = await boxes.at(position);
    if (box?.type === 'moof') inFragments = true;
    if (box === null || box.end > sizeBytes) return inFragments ? playable : sizeBytes;
    position = box.end;
    // Before the first fragment: what introduces them. Behind the last one: an index of them.
    if (box.type === 'mdat' || box.type === 'mfra' || !inFragments) playable = position;
  }
  return inFragments ? playable : sizeBytes;
}

interface Box {
  readonly type: string;
  readonly end: number;
}

/** Headers one after the other, several from one read where they stand close together. */
class BoxReader {
  readonly #file: FileHandle;
  readonly #sizeBytes: number;
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  #from = 0;
  #filled = 0;

  constructor(file: FileHandle, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  /** Null where there is no whole header or none that makes sense. */
  async at(position: number): Promise<Box | null> {
    if (position < this.#from || position + HEADER_BYTES > this.#from + this.#filled) {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, READ_BYTES, position);
      this.#from = position;
      this.#filled = bytesRead;
    }
    const offset = position - this.#from;
    const available = Math.min(this.#filled - offset, this.#sizeBytes - position);
    if (available < 8) return null;
    const type = this.#buffer.toString('latin1', offset + 4, offset + 8);
    const length = this.#buffer.readUInt32BE(offset);
    if (length === 1) return available < HEADER_BYTES ? null : boxOf(type, position, Number(this.#buffer.readBigUInt64BE(offset + 8)));
    // Zero means "up to the end of the file", wherever that will be.
    return boxOf(type, position, length);
  }
}

function boxOf(type: string, position: number, length: number): Box | null {
  return length < 8 ? null : { type, end: position + length };
}
