/**
 * Removing a match for good. It leaves the list in one step, a rename, so that no half-removed match is ever shown; the
 * rest can take its time, and what a crash leaves of it goes at the next start.
 */
import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { fsyncFolder } from '../lib/durable-file.js';
import { errnoOf, fileError } from '../lib/file-error.js';
import { inMatch } from './folder.js';
import { recordingNotFound } from './match-reader.js';
import type { RemovedMatch } from './types.js';

const PREFIX = '.deleting-';
const SEPARATOR = Buffer.from('/');

export class Remover {
  readonly #recordingsDir: string;
  readonly #log: Logger;
  /** Tells our own removals from those that somebody before us could not finish. */
  readonly #prefix = `${PREFIX}${randomUUID()}-`;
  #count = 0;

  constructor(recordingsDir: string, log: Logger) {
    this.#recordingsDir = recordingsDir;
    this.#log = log;
  }

  /**
   * Throws `not_found` without the folder, and what the disk says when it refuses; then nothing has changed. `onGone`
   * is called once the match has left the list; a failure after that leaves the rest to the next start.
   */
  async remove(matchId: string, onGone: () => void): Promise<RemovedMatch> {
    const isThere = await inMatch(this.#recordingsDir, matchId, async () => true);
    if (isThere === null) throw recordingNotFound(matchId);
    this.#count += 1;
    const leaving = join(this.#recordingsDir, `${this.#prefix}${this.#count}`);
    await rename(join(this.#recordingsDir, matchId), leaving).catch((thrown: unknown) => {
      throw errnoOf(thrown) === 'ENOENT' ? recordingNotFound(matchId) : fileError(thrown, 'remove', matchId);
    });
    onGone();
    await fsyncFolder(this.#recordingsDir);
    const counted = await countAll(Buffer.from(leaving));
    await rm(leaving, { recursive: true, force: true }).catch((thrown: unknown) => {
      throw fileError(thrown, 'remove all of', matchId);
    });
    return { matchId, ...counted };
  }

  /** Removes what earlier removals could not finish. Says what it did and never rejects. */
  async finishInterrupted(): Promise<void> {
    try {
      for (const name of await readdir(this.#recordingsDir)) {
        if (!name.startsWith(PREFIX) || name.startsWith(this.#prefix)) continue;
        await rm(join(this.#recordingsDir, name), { recursive: true, force: true });
        this.#log.info({ name }, 'finished the removal of a match that was interrupted');
      }
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT') this.#log.warn({ err: thrown }, 'a match that was being removed is still on the disk');
    }
  }
}

/** In bytes, because any name may stand below; links count as themselves. What vanishes meanwhile does not count. */
async function countAll(path: Buffer): Promise<{ files: number; bytes: number }> {
  const facts = await lstat(path).catch(() => null);
  if (facts === null) return { files: 0, bytes: 0 };
  if (!facts.isDirectory()) return { files: 1, bytes: facts.size };
  let files = 0;
  let bytes = 0;
  for (const name of await readdir(path, { encoding: 'buffer' }).catch(() => [])) {
    const below = await countAll(Buffer.concat([path, SEPARATOR, name]));
    files += below.files;
    bytes += below.bytes;
  }
  return { files, bytes };
}
