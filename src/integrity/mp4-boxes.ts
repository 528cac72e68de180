/** The boxes that an MP4 consists of (ISO/IEC 14496-12, section 4.2). */
import type { FileHandle } from 'node:fs/promises';

const HEADER_BYTES = 16;
/** The `moof` of a fragment of half a second is far smaller, so that one read finds the `mdat` behind it too. */
const READ_BYTES = 4096;

export interface Bytes {
  readonly position: number;
  readonly bytes: Buffer;
}

export interface Box {
  readonly type: string;
  readonly end: number;
  /** Its length and type. */
  readonly header: Bytes;
}

/** The type that the header of a box names. */
export function typeOf(header: Buffer): string {
  return header.toString('latin1', 4, 8);
}

/** Headers one after the other, several from one read where they stand close together. */
export class BoxReader {
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
    const length = this.#buffer.readUInt32BE(offset);
    if (length !== 1) return this.#box(position, offset, 8, length);
    return available < HEADER_BYTES ? null : this.#box(position, offset, HEADER_BYTES, Number(this.#buffer.readBigUInt64BE(offset + 8)));
  }

  /** Null for a length of zero, too: it means "up to the end of the file", wherever that will be. */
  #box(position: number, offset: number, headerBytes: number, length: number): Box | null {
    if (length < headerBytes) return null;
    const bytes = Buffer.from(this.#buffer.subarray(offset, offset + headerBytes));
    return { type: typeOf(bytes), end: position + length, header: { position, bytes } };
  }
}
