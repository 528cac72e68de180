import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { makeFolderDurably, removeLeftoverTempFiles } from '../lib/durable-file.js';
import { acquireFolderLock, type FolderLock } from '../lib/process-lock.js';

/** One daemon per folder, and each folder there and clean of what a crash left half-written. Throws when another daemon has one. */
export async function claimFolders(config: Pick<Config, 'runtimeDir' | 'stateDir' | 'recordingsDir'>, log: Logger): Promise<readonly FolderLock[]> {
  const folders = [config.runtimeDir, config.stateDir, config.recordingsDir];
  const locks: FolderLock[] = [];
  try {
    for (const folder of folders) {
      await makeFolderDurably(folder);
      locks.push(await acquireFolderLock(folder, 'daemon'));
      const leftovers = await removeLeftoverTempFiles(folder);
      if (leftovers.length > 0) log.warn({ folder, leftovers }, 'removed files that a crash left half-written');
    }
    await makeFolderDurably(join(config.stateDir, 'logs'));
    return locks;
  } catch (error) {
    for (const lock of locks) await lock.release();
    throw error;
  }
}
