import { constants } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { TouchlineError } from '../errors.js';
import { errnoOf, fileError } from '../lib/file-error.js';

export interface RotationLimits {
  /** A file that would grow beyond this is put aside first. */
  readonly maxBytes: number;
  /** How many files there are at most, the one that is written included. */
  readonly files: number;
}

/** The file that is written and the ones put aside, newest first: `name`, `name.1`, `name.2`, ... */
export function rotatedPaths(path: string, files: number): readonly string[] {
  return Array.from({ length: files }, (_none, index) => (index === 0 ? path : `${path}.${index}`));
}

/**
 * Appends lines, one write each. Opened anew for each burst of lines: the file may have been moved or removed by a
 * person in between, and a line that a crash has torn is finished with a newline before anything follows.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #limits: RotationLimits;
  #file: FileHandle | null = null;
  #bytes = 0;

  constructor(path: string, limits: RotationLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  /** One line, which has no newline yet. Throws TouchlineError; then the line may be there in part. */
  async append(line: string): Promise<void> {
    const data = Buffer.from(`${line}\n`, 'utf8');
    try {
      const file = await this.#writable(data.length);
      const { bytesWritten } = await file.write(data);
      this.#bytes += bytesWritten;
      if (bytesWritten < data.length) throw new TouchlineError({ kind: 'no_space', code: 'disk_full', message: `cannot write ${this.#path}: the disk is full` });
    } catch (thrown) {
      await this.close();
      throw fileError(thrown, 'write', this.#path);
    }
  }

  /** Ends a burst. Never rejects. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close().catch(() => undefined);
  }

  async #writable(bytes: number): Promise<FileHandle> {
    const current = this.#file ?? (await this.#open());
    if (this.#bytes === 0 || this.#bytes + bytes <= this.#limits.maxBytes) return current;
    await this.close();
    await this.#rotate();
    return this.#open();
  }

  async #open(): Promise<FileHandle> {
    // Non-blocking, because opening a FIFO in the file's place would wait for a reader.
    const file = await open(this.#path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK, 0o644);
    this.#file = file;
    const info = await file.stat();
    if (!info.isFile()) throw new TouchlineError({ kind: 'unavailable', code: 'not_a_file', message: `cannot write ${this.#path}: it is not a regular file. Move it away.` });
    this.#bytes = info.size;
    if (info.size === 0) return file;
    const last = await file.read({ buffer: Buffer.alloc(1), length: 1, position: info.size - 1 });
    if (last.buffer[0] !== 0x0a) this.#bytes += (await file.write('\n')).bytesWritten;
    return file;
  }

  async #rotate(): Promise<void> {
    const paths = rotatedPaths(this.#path, this.#limits.files);
    for (let index = paths.length - 1; index > 0; index -= 1) {
      await rename(paths[index - 1] ?? '', paths[index] ?? '').catch((thrown: unknown) => {
        if (errnoOf(thrown) !== 'ENOENT') throw thrown;
      });
    }
  }
}
