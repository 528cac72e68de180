/** A library in folders of its own, for tests. */
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import type { Test } from 'tap';
import { systemClock } from '../../src/lib/clock.js';
import { openLibrary, type LibraryOptions } from '../../src/library/library.js';
import type { Library } from '../../src/library/types.js';

type OpenOptions = Pick<LibraryOptions, 'compareEveryMs' | 'rereadMatches'>;

export class LibraryRig {
  readonly folder: string;
  readonly recordingsDir: string;
  readonly stateDir: string;
  /** Lines of the log so far. */
  readonly lines: string[] = [];
  readonly #open = new Set<Library>();

  private constructor(folder: string, recordingsDir: string) {
    this.folder = folder;
    this.recordingsDir = recordingsDir;
    this.stateDir = join(folder, 'state');
  }

  /** `recordingsDir` is somebody else's, and stays. */
  static async make(t: Test, recordingsDir?: string): Promise<LibraryRig> {
    const folder = await mkdtemp(join(tmpdir(), 'touchline-library-'));
    const rig = new LibraryRig(folder, recordingsDir ?? join(folder, 'recordings'));
    await mkdir(rig.recordingsDir, { recursive: true });
    await mkdir(rig.stateDir);
    t.teardown(() => rig.#dispose());
    return rig;
  }

  /** Opened and compared with the folders. Comparisons are frequent and read nothing in vain, unless `options` say otherwise. */
  async open(options: OpenOptions = {}): Promise<Library> {
    const library = await this.openUnready(options);
    await library.ready();
    return library;
  }

  async openUnready(options: OpenOptions = {}): Promise<Library> {
    const log = pino({ level: 'debug' }, { write: (line: string) => void this.lines.push(line) });
    const library = await openLibrary({ recordingsDir: this.recordingsDir, stateDir: this.stateDir, clock: systemClock, log, compareEveryMs: 250, rereadMatches: 0, ...options });
    this.#open.add(library);
    return library;
  }

  /** The same, with the thread that it started. */
  async openWithThread(): Promise<{ readonly library: Library; readonly thread: Worker }> {
    const started = Promise.withResolvers<Worker>();
    process.once('worker', (worker: Worker) => started.resolve(worker));
    return { library: await this.open(), thread: await started.promise };
  }

  async close(library: Library): Promise<void> {
    this.#open.delete(library);
    await library.close();
  }

  path(...parts: readonly string[]): string {
    return join(this.recordingsDir, ...parts);
  }

  /** A file below the recordings folder, with the folders above it, last written so long ago. */
  async put(relativePath: string, content = 'x', ageMs = 3_600_000): Promise<string> {
    const path = this.path(relativePath);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    const seconds = (Date.now() - ageMs) / 1000;
    await utimes(path, seconds, seconds);
    return path;
  }

  /** Makes the folders look as if nobody had been there for an hour. */
  async settle(...relativePaths: readonly string[]): Promise<void> {
    const seconds = Date.now() / 1000 - 3600;
    for (const path of relativePaths) await utimes(this.path(path), seconds, seconds);
  }

  logged(text: string): number {
    return this.lines.filter((line) => line.includes(text)).length;
  }

  async #dispose(): Promise<void> {
    for (const library of this.#open) await library.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function ids(library: Library): readonly string[] {
  return library.matches().map(({ matchId }) => matchId);
}
