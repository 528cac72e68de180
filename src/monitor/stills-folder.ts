/** The newest still picture of each camera, as its process leaves it in memory: always a whole one, or none. */
import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import type { Still } from './types.js';

const NAME = /^monitor(\d+)\.jpg$/;
/** One that is being written, or was when its process was killed, has an ending of GLib's. */
const OURS = /^monitor\d+\.jpg(?:\.\w+)?$/;
/** Start of image, ITU-T T.81, B.1.1.3. */
const JPEG_START = Buffer.from([0xff, 0xd8]);

export interface StillsFolderOptions {
  /** In memory; may hold files of others. */
  readonly path: string;
  readonly onStill: (camera: number, still: Still) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export class StillsFolder {
  readonly #options: StillsFolderOptions;
  #watcher: FSWatcher | null = null;
  /** Cameras whose file is being read; true when it was replaced meanwhile. */
  readonly #reading = new Map<number, boolean>();

  constructor(options: StillsFolderOptions) {
    this.#options = options;
  }

  static fileIn(folder: string, camera: number): string {
    return join(folder, `monitor${camera}.jpg`);
  }

  /** Looks at the folder until `close`, also when it was taken away and made again. Never rejects. */
  async open(): Promise<void> {
    const { path, log } = this.#options;
    try {
      await mkdir(path, { recursive: true });
      if (this.#watcher !== null) return;
      this.#watcher = watch(path, (_kind, name) => {
        const camera = NAME.exec(name ?? '')?.[1];
        if (camera !== undefined) void this.#read(Number(camera));
        // Its own name: it was moved or removed, and one that is made in its place is another, even with the same inode.
        else if (name === basename(path)) this.#unwatch();
      });
      this.#watcher.on('error', (error) => {
        log.warn({ err: error }, 'the folder of the small pictures cannot be watched any more');
        this.#unwatch();
      });
    } catch (error) {
      log.warn({ err: error }, 'there is no folder for the small pictures');
    }
  }

  async close(): Promise<void> {
    this.#unwatch();
    const { path } = this.#options;
    const names = await readdir(path).catch(() => []);
    for (const name of names.filter((one) => OURS.test(one))) await rm(join(path, name), { force: true, recursive: true }).catch(() => undefined);
    // Something else may be in it still.
    await rmdir(path).catch(() => undefined);
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  /** One reader per file: a picture that comes while it reads is read next, those in between never. */
  async #read(camera: number): Promise<void> {
    if (this.#reading.has(camera)) {
      this.#reading.set(camera, true);
      return;
    }
    this.#reading.set(camera, false);
    try {
      const jpeg = await readFile(StillsFolder.fileIn(this.#options.path, camera));
      if (jpeg.subarray(0, 2).equals(JPEG_START)) this.#options.onStill(camera, { jpeg, monoMs: this.#options.clock.monoMs(), epochMs: this.#options.clock.nowEpochMs() });
    } catch {
      // It was removed; the next one has an event of its own.
    }
    const again = this.#reading.get(camera) === true;
    this.#reading.delete(camera);
    if (again && this.#watcher !== null) await this.#read(camera);
  }
}
