/**
 * The one way into the recordings folder (contract defects 1, 2). Every step opens one entry of a folder that is open
 * already, through `/proc/self/fd`, and never through a symbolic link: what is opened is inside, whatever somebody
 * renames meanwhile.
 */
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import { errnoOf, fileError } from '../lib/file-error.js';
import { isMatchFolderName, isOneName, nameFromBytes, SEGMENTS_FOLDER } from './names.js';

const FOLDER_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const FILE_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** What the system answers where there is no such entry, or none of the kind that was asked for. */
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENAMETOOLONG', 'EINVAL', 'EILSEQ']);

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly facts: BigIntStats;
}

export interface OpenFile {
  readonly handle: FileHandle;
  readonly facts: BigIntStats;
}

/** An open folder. Close it. */
export class Folder {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** The recordings folder itself, which may be a link to where the disk is. */
  static async openRoot(path: string): Promise<Folder | null> {
    return this.#opened(path, constants.O_RDONLY | constants.O_DIRECTORY);
  }

  static async #opened(path: string, flags: number): Promise<Folder | null> {
    const handle = await orNull(() => open(path, flags), path);
    return handle === null ? null : new Folder(handle);
  }

  /** Null unless there is a real folder of this name. */
  async folder(name: string): Promise<Folder | null> {
    return isOneName(name) ? Folder.#opened(this.#at(name), FOLDER_FLAGS) : null;
  }

  /** The entry opened; null unless it is (still) a regular file. Asked for before, because opening a device has effects. */
  async open({ name, kind }: FolderEntry): Promise<OpenFile | null> {
    const handle = kind === 'file' ? await orNull(() => open(this.#at(name), FILE_FLAGS), name) : null;
    if (handle === null) return null;
    try {
      const facts = await handle.stat({ bigint: true });
      if (facts.isFile()) return { handle, facts };
    } catch (thrown) {
      await handle.close();
      throw fileError(thrown, 'read', name);
    }
    await handle.close();
    return null;
  }

  /** What has this name; null for nothing, a link, or neither file nor folder. */
  async entry(name: string): Promise<FolderEntry | null> {
    if (!isOneName(name)) return null;
    const facts = await orNull(() => lstat(this.#at(name), { bigint: true }), name);
    const kind = facts?.isFile() === true ? 'file' : facts?.isDirectory() === true ? 'folder' : null;
    return facts === null || kind === null ? null : { name, kind, facts };
  }

  /** Names of all entries that can be said in UTF-8. */
  async names(): Promise<string[]> {
    const names = await orNull(() => readdir(this.#self, { encoding: 'buffer' }), 'a folder of the match');
    return (names ?? []).flatMap((bytes) => nameFromBytes(bytes) ?? []);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  get #self(): string {
    return `/proc/self/fd/${this.#handle.fd}`;
  }

  #at(name: string): string {
    return `${this.#self}/${name}`;
  }
}

/** Passes the folder of a match to `use` and closes it; null when there is none of this id. */
export async function inMatch<T>(recordingsDir: string, matchId: string, use: (match: Folder) => Promise<T>): Promise<T | null> {
  if (!isMatchFolderName(matchId)) return null;
  return within(await Folder.openRoot(recordingsDir), async (root) => within(await root.folder(matchId), use));
}

/** The same for the folder of its segments. */
export async function inSegments<T>(recordingsDir: string, matchId: string, use: (segments: Folder) => Promise<T>): Promise<T | null> {
  return inMatch(recordingsDir, matchId, async (match) => within(await match.folder(SEGMENTS_FOLDER), use));
}

/** Passes an open folder to `use` and closes it. */
export async function within<T>(folder: Folder | null, use: (folder: Folder) => Promise<T>): Promise<T | null> {
  if (folder === null) return null;
  try {
    return await use(folder);
  } finally {
    await folder.close();
  }
}

async function orNull<T>(task: () => Promise<T>, name: string): Promise<T | null> {
  try {
    return await task();
  } catch (thrown) {
    if (NOT_THERE.has(errnoOf(thrown) ?? '')) return null;
    throw fileError(thrown, 'read', name);
  }
}
