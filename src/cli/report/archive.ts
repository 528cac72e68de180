import { open, rename, stat, unlink } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { FileHandle } from 'node:fs/promises';
import { ZipFile } from 'yazl';
import { fileError } from '../../lib/file-error.js';

/** A zip that grows on the disk while its entries are found, so that one entry at a time is in memory. */
export class ReportArchive {
  readonly path: string;
  readonly #partPath: string;
  readonly #zip = new ZipFile();
  readonly #written: Promise<void>;
  readonly #output: Readable;

  /** Throws TouchlineError when nothing can be written there: better now than after everything was gathered. */
  static async create(path: string): Promise<ReportArchive> {
    const partPath = `${path}.${process.pid}.part`;
    try {
      // What went wrong on a rig is nobody else's business on that rig.
      return new ReportArchive(path, partPath, await open(partPath, 'wx', 0o600));
    } catch (thrown) {
      throw fileError(thrown, 'write', path);
    }
  }

  private constructor(path: string, partPath: string, handle: FileHandle) {
    this.path = path;
    this.#partPath = partPath;
    const { outputStream } = this.#zip;
    if (!(outputStream instanceof Readable)) throw new TypeError('the zip is no stream of Node');
    this.#output = outputStream;
    const file = handle.createWriteStream();
    this.#zip.on('error', (error: Error) => file.destroy(error));
    this.#written = finished(outputStream.pipe(file));
    // Whoever waits hears of it; until then it must not end the process.
    this.#written.catch(() => undefined);
  }

  add(name: string, text: string, modified: Date): void {
    this.#zip.addBuffer(Buffer.from(text, 'utf8'), name, { compress: true, mtime: modified, mode: 0o100600 });
  }

  /** The size when it is complete under its name. Throws TouchlineError, and leaves nothing, when the disk does not take it. */
  async finish(): Promise<number> {
    try {
      this.#zip.end();
      await this.#written;
      await rename(this.#partPath, this.path);
      return (await stat(this.path)).size;
    } catch (thrown) {
      await this.discard();
      throw fileError(thrown, 'write', this.path);
    }
  }

  /** Leaves nothing of a report that is not finished. */
  async discard(): Promise<void> {
    this.#output.destroy();
    await unlink(this.#partPath).catch(() => undefined);
  }
}
