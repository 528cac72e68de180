/** Whether the units may write where the configuration wants them to: they see most of the system read-only. */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { asRoot, failure, type Finding } from './finding.js';
import { isBelow } from './mounts.js';
import type { Unit } from './service.js';

/** What ProtectHome= hides (systemd.exec(5)). */
const HOMES = ['/home', '/root', '/run/user'];

/** A failure for each folder that a unit cannot write to, whatever its owner and mode are; nothing where all is well. */
export async function checkSandbox(writers: readonly Unit[], subject: string, path: string): Promise<readonly Finding[]> {
  const folder = await realpath(path).catch(() => resolve(path));
  const refusing = writers.filter(({ sandbox }) => isClosed(sandbox, folder));
  if (refusing.length === 0) return [];
  const names = refusing.map(({ name }) => name).join(', ');
  if (HOMES.some((home) => isBelow(folder, home))) return [failure(subject, `${folder} is in a home, which ${names} cannot see`, `set another folder in the configuration, below /mnt, /media, /srv or /var/lib/touchline`)];
  return [failure(subject, `${folder} is read-only for ${names}`, opening(folder))];
}

function isClosed({ writable, hidesHomes }: Unit['sandbox'], folder: string): boolean {
  if (writable?.some((path) => isBelow(folder, path)) === true) return false;
  return writable !== null || (hidesHomes && HOMES.some((home) => isBelow(folder, home)));
}

/** Drop-ins for both kinds of units (docs/appliance.md). */
function opening(folder: string): string {
  const files = ['touchline.service', 'touchline-camera@.service'].map((unit) => `/etc/systemd/system/${unit}.d/recordings.conf`);
  const write = `printf '[Unit]\\nRequiresMountsFor=${folder}\\n[Service]\\nReadWritePaths=${folder}\\n' | ${asRoot(`tee ${files.join(' ')}`)}`;
  const folders = files.map((file) => file.slice(0, file.lastIndexOf('/')));
  return `${asRoot(`mkdir -p ${folders.join(' ')}`)} && ${write} && ${asRoot('systemctl daemon-reload')} && ${asRoot("systemctl restart touchline 'touchline-camera@*'")}`;
}
