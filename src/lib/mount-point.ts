import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './file-error.js';

/** Where the file system begins that holds this path, or would hold it. A bind mount of the same file system is none. */
export async function mountPointOf(path: string): Promise<string> {
  let folder = await nearestFolder(path);
  const { dev } = await stat(folder);
  while (folder !== '/' && (await stat(dirname(folder))).dev === dev) folder = dirname(folder);
  return folder;
}

/** Whether a file system of its own begins at this path. */
export async function isMounted(mountPoint: string): Promise<boolean> {
  if (mountPoint === '/') return true;
  try {
    return (await stat(mountPoint)).dev !== (await stat(dirname(mountPoint))).dev;
  } catch {
    return false;
  }
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return await realpath(folder);
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT' || folder === '/') throw thrown;
    }
  }
}
