/** What power cuts, people and other programs leave in the folders of a rig. */
import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from '#execa';

const GARBAGE = Buffer.from(Array.from({ length: 5000 }, (_none, index) => (index * 7919 + 13) % 256));
const WEIRD_NAMES = ['.hidden', 'notes.txt', 'cam0_20260101_000000_00.mp4', 'cam9_x.mp4', 'match.json', '-rf', 'name with spaces', 'ünïcödé', 'new\nline', 'a'.repeat(250)];

const STATE_TOLD = /state file is unreadable/;
const CONFIG_TOLD = /configuration edit refused/;

export interface Dirt {
  readonly name: string;
  readonly spread: () => Promise<void>;
  /** What the rig must say about it, in the log of the daemon or of a camera; nothing where nothing is left aside. */
  readonly told?: RegExp;
}

export interface Places {
  readonly stateDir: string;
  readonly runtimeDir: string;
  readonly recordingsDir: string;
  readonly configFile: string;
  /** A match that is over. */
  readonly oldMatch: string;
  /** The one that was being recorded. */
  readonly match: string;
}

/** One after the other, each on its own boot. */
export function dirtOf({ stateDir, runtimeDir, recordingsDir, configFile, oldMatch, match }: Places): readonly Dirt[] {
  const state = join(stateDir, 'recording.json');
  const catalogue = join(stateDir, 'library.db');
  return [
    { name: 'state file of garbage', spread: () => replace(state, GARBAGE), told: STATE_TOLD },
    { name: 'state file cut off in the middle', spread: () => cutOff(state), told: STATE_TOLD },
    { name: 'empty state file', spread: () => replace(state, ''), told: STATE_TOLD },
    { name: 'state file of another program', spread: () => replace(state, '{"v":7,"hello":[1,2,3]}'), told: STATE_TOLD },
    { name: 'a folder in the place of the state file', spread: () => folderInPlaceOf(state), told: STATE_TOLD },
    { name: 'catalogue of garbage', spread: () => each([() => removeBeside(catalogue), () => replace(catalogue, GARBAGE)]), told: /catalogue of recordings cannot be used/ },
    { name: 'catalogue cut off in the middle', spread: () => cutOff(catalogue) },
    { name: 'untidy list of garbage', spread: () => replace(join(stateDir, 'untidy.json'), GARBAGE), told: /list of matches to put in order/ },
    { name: 'half-written configuration', spread: () => replace(configFile, '{\n  "recording_quality": "fast",\n  "recording_segm'), told: CONFIG_TOLD },
    { name: 'empty configuration', spread: () => replace(configFile, ''), told: CONFIG_TOLD },
    { name: 'match.json of both matches cut off', spread: () => each([oldMatch, match].map((id) => () => cutOff(join(recordingsDir, id, 'match.json')))), told: /match\.json/ },
    { name: 'journals with garbage at their ends', spread: () => each([0, 1].map((camera) => () => writeFile(join(recordingsDir, match, `cam${camera}.journal.ndjson`), GARBAGE, { flag: 'a' }))) },
    { name: 'intent files of garbage', spread: () => each([0, 1].map((camera) => () => replace(join(runtimeDir, `camera${camera}.intent.json`), GARBAGE))), told: /intent file is unreadable/ },
    { name: 'plain files in the place of sockets', spread: () => each([0, 1].map((camera) => () => replace(join(runtimeDir, `camera${camera}.sock`), 'x'))) },
    { name: 'unknown files in every folder', spread: () => each([stateDir, runtimeDir, recordingsDir, join(recordingsDir, oldMatch), join(recordingsDir, match), join(recordingsDir, oldMatch, 'segments'), join(recordingsDir, match, 'segments')].map((folder) => () => litter(folder))) },
  ];
}

/** Only what is not there yet: nothing that belongs to the rig is replaced. */
async function litter(folder: string): Promise<void> {
  for (const name of WEIRD_NAMES) await writeFile(join(folder, name), GARBAGE, { flag: 'wx' }).catch(ignoreExisting);
  await mkdir(join(folder, 'lost+found', 'deep'), { recursive: true });
  await symlink('.', join(folder, 'loop')).catch(ignoreExisting);
  await symlink('/nowhere', join(folder, 'dangling')).catch(ignoreExisting);
  await execa('mkfifo', [join(folder, 'cam1_20260101_000000_00.mp4')], { reject: false });
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}

async function replace(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { recursive: true, force: true });
  await writeFile(path, content);
}

/** With what SQLite keeps beside a database it would repair it without a word. */
async function removeBeside(database: string): Promise<void> {
  for (const side of ['-wal', '-shm']) await rm(database + side, { force: true });
}

async function cutOff(path: string): Promise<void> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) await replace(path, '{"v":1,"ma');
  else await truncate(path, Math.floor(bytes.length / 2));
}

async function folderInPlaceOf(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
}

async function each(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  for (const task of tasks) await task();
}
