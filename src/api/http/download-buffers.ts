/**
 * A fixed number of buffers that go round between the disk and one connection: filled by a read, free again when the
 * socket has taken what is in them. A download so costs the same memory whatever its size, and nothing for the
 * garbage collector: a fresh buffer for each read lets the daemon grow by ninety megabytes.
 */
export class ReadBuffers {
  readonly bufferBytes: number;
  readonly #free: Buffer[];
  readonly #ours: WeakSet<ArrayBufferLike>;
  readonly #waiting: ((buffer: Buffer) => void)[] = [];

  constructor({ count, bufferBytes }: { readonly count: number; readonly bufferBytes: number }) {
    this.bufferBytes = bufferBytes;
    // Not from the pool that Node keeps for small buffers: each needs a memory of its own to be recognised by.
    this.#free = Array.from({ length: count }, () => Buffer.allocUnsafeSlow(bufferBytes));
    this.#ours = new WeakSet(this.#free.map(({ buffer }) => buffer));
  }

  /** Resolves when one is free; its content is whatever was in it. */
  take(): Promise<Buffer> {
    const buffer = this.#free.pop();
    if (buffer !== undefined) return Promise.resolve(buffer);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Returns the buffer that this piece is a part of. Pieces of other memory are none of ours and are ignored. */
  give(piece: Uint8Array): void {
    if (!this.#ours.has(piece.buffer)) return;
    const buffer = Buffer.from(piece.buffer, 0, this.bufferBytes);
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }
}
