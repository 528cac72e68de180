import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Sends one datagram to a unix socket; `@` at the beginning of the path means the abstract namespace. Waits no longer
 * than `timeoutMs` for room in the receiver's queue, 0 does not wait. Returns 0, or the errno of what failed.
 */
export type SendDatagram = (path: string, bytes: Buffer, timeoutMs: number) => number;

const ADDON = fileURLToPath(new URL('../../native/datagram.node', import.meta.url));

/**
 * The addon of native/datagram, which does what Node itself cannot. Null when it was not built or is for another
 * machine: then nobody is notified and log lines have no fields, and all else works.
 */
export function loadDatagram(file: string = ADDON): SendDatagram | null {
  let addon: unknown;
  try {
    addon = createRequire(import.meta.url)(file);
  } catch {
    return null;
  }
  if (typeof addon !== 'object' || addon === null || !('send' in addon) || typeof addon.send !== 'function') return null;
  const { send } = addon;
  return (path, bytes, timeoutMs) => {
    const errno: unknown = send(path, bytes, timeoutMs);
    return typeof errno === 'number' ? errno : -1;
  };
}
