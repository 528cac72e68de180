import { readFileSync } from 'node:fs';
import Type, { type Static } from '#typebox';
import { bootId } from './clock.js';

/**
 * A process and nobody else: the pid alone is given to another process sooner or later, the start time tells them
 * apart within a boot, the boot id across boots. Plain data, so that it can be kept in a file.
 */
export const ProcessIdentitySchema = Type.Object(
  {
    pid: Type.Integer({ minimum: 1 }),
    /** Clock ticks from boot to the start of the process (field 22 of /proc/PID/stat, proc(5)). */
    startTicks: Type.Integer({ minimum: 0 }),
    bootId: Type.String({ minLength: 1, maxLength: 64 }),
  },
  { additionalProperties: false },
);

export type ProcessIdentity = Static<typeof ProcessIdentitySchema>;

/** The identity of the process that has this pid now, null when there is none or it is a zombie. */
export function identityOf(pid: number): ProcessIdentity | null {
  const startTicks = readStartTicks(pid);
  return startTicks === null ? null : { pid, startTicks, bootId: bootId() };
}

/** True while exactly this process runs; a zombie runs no more. */
export function isAlive(identity: ProcessIdentity): boolean {
  return readStartTicks(identity.pid) === identity.startTicks && bootId() === identity.bootId;
}

/**
 * Sends the signal if the pid still belongs to this process; true when it was sent. A pid that is reused within the
 * microseconds between check and signal would be hit: Node offers no pidfd, and Linux hands out pids in a circle.
 */
export function killIfSame(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH') return false;
    throw thrown;
  }
}

function readStartTicks(pid: number): number | null {
  if (!Number.isSafeInteger(pid) || pid < 1) return null;
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The second field is the program's name in brackets and may hold anything, brackets and blanks included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = Number(fields[19]);
  if (state === 'Z' || state === 'X' || !Number.isSafeInteger(startTicks)) return null;
  return startTicks;
}
