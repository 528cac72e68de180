import { once } from 'node:events';
import { realpath, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { TouchlineError } from '../errors.js';
import { errnoOf, fileError } from './file-error.js';

/** A held lock. Letting go is idempotent; the kernel lets go by itself when the process ends, however it ends. */
export interface FolderLock {
  /** Resolves when somebody else can take the lock. */
  release(): Promise<void>;
}

const HOLDER_ANSWER_MS = 300;

/**
 * Takes the lock of this kind for the folder, or throws `conflict` / `already_running` with the holder's pid.
 *
 * The lock is a listening socket in Linux's abstract namespace, named after the folder's device and inode: two paths
 * to one folder are one lock, and it cannot go stale, because the kernel removes it with its process (a lock file
 * survives a crash, and an flock on a file can be undone by deleting the file). Abstract names belong to a network
 * namespace: daemons in different containers that share a folder do not see each other's lock.
 */
export async function acquireFolderLock(folder: string, kind: string): Promise<FolderLock> {
  const name = await lockName(folder, kind);
  const server = createServer((peer) => {
    // Tells who holds the lock, to a daemon that is refused.
    peer.on('error', () => undefined);
    peer.end(`${process.pid}\n`);
  });
  try {
    server.listen({ path: name });
    await once(server, 'listening');
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EADDRINUSE') throw fileError(thrown, 'lock the folder', folder);
    const holderPid = await askHolder(name);
    const holder = holderPid === null ? 'another process that does not answer' : `process ${holderPid}`;
    throw new TouchlineError({
      kind: 'conflict',
      code: 'already_running',
      message: `${folder} is already in use (${kind}) by ${holder}: stop it first, or use other folders`,
    });
  }
  // The lock alone is no reason for a process to stay.
  server.unref();
  return { release: () => close(server) };
}

async function lockName(folder: string, kind: string): Promise<string> {
  try {
    const info = await stat(await realpath(folder), { bigint: true });
    return `\0touchline/${kind}/${info.dev}:${info.ino}`;
  } catch (thrown) {
    throw fileError(thrown, 'lock the folder', folder);
  }
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}

/** The pid that the lock's holder names, null when it does not answer in time (stopped or hung). */
function askHolder(name: string): Promise<number | null> {
  return new Promise((resolve) => {
    let answer = '';
    const peer = connect({ path: name });
    const done = (): void => {
      peer.destroy();
      resolve(/^\d+\n$/.test(answer) ? Number(answer) : null);
    };
    peer.setEncoding('utf8');
    peer.setTimeout(HOLDER_ANSWER_MS, done);
    peer.on('data', (text: string) => {
      answer = (answer + text).slice(0, 20);
    });
    peer.on('error', done);
    peer.on('end', done);
  });
}
