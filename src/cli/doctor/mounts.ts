import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { asRoot, failure, fine, type Finding, skipped, warning } from './finding.js';
import type { Machine } from './machine.js';

export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly source: string;
  readonly isReadOnly: boolean;
}

const IN_MEMORY = new Set(['tmpfs', 'ramfs']);
const OVER_THE_NETWORK = new Set(['nfs', 'nfs4', 'cifs', 'smb3', 'fuse.sshfs', '9p']);
/** No journal, and files of 4 GiB at most. */
const FRAGILE = new Set(['vfat', 'msdos', 'exfat', 'fuseblk', 'ntfs3']);

/**
 * Whether the recordings folder is on the disk that it is meant to be on, and whether that one suits.
 * @param substitute what the daemon says while it records to another disk because that one is missing; otherwise null
 */
export async function checkMount(machine: Machine, recordingsDir: string, substitute: string | null = null): Promise<Finding> {
  if (substitute !== null) return failure('mount', substitute, `lsblk -f; mount the disk of ${recordingsDir}, then, when nothing is recorded, ${asRoot('systemctl restart touchline')}`);
  const table = await machine.text('/proc/self/mountinfo');
  if (table === null) return skipped('mount', 'the table of mounts cannot be read');
  const folder = await realpath(recordingsDir).catch(() => resolve(recordingsDir));
  const mounts = parseMounts(table);
  const absent = expectedMounts((await machine.text('/etc/fstab')) ?? '')
    .filter((point) => isBelow(folder, point) && !mounts.some((mount) => mount.point === point));
  const missing = absent.at(-1);
  if (missing !== undefined) return failure('mount', `${missing} is in /etc/fstab and not mounted: matches would go to another disk`, asRoot(`mount ${missing}`));
  const mount = mountOf(folder, mounts);
  if (mount === null) return skipped('mount', `no mount holds ${folder}`);
  const detail = `${mount.source} on ${mount.point}, ${mount.type}`;
  if (mount.isReadOnly) return failure('mount', `${detail}: read-only. A disk with errors becomes so by itself`, `dmesg | tail -n 50; ${asRoot(`mount -o remount,rw ${mount.point}`)}`);
  if (IN_MEMORY.has(mount.type)) return warning('mount', `${detail}: in memory, gone after a power cut`, 'set recordings_dir to a folder on a disk');
  if (OVER_THE_NETWORK.has(mount.type)) return warning('mount', `${detail}: a network that hangs makes recordings hang`, 'set recordings_dir to a folder on a disk of this box, and copy matches afterwards');
  if (FRAGILE.has(mount.type)) return warning('mount', `${detail}: does not survive power cuts well`, 'use ext4 or xfs for recordings_dir');
  return fine('mount', detail);
}

/** Lines of /proc/self/mountinfo (proc(5)), in their order: later ones lie over earlier ones. */
export function parseMounts(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const fields = before.split(' ');
    const [type = '', source = '', superOptions = ''] = after.split(' ');
    const point = fields[4];
    if (point === undefined || type === '') return [];
    const options = [...(fields[5] ?? '').split(','), ...superOptions.split(',')];
    return [{ point: unescaped(point), type, source: unescaped(source), isReadOnly: options.includes('ro') }];
  });
}

export function mountOf(folder: string, mounts: readonly Mount[]): Mount | null {
  return mounts.reduce<Mount | null>((best, mount) => {
    if (!isBelow(folder, mount.point)) return best;
    return best === null || mount.point.length >= best.point.length ? mount : best;
  }, null);
}

/** Mount points of fstab, the longest last, without the root and what is not mounted by itself. */
function expectedMounts(fstab: string): readonly string[] {
  return fstab
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([source = '#', point = '', , options = '']) => !source.startsWith('#') && point.startsWith('/') && point !== '/' && !options.split(',').includes('noauto'))
    .map(([, point = '']) => unescaped(point))
    .sort((a, b) => a.length - b.length);
}

export function isBelow(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

/** Blanks and the like stand as octal numbers in both tables. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
