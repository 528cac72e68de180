import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { asTouchlineError } from '../../errors.js';
import { errnoOf, fileError } from '../../lib/file-error.js';
import { asRoot, failure, fine, type Finding, skipped } from './finding.js';
import { type Machine, numberIn } from './machine.js';

/** A user of this machine and every group that it is in. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gids: readonly number[];
}

interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

const READ = 4;
const WRITE = 2;
const ENTER = 1;

/** Null when there is no such user. */
export async function accountOf(machine: Machine, name: string): Promise<Account | null> {
  const [uid, gids] = await Promise.all([machine.run('id', ['-u', name]), machine.run('id', ['-G', name])]);
  const number = uid.ok ? numberIn(uid.stdout) : null;
  return number === null ? null : { name, uid: number, gids: gids.stdout.trim().split(/\s+/).map(Number) };
}

/** Whether this account has all of `wanted` (READ, WRITE, ENTER); access lists are not looked at. */
function may({ uid, gids }: Account, { uid: owner, gid, mode }: Owned, wanted: number): boolean {
  if (uid === 0) return true;
  const shift = uid === owner ? 6 : gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}

/** Whether the daemon's own user can write files to the folder, whoever asks. */
export async function checkFolderOf(account: Account, subject: string, path: string): Promise<Finding> {
  const target = resolve(path);
  try {
    for (let folder = dirname(target); ; folder = dirname(folder)) {
      if (!may(account, await stat(folder), ENTER)) return failure(subject, `${account.name} cannot enter ${folder}, so not use ${target}`, asRoot(`chmod o+x ${folder}`));
      if (folder === dirname(folder)) break;
    }
    const found = await stat(target);
    if (!found.isDirectory()) return failure(subject, `${target} is not a folder`, `move it away: ${asRoot(`mv ${target} ${target}.old`)}`);
    if (may(account, found, READ | WRITE | ENTER)) return fine(subject, `${target}, writable for ${account.name}`);
    return failure(subject, `${account.name} cannot write to ${target}`, asRoot(`chown ${account.name}: ${target}`));
  } catch (thrown) {
    const make = asRoot(`install -d -o ${account.name} -g ${account.name} -m 0750 ${target}`);
    if (errnoOf(thrown) === 'ENOENT') return failure(subject, `${target} does not exist`, make);
    if (errnoOf(thrown) === 'EACCES') return skipped(subject, `${target} is closed to you: nothing can be said about it`, 'sudo touchline doctor');
    return failure(subject, asTouchlineError(fileError(thrown, 'look at', target)).message, `check the mount of ${target}`);
  }
}

/** Whether the account can open a device or file for reading; null: it can, otherwise the command that lets it. */
export async function refusedTo(account: Account, path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found === null || may(account, found, READ)) return null;
  return `${asRoot(`usermod -aG video ${account.name}`)} && ${asRoot('systemctl restart touchline')}`;
}
