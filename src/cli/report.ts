import { stat } from 'node:fs/promises';
import { constants, hostname, setPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { configFileOf, DEFAULT_CONFIG_FILE } from '../config/load.js';
import { asTouchlineError, TouchlineError } from '../errors.js';
import { systemClock } from '../lib/clock.js';
import { productVersion } from '../lib/product-version.js';
import { localTimeStamp } from '../lib/time-stamp.js';
import type { CliContext, Command } from './command.js';
import { daemonUrl } from './connection.js';
import { EXIT } from './exit-codes.js';
import { ReportArchive } from './report/archive.js';
import { Collector, type Entry, newestFirst } from './report/collect.js';
import { gather } from './report/gather.js';
import { secretHider } from './report/secrets.js';
import { findMatches, journalSources, listing, logFolder, matchFolder, memoryFolders, systemSources } from './report/sources.js';

const DOCTOR_TIMEOUT_MS = 60_000;
const MIB = 1024 ** 2;
const CLI_FILE = join(import.meta.dirname, 'touchline.js');

export const reportCommand: Command = {
  name: 'report',
  summary: 'Pack everything that support needs into one file, without secrets and without video',
  usage: '[--output PATH] [--json] [--config FILE]',
  help: [
    '  --output P  file to write, or folder to put it into; default: the current folder',
    '  --json      where it is and what is missing from it, as one line of JSON',
    '  --config F  configuration file; default: as for `touchline serve`',
    '',
    'Logs of this and the previous start of the box, configuration, versions, what the doctor finds, what the daemon says,',
    'and the texts of the last match. Works without a daemon; contents.txt in the file says what could not be had.',
    'Passwords are replaced by ***. As root it sees more. Takes up to three minutes on a box that is not well.',
  ],
  options: { output: { type: 'string' }, json: { type: 'boolean' }, config: { type: 'string' } },
  maxPositionals: 0,
  run: async (args, context) => {
    const { terminal } = context;
    // A recording that needs the processor gets it.
    setPriority(constants.priority.PRIORITY_LOW);
    const path = await outputFile(args.text('output'), context.cwd);
    const archive = await ReportArchive.create(path).catch((thrown: unknown) => {
      const { kind, code, message } = asTouchlineError(thrown);
      throw new TouchlineError({ kind, code, message: `${message}. Name another place: touchline report --output /dev/shm`, cause: thrown });
    });
    try {
      const entries = await fill(archive, args.text('config'), context);
      context.signal.throwIfAborted();
      const sizeBytes = await archive.finish();
      const missing = entries.filter(({ bytes }) => bytes === 0);
      if (args.flag('json')) terminal.out(JSON.stringify({ path, size_bytes: sizeBytes, missing }));
      else for (const line of [`${path}  (${(sizeBytes / MIB).toFixed(2)} MiB)`, ...advice(missing.length, entries.length)]) terminal.out(line);
      return EXIT.ok;
    } catch (thrown) {
      await archive.discard();
      throw thrown;
    }
  },
};

/** @param given a file, a folder, or null for the current folder */
async function outputFile(given: string | null, cwd: string): Promise<string> {
  const target = resolve(cwd, given ?? '.');
  const isFolder = await stat(target).then((found) => found.isDirectory(), () => false);
  if (!isFolder) return target;
  const host = hostname().replaceAll(/[^A-Za-z0-9.-]/g, '_') || 'rig';
  return join(target, `touchline-report-${host}-${localTimeStamp(systemClock.nowEpochMs())}.zip`);
}

async function fill(archive: ReportArchive, configOption: string | null, context: CliContext): Promise<readonly Entry[]> {
  const { env, cwd, signal } = context;
  const variables = Object.entries(env).filter(([name]) => name.startsWith('TOUCHLINE_'));
  const configFile = configFileOf({ option: configOption ?? undefined, env, cwd, defaultPath: DEFAULT_CONFIG_FILE }).path;
  // As it stands there, readable or not: a report is most needed when something is broken.
  const config = await gather('tail', ['-c', String(MIB), '--', configFile], { limitBytes: MIB, timeoutMs: 5_000, signal });
  const environment = variables.map(([name, value]) => `${name}=${value ?? ''}`).join('\n');
  const origins = [config.text, ...variables.map(([, value]) => value ?? '')];
  const unitEnvironment = await gather('systemctl', ['show', '--property', 'Environment', 'touchline.service'], { limitBytes: MIB, timeoutMs: 5_000, signal });
  const collector = new Collector({ archive, hide: secretHider([...origins, unitEnvironment.text]), clock: systemClock, signal });

  collector.add('about.txt', await about(configFile), null);
  if (config.text === '') collector.miss('configuration/touchline.json', config.note ?? `${configFile} is empty`);
  else collector.add('configuration/touchline.json', config.text, config.note);
  collector.add('configuration/environment.txt', environment === '' ? 'no TOUCHLINE_ variables where the report was made\n' : `${environment}\n`, null);
  await addDoctor(collector, configOption);
  await collector.programs(systemSources());
  try {
    const settings = await context.settingsInForce(configOption);
    await collector.daemon(daemonUrl(settings));
    for (const folder of memoryFolders(settings)) await collector.folder(folder);
    await addMatches(collector, settings.recordingsDir);
    await collector.programs(journalSources());
    await collector.folder(logFolder(settings));
  } catch (thrown) {
    collector.miss('daemon/, logs/, state/, runtime/, last-match/', `the configuration cannot be used, so nobody knows where they are: ${asTouchlineError(thrown).message}`);
    await collector.programs(journalSources());
  }
  const entries = collector.entries();
  collector.close('contents.txt', contents(entries));
  return entries;
}

/** In a process of its own, which a disk that hangs may take down with it. */
async function addDoctor(collector: Collector, configOption: string | null): Promise<void> {
  const args = [CLI_FILE, 'doctor', '--quick', ...(configOption === null ? [] : ['--config', configOption])];
  const source = { name: 'doctor.txt', command: process.execPath, args, limitBytes: MIB, timeoutMs: DOCTOR_TIMEOUT_MS };
  const { text, note } = await collector.run(source, { NO_COLOR: '1' });
  if (text === '') collector.miss(source.name, note ?? 'empty');
  else collector.add(source.name, text, note);
}

async function addMatches(collector: Collector, recordingsDir: string): Promise<void> {
  const found = await collector.run(findMatches(recordingsDir));
  const last = newestFirst(found.text)[0];
  if (last === undefined) {
    collector.miss('last-match/', found.note ?? `${recordingsDir} holds no match`);
  } else {
    await collector.programs([listing('last-match/files.txt', last, 2)]);
    await collector.folder(matchFolder(last));
  }
  await collector.programs([listing('recordings.txt', recordingsDir, 3)]);
}

async function about(configFile: string): Promise<string> {
  const lines = [
    `touchline ${await productVersion()}`,
    `Node.js ${process.version}, ${process.arch}`,
    `host ${hostname()}`,
    `made ${new Date(systemClock.nowEpochMs()).toISOString()}, ${Math.round(systemClock.monoMs() / 60_000)} minutes after the box was started`,
    `by user ${process.getuid?.() ?? '?'}${process.getuid?.() === 0 ? ' (root)' : ' (not root: some things are closed to it)'}`,
    `configuration ${configFile}`,
  ];
  return `${lines.join('\n')}\n`;
}

function contents(entries: readonly Entry[]): string {
  const rows = entries.map(({ name, bytes, note }) => `${String(bytes).padStart(10)}  ${name}${note === null ? '' : `  [${note.replaceAll('\n', ' ')}]`}`);
  return ['Bytes, file, and in brackets what is missing and why.', 'Passwords were replaced by ***. No video is in here.', '', ...rows, ''].join('\n');
}

function advice(missing: number, all: number): readonly string[] {
  const left = missing === 0 ? [] : [`${missing} of ${all} things could not be had; contents.txt in it says which and why.`];
  const root = process.getuid?.() === 0 ? [] : ['Made without root: sudo touchline report sees more.'];
  return ['Send this file to support. It holds no passwords and no video.', ...left, ...root];
}
