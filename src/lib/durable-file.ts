import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { TouchlineError } from '../errors.js';
import { bootId } from './clock.js';
import { errnoOf, fileError } from './file-error.js';
import { identityOf, isAlive } from './process-identity.js';
import type { Validator } from './schema.js';
import { formatViolations } from './violations.js';

/**
 * Files that are either the old or the new version after a power cut, never something between. The order is always:
 * temporary file in the same folder, fsync of the file, rename, fsync of the folder. Failures are TouchlineErrors
 * (`disk_full`, `file_not_permitted`, ...) and leave the old version in place.
 */

const TEMP_SUFFIX = '.touchline-tmp';
const TEMP_NAME = /^\..*\.(?<pid>\d+)-(?<ticks>\d+)-(?<boot>[0-9a-f-]{36})\.[0-9a-f-]{36}\.touchline-tmp$/;
const WRITE_CHARACTERS = 64 * 1024;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** What a read of a JSON file found. A corrupt file is a value, because its reader decides what follows. */
export type JsonFile<T> =
  | { readonly value: T }
  | { readonly missing: true }
  | { readonly corrupt: true; readonly reason: string };

/** Replaces the file's content, of pieces the text that they make; when it resolves, the new content survives a power cut. `mode` defaults to 0644. */
export async function writeFileDurably(
  path: string,
  data: string | Uint8Array | Iterable<string>,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const temporary = join(dirname(path), temporaryName(basename(path)));
  try {
    const file = await open(temporary, 'wx', options.mode ?? 0o644);
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) await file.writeFile(data);
      else await writePieces(file, data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await fsyncFolder(dirname(path));
  } catch (thrown) {
    await unlink(temporary).catch(() => undefined);
    throw fileError(thrown, 'write', path);
  }
}

/** In writes of some size, whatever the size of the pieces. */
async function writePieces(file: FileHandle, pieces: Iterable<string>): Promise<void> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < WRITE_CHARACTERS) continue;
    await file.writeFile(text);
    text = '';
  }
  await file.writeFile(text);
}

/** Removes the file for good; false when there was none. */
export async function removeDurably(path: string): Promise<boolean> {
  try {
    await unlink(path);
    await fsyncFolder(dirname(path));
    return true;
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return false;
    throw fileError(thrown, 'remove', path);
  }
}

/** Makes the folder's entries (new, renamed, removed files) survive a power cut. */
export async function fsyncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (thrown) {
    throw fileError(thrown, 'sync the folder', path);
  }
}

/** Creates the folder and its missing parents, each of which survives a power cut when this resolves. */
export async function makeFolderDurably(path: string): Promise<void> {
  const target = resolve(path);
  const missing: string[] = [];
  try {
    for (let folder = target; !(await isFolder(folder)); folder = dirname(folder)) missing.unshift(folder);
    for (const folder of missing) {
      await mkdir(folder).catch((thrown: unknown) => {
        // Somebody else made it in the meantime: the sync below covers their entry too.
        if (errnoOf(thrown) !== 'EEXIST') throw thrown;
      });
      await fsyncFolder(dirname(folder));
    }
    if (!(await isFolder(target))) {
      throw new TouchlineError({
        kind: 'unavailable',
        code: 'not_a_folder',
        message: `cannot create the folder ${target}: something else has this name`,
      });
    }
  } catch (thrown) {
    throw fileError(thrown, 'create the folder', target);
  }
}

/** Reads and validates a JSON file; only failures of the disk itself throw. */
export async function readJsonFile<T>(
  path: string,
  validator: Validator<T>,
  options: { readonly maxBytes?: number } = {},
): Promise<JsonFile<T>> {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  let text: string;
  try {
    // Non-blocking, because opening a FIFO in the file's place would otherwise wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const info = await file.stat();
      if (!info.isFile()) return { corrupt: true, reason: 'it is not a regular file' };
      if (info.size > maxBytes) {
        return { corrupt: true, reason: `it has ${info.size} bytes, more than the ${maxBytes} that are read` };
      }
      text = await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return { missing: true };
    throw fileError(thrown, 'read', path);
  }
  const result = validator.parseJson(text);
  return result.ok ? { value: result.value } : { corrupt: true, reason: formatViolations(result.violations) };
}

/**
 * Removes temporary files in this folder whose writers are gone (crash, power cut) and returns their names.
 * Files that a living process is writing stay.
 */
export async function removeLeftoverTempFiles(folder: string): Promise<string[]> {
  const removed: string[] = [];
  try {
    for (const name of await readdir(folder)) {
      const writer = TEMP_NAME.exec(name)?.groups;
      if (writer === undefined) continue;
      const identity = { pid: Number(writer['pid']), startTicks: Number(writer['ticks']), bootId: writer['boot'] ?? '' };
      if (isAlive(identity)) continue;
      await unlink(join(folder, name)).catch((thrown: unknown) => {
        if (errnoOf(thrown) !== 'ENOENT') throw thrown;
      });
      removed.push(name);
    }
    if (removed.length > 0) await fsyncFolder(folder);
  } catch (thrown) {
    throw fileError(thrown, 'clean the folder', folder);
  }
  return removed;
}

/** True for names that `writeFileDurably` gives to its temporary files: listings skip them. */
export function isTempFileName(name: string): boolean {
  return name.endsWith(TEMP_SUFFIX);
}

function temporaryName(target: string): string {
  const startTicks = identityOf(process.pid)?.startTicks ?? 0;
  // The prefix is for people and is cut so that a long target name cannot make the temporary one too long.
  return `.${target.slice(0, 30)}.${process.pid}-${startTicks}-${bootId()}.${randomUUID()}${TEMP_SUFFIX}`;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory() || dirname(path) === path;
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}
