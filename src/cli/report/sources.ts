/** What goes into a report, the most telling first: when it is full, what comes last is left out. */
import type { RigSettings } from '../settings.js';

const MIB = 1024 ** 2;

/** A program whose output becomes a file of the report. */
export interface ProgramSource {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly limitBytes: number;
  readonly timeoutMs: number;
}

const SHORT = { limitBytes: MIB, timeoutMs: 5_000 };
const LOG_TIMEOUT_MS = 15_000;
/** Of the product's own units; so that all sources together leave room for each other. */
const STORY_BYTES = 8 * MIB;
const SURROUNDINGS_BYTES = 2 * MIB;
/** Enough for some matches; the limit in bytes cuts what is longer. */
const JOURNAL_LINES = '100000';
const UNITS = 'touchline*';

/** The daemon's answers, by the name of the file. */
export const DAEMON_PATHS: readonly (readonly [string, string])[] = [
  ['daemon/root.json', '/'],
  ['daemon/status.json', '/api/v1/status'],
  ['daemon/health.json', '/api/v1/health'],
  ['daemon/recording-health.json', '/api/v1/recording-health'],
  ['daemon/pipeline-state.json', '/api/v1/pipeline-state'],
  ['daemon/system-metrics.json', '/api/v1/system-metrics'],
  ['daemon/recording-correlations.json', '/api/v1/diagnostics/recording-correlations'],
  ['daemon/metrics.txt', '/metrics'],
  ['daemon/recordings.json', '/api/v1/recordings'],
];

export function journalSources(): readonly ProgramSource[] {
  const journal = (name: string, limitBytes: number, ...args: string[]): ProgramSource => ({
    name: `journal/${name}`,
    command: 'journalctl',
    args: ['--no-pager', '-o', 'short-iso-precise', '-n', JOURNAL_LINES, ...args],
    limitBytes,
    timeoutMs: LOG_TIMEOUT_MS,
  });
  return [
    journal('touchline-this-boot.txt', STORY_BYTES, '-b', '0', '-u', UNITS),
    journal('touchline-boot-before.txt', STORY_BYTES, '-b', '-1', '-u', UNITS),
    journal('kernel-this-boot.txt', SURROUNDINGS_BYTES, '-b', '0', '-k', '-p', 'info'),
    journal('kernel-boot-before.txt', SURROUNDINGS_BYTES, '-b', '-1', '-k', '-p', 'warning'),
    journal('nvargus-daemon-this-boot.txt', SURROUNDINGS_BYTES, '-b', '0', '-u', 'nvargus-daemon'),
    journal('warnings-of-all-this-boot.txt', SURROUNDINGS_BYTES, '-b', '0', '-p', 'warning'),
    { name: 'journal/boots.txt', command: 'journalctl', args: ['--no-pager', '--list-boots'], ...SHORT },
  ];
}

export function systemSources(): readonly ProgramSource[] {
  const program = (name: string, command: string, ...args: string[]): ProgramSource => ({ name: `system/${name}`, command, args, ...SHORT });
  return [
    program('os-release.txt', 'cat', '/etc/os-release'),
    program('l4t-release.txt', 'cat', '/etc/nv_tegra_release'),
    program('kernel.txt', 'uname', '-a'),
    program('units.txt', 'systemctl', '--no-pager', 'show', 'touchline.service', 'touchline-camera@0.service', 'touchline-camera@1.service', 'touchline-kiosk.service'),
    program('unit-files.txt', 'systemctl', '--no-pager', 'cat', UNITS),
    program('failed-units.txt', 'systemctl', '--no-pager', '--failed'),
    program('clock.txt', 'timedatectl'),
    program('power-mode.txt', 'nvpmodel', '-q'),
    program('disks.txt', 'df', '-hT'),
    program('mounts.txt', 'cat', '/proc/self/mountinfo'),
    program('load.txt', 'cat', '/proc/loadavg'),
    program('memory.txt', 'cat', '/proc/meminfo'),
    // Without arguments: those of other programs are none of ours.
    program('processes.txt', 'ps', '-eo', 'pid,ppid,user,pcpu,pmem,rss,etimes,stat,comm', '--sort=-pcpu'),
    program('usb.txt', 'lsusb'),
    program('video-devices.txt', 'v4l2-ctl', '--list-devices'),
    program('addresses.txt', 'ip', '-brief', 'address'),
  ];
}

/** Names, sizes and times of what lies in a folder, one per line; videos are listed and never read. */
export function listing(name: string, folder: string, depth: number): ProgramSource {
  return { name, command: 'find', args: [folder, '-maxdepth', String(depth), '-printf', '%TY-%Tm-%Td %TH:%TM:%.2TS %12s %M %u %P\\n'], ...SHORT };
}

/** The end of a file. */
export function fileSource(name: string, path: string, limitBytes: number = 2 * MIB): ProgramSource {
  return { name, command: 'tail', args: ['-c', String(limitBytes + 1), '--', path], limitBytes, timeoutMs: SHORT.timeoutMs };
}

export interface Folder {
  /** Where its files go in the report. */
  readonly into: string;
  readonly path: string;
  /** Which of its files are taken, by `find -name`. */
  readonly names: readonly string[];
}

/** What the processes remember. */
export function memoryFolders({ stateDir, runtimeDir }: RigSettings): readonly Folder[] {
  return [
    { into: 'state', path: stateDir, names: ['*.json', '*.json.corrupt'] },
    { into: 'runtime', path: runtimeDir, names: ['*.json'] },
  ];
}

export function logFolder({ stateDir }: RigSettings): Folder {
  return { into: 'logs', path: `${stateDir}/logs`, names: ['*.ndjson', '*.ndjson.[0-9]', '*.log', '*.log.[0-9]'] };
}

/** What is taken of a match: the texts that stand beside its videos. */
export function matchFolder(path: string): Folder {
  return { into: 'last-match', path, names: ['*.json', '*.json.corrupt', '*.ndjson'] };
}

/** Prints the names of the folder's files, the newest first is for the caller to find: `<mtime> <name>`, ended by NUL. */
export function findFiles({ path, names }: Folder): ProgramSource {
  const wanted = names.flatMap((name, index) => [...(index === 0 ? [] : ['-o']), '-name', name]);
  return { name: path, command: 'find', args: [path, '-maxdepth', '1', '-type', 'f', '(', ...wanted, ')', '-printf', '%T@ %f\\0'], ...SHORT };
}

/** The same for the folders of matches, by the newest text in each. */
export function findMatches(recordingsDir: string): ProgramSource {
  return { name: recordingsDir, command: 'find', args: [recordingsDir, '-mindepth', '2', '-maxdepth', '2', '-type', 'f', '(', '-name', '*.json', '-o', '-name', '*.ndjson', ')', '-printf', '%T@ %h\\0'], ...SHORT };
}
