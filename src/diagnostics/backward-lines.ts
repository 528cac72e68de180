import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { TouchlineError } from '../errors.js';
import { errnoOf, fileError } from '../lib/file-error.js';

export interface BackwardOptions {
  readonly blockBytes?: number;
  /** A longer line is cut to its first bytes and ends in `…`. */
  readonly maxLineBytes?: number;
}

const BLOCK_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 16 * 1024;
const NEWLINE = 0x0a;

/**
 * The lines of a text file from its end to its beginning, a block at a time, newest line first in each. Holds one block
 * and one line, whatever the size of the file; a last line without a newline is a line. What is appended meanwhile is
 * not seen. Returns false when there is no such file; throws TouchlineError when it cannot be read.
 */
export async function* linesBackwards(path: string, options: BackwardOptions = {}): AsyncGenerator<readonly string[], boolean> {
  const { blockBytes = BLOCK_BYTES, maxLineBytes = MAX_LINE_BYTES } = options;
  const file = await openToRead(path);
  if (file === null) return false;
  try {
    let end = await sizeOf(file, path);
    // What has been read of a line whose beginning has not: a line more than long enough to be cut is not kept whole.
    let rest: Buffer = Buffer.alloc(0);
    for (let isLast = true; end > 0; isLast = false) {
      const start = Math.max(0, end - blockBytes);
      const block = await readAt(file, path, start, end - start);
      const text = Buffer.concat([block, rest]);
      let until = isLast && text.at(-1) === NEWLINE ? text.length - 1 : text.length;
      const lines: string[] = [];
      for (let newline = newlineBefore(text, until); newline >= 0; newline = newlineBefore(text, until)) {
        lines.push(decode(text.subarray(newline + 1, until), maxLineBytes));
        until = newline;
      }
      rest = Buffer.from(text.subarray(0, Math.min(until, maxLineBytes + 1)));
      if (start === 0) lines.push(decode(rest, maxLineBytes));
      if (lines.length > 0) yield lines;
      end = start;
    }
    return true;
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** Not `lastIndexOf(NEWLINE, -1)`: a negative position counts from the end. */
function newlineBefore(text: Buffer, position: number): number {
  return position === 0 ? -1 : text.lastIndexOf(NEWLINE, position - 1);
}

function decode(line: Buffer, maxBytes: number): string {
  return line.length > maxBytes ? `${line.subarray(0, maxBytes).toString('utf8')}…` : line.toString('utf8');
}

async function openToRead(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return null;
    throw fileError(thrown, 'read', path);
  }
}

async function sizeOf(file: FileHandle, path: string): Promise<number> {
  const info = await file.stat();
  if (info.isFile()) return info.size;
  throw new TouchlineError({ kind: 'unavailable', code: 'not_a_file', message: `cannot read ${path}: it is not a regular file. Move it away.` });
}

async function readAt(file: FileHandle, path: string, start: number, bytes: number): Promise<Buffer> {
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.allocUnsafe(bytes), length: bytes, position: start });
    return buffer.subarray(0, bytesRead);
  } catch (thrown) {
    throw fileError(thrown, 'read', path);
  }
}
