import { access, constants, stat, statfs } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { asTouchlineError } from '../../errors.js';
import { errnoOf, fileError } from '../../lib/file-error.js';
import { hoursThatFit } from '../../recording/space.js';
import { asRoot, failure, fine, type Finding, warning } from './finding.js';

const BYTES_PER_GB = 1024 ** 3;
/** Below this, operators are alerted (contract 16.26): about half a match. */
const ALERT_GB = 20;
const CONNECT_TIMEOUT_MS = 3_000;

/** Whether files can be written to the folder, or the folder be made; makes nothing. */
export async function checkFolder(subject: string, path: string): Promise<Finding> {
  const target = resolve(path);
  try {
    const existing = await nearestFolder(target);
    await access(existing, constants.W_OK | constants.X_OK);
    return fine(subject, existing === target ? target : `${target} (will be made)`);
  } catch (thrown) {
    const user = process.env['USER'] ?? process.getuid?.() ?? 'the user of the daemon';
    return failure(subject, asTouchlineError(fileError(thrown, 'write to', target)).message, asRoot(`install -d -o ${user} ${target}`));
  }
}

export interface SpaceQuestion {
  readonly recordingsDir: string;
  /** What the configuration wants kept free: below it, a start is refused. */
  readonly minFreeGb: number;
  /** As the daemon measured it; null when it did not. */
  readonly hoursLeft: number | null;
  /** What all cameras together write, by the configuration; null when that does not say. */
  readonly bitrateKbps: number | null;
}

export async function checkSpace({ recordingsDir, minFreeGb, hoursLeft, bitrateKbps }: SpaceQuestion): Promise<Finding> {
  try {
    const { bavail, bsize } = await statfs(await nearestFolder(resolve(recordingsDir)));
    const freeGb = (bavail * bsize) / BYTES_PER_GB;
    const hours = hoursLeft ?? hoursThatFit(bavail * bsize, ((bitrateKbps ?? 0) * 1000) / 8);
    const detail = `${freeGb.toFixed(1)} GB free for recordings${hours === null ? '' : `, about ${hours.toFixed(1)} h`}`;
    const fix = `touchline library lists the matches; copy and delete some of them, or move them away from ${recordingsDir}`;
    if (freeGb < minFreeGb) return failure('disk space', `${detail}, a start needs ${minFreeGb} GB`, fix);
    return freeGb < ALERT_GB ? warning('disk space', `${detail}, a match takes about 27 GB at 20 Mbit/s`, fix) : fine('disk space', detail);
  } catch (thrown) {
    return failure('disk space', asTouchlineError(fileError(thrown, 'read', recordingsDir)).message, `is its disk mounted? findmnt -T ${recordingsDir}`);
  }
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const found = await stat(folder);
      if (!found.isDirectory()) throw Object.assign(new Error(`${folder} is not a folder`), { code: 'ENOTDIR' });
      return folder;
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT' || dirname(folder) === folder) throw thrown;
    }
  }
}

/** True when the daemon could listen there now. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(true)));
  });
}

/** Whether a network camera takes connections; null when it does, otherwise why not. */
export function unreachableReason(url: string, signal: AbortSignal): Promise<string | null> {
  const { hostname, port, protocol } = new URL(url);
  const defaultPort = protocol === 'rtsps:' ? 322 : 554;
  return new Promise((done) => {
    const socket = connect({ host: hostname, port: port === '' ? defaultPort : Number(port), timeout: CONNECT_TIMEOUT_MS, signal });
    const finish = (reason: string | null): void => {
      socket.destroy();
      done(reason);
    };
    socket.once('connect', () => finish(null));
    socket.once('timeout', () => finish(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`));
    socket.once('error', (error) => finish(error.message));
  });
}
