/** Bytes from files to one connection: what is sent is complete, or the connection breaks. */
import type { ServerResponse } from 'node:http';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TouchlineError } from '../../errors.js';
import type { OpenedFile } from '../../library/types.js';
import type { ReadBuffers } from './download-buffers.js';

type Part = Pick<OpenedFile, 'handle' | 'name' | 'headers'>;

/**
 * The bytes of an opened file from `start`, `length` of them, as they were when it was opened. Fails with `file_became_shorter` when they are no longer
 * there. Leaves the handle open.
 */
export class FilePart extends Readable {
  readonly #file: Part;
  readonly #buffers: ReadBuffers;
  readonly #end: number;
  #position: number;

  constructor(file: Part, part: { readonly start: number; readonly length: number }, buffers: ReadBuffers) {
    super({ highWaterMark: buffers.bufferBytes });
    this.#file = file;
    this.#buffers = buffers;
    this.#position = part.start;
    this.#end = part.start + part.length;
  }

  override _read(): void {
    this.#next().then(
      (piece) => this.push(piece),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #next(): Promise<Buffer | null> {
    const wanted = Math.min(this.#end - this.#position, this.#buffers.bufferBytes);
    if (wanted === 0) return null;
    const buffer = await this.#buffers.take();
    const { bytesRead } = await this.#file.handle.read(buffer, 0, wanted, this.#position);
    if (bytesRead === 0) throw becameShorter(this.#file.name);
    const piece = buffer.subarray(0, bytesRead);
    for (const { position, bytes } of this.#file.headers) overlay(piece, this.#position, position, bytes);
    this.#position += bytesRead;
    return piece;
  }
}

/** Puts `bytes`, which belong at `position`, into the piece that begins at `from`, as far as they are in it. */
function overlay(piece: Buffer, from: number, position: number, bytes: Buffer): void {
  const [start, end] = [Math.max(from, position), Math.min(from + piece.length, position + bytes.length)];
  if (start < end) bytes.copy(piece, start - from, start - position, end - position);
}

export interface Transfer {
  readonly source: Readable;
  /** Where the source takes its buffers from. */
  readonly buffers: ReadBuffers;
  /** A client that takes nothing for so long is gone. */
  readonly stallMs: number;
}

/**
 * Sends all of the source as the body of the response, whose headers are set; `Content-Length` among them. Resolves
 * with whether it was sent: false when the client left or stalled. When the source fails, the connection is destroyed,
 * so that what was sent cannot be taken for the whole, and the failure is thrown.
 */
export async function transfer({ source, buffers, stallMs }: Transfer, response: ServerResponse): Promise<boolean> {
  if (response.destroyed) return false;
  const departure = new AbortController();
  const depart = (): void => departure.abort();
  response.once('close', depart);
  response.setTimeout(stallMs, () => response.destroy());
  // A body of another length than announced is a fault of ours that the client must notice.
  response.strictContentLength = true;
  const socket = new Writable({
    highWaterMark: 1,
    write: (piece: Buffer, _encoding, done) => {
      const goOn = response.write(piece, (error) => {
        buffers.give(piece);
        // The connection takes nothing any more: its end tells who ended it.
        if (error != null) depart();
      });
      if (goOn) done();
      else response.once('drain', done);
    },
  });
  try {
    await pipeline(source, socket, { signal: departure.signal });
    response.off('close', depart);
    response.end();
    return true;
  } catch (thrown) {
    response.off('close', depart);
    response.destroy();
    if (departure.signal.aborted) return false;
    throw thrown;
  }
}

function becameShorter(name: string): TouchlineError {
  return new TouchlineError({
    kind: 'unavailable',
    code: 'file_became_shorter',
    message: `${name} became shorter while it was being sent: ask for it again`,
  });
}
