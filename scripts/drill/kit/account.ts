/**
 * Every frame that should be there, by three independent witnesses: what the camera's meter counted (the journal),
 * what a player finds in the files, and the counter that the simulated camera draws into each picture.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import type { JournalEntry } from '../../../src/camera/journal.js';
import { compareSegments, parseSegmentName } from '../../../src/camera/segment-names.js';
import { segmentShape, type SegmentShape } from '../../../src/integrity/mp4.js';
import { readJournal } from '../../../src/recording/journal-reader.js';
import { readFrameStamps } from '../../../test/support/framestamp.js';
import { framesIn } from '../../../test/support/rig.js';

export const FPS = 30;
/** The part of the picture that holds the counter. */
const STAMP = { width: 128, height: 24 };
const FILES_AT_ONCE = 300;

export interface SegmentAccount {
  readonly name: string;
  readonly frames: number;
  readonly shape: SegmentShape;
}

/** What the pictures themselves say about a row of files. */
export interface StampAccount {
  readonly first: number | null;
  readonly last: number | null;
  /** Counters between the first and the last that are in no picture. */
  readonly missing: number;
  /** Pictures whose counter is not greater than that of the picture before. */
  readonly repeated: number;
  readonly unreadable: number;
}

/** One life of one camera's pipeline. */
export interface RunAccount {
  readonly camera: number;
  readonly stamp: string;
  readonly cause: string | null;
  readonly firstFrameMonoUs: number | null;
  readonly segments: readonly SegmentAccount[];
  readonly frames: number;
  /** As the camera's meter counted when it ended in order; null when it was killed. */
  readonly ended: { readonly framesAtSource: number; readonly framesMissed: number } | null;
  readonly stamps: StampAccount | null;
}

export interface AccountOptions {
  /** Look into every picture, too. Only simulated cameras number theirs. */
  readonly stamps?: boolean;
}

/** The runs of one camera in one match, in order. */
export async function accountOf(matchDir: string, camera: number, { stamps = true }: AccountOptions = {}): Promise<RunAccount[]> {
  const runs = runsIn(await readJournal(matchDir, camera));
  const folder = join(matchDir, 'segments');
  const names = await segmentNames(folder, camera);
  const accounts: RunAccount[] = [];
  for (const run of runs) {
    const own = names.filter((name) => parseSegmentName(name)?.stamp === run.stamp);
    const segments: SegmentAccount[] = [];
    for (const name of own) segments.push(await segmentAccount(join(folder, name), name));
    accounts.push({
      ...run,
      camera,
      segments,
      frames: segments.reduce((sum, segment) => sum + segment.frames, 0),
      stamps: stamps ? await stampsIn(own.map((name) => join(folder, name))) : null,
    });
  }
  return accounts;
}

/** Both cameras. */
export async function accountsOf(matchDir: string, options: AccountOptions = {}): Promise<RunAccount[]> {
  return [...(await accountOf(matchDir, 0, options)), ...(await accountOf(matchDir, 1, options))];
}

export async function segmentAccount(path: string, name: string): Promise<SegmentAccount> {
  return { name, frames: await framesIn(path), shape: await segmentShape(path) };
}

/** Names of a camera's segments, in the order of recording. */
export async function segmentNames(folder: string, camera: number): Promise<string[]> {
  return (await readdir(folder).catch(() => []))
    .flatMap((name) => {
      const parsed = parseSegmentName(name);
      return parsed?.camera === camera ? [{ name, parsed }] : [];
    })
    .sort((a, b) => compareSegments(a.parsed, b.parsed))
    .map(({ name }) => name);
}

/** Frames that were captured until then and are in no file of the run, in seconds; 0 and below: nothing is missing. */
export function lostSeconds(run: RunAccount, untilMonoUs: number): number {
  if (run.firstFrameMonoUs === null) return 0;
  const captured = Math.floor(((untilMonoUs - run.firstFrameMonoUs) / 1e6) * FPS) + 1;
  return (captured - run.frames) / FPS;
}

/** The run of a camera that was under way at that instant; null when none was. */
export function runAt(runs: readonly RunAccount[], camera: number, monoUs: number): RunAccount | null {
  return runs.findLast((run) => run.camera === camera && run.firstFrameMonoUs !== null && run.firstFrameMonoUs <= monoUs) ?? null;
}

/** Frames that are missing in the middle of runs, and of those that ended in order also at their ends. */
export function framesLost(runs: readonly RunAccount[]): number {
  return runs.reduce((sum, run) => sum + lostInRun(run), 0);
}

export function framesInFiles(runs: readonly RunAccount[]): number {
  return runs.reduce((sum, run) => sum + run.frames, 0);
}

/** For a report of what was lost: each run that is not whole. */
export function blemishes(runs: readonly RunAccount[]): string[] {
  return runs
    .filter((run) => lostInRun(run) > 0)
    .map((run) => `camera ${run.camera}, run ${run.stamp}: ${run.frames} frames in ${run.segments.length} files, ${JSON.stringify({ ended: run.ended, stamps: run.stamps })}`);
}

function lostInRun({ ended, frames, stamps }: RunAccount): number {
  const atSource = ended === null ? 0 : Math.max(0, ended.framesAtSource - frames) + ended.framesMissed;
  const inPictures = stamps === null ? 0 : stamps.missing + stamps.repeated + (stamps.first ?? 0);
  // Both witnesses see the same loss.
  return Math.max(atSource, inPictures);
}

type Run = Pick<RunAccount, 'stamp' | 'cause' | 'firstFrameMonoUs' | 'ended'>;

function runsIn(journal: readonly JournalEntry[]): Run[] {
  const runs: Run[] = [];
  for (const entry of journal) {
    if (entry.kind === 'run-started') runs.push({ stamp: entry.stamp, cause: entry.cause, firstFrameMonoUs: null, ended: null });
    const run = runs.at(-1);
    if (run === undefined) continue;
    if (entry.kind === 'first-frame') runs[runs.length - 1] = { ...run, firstFrameMonoUs: entry.frameMonoUs };
    if (entry.kind === 'run-ended') runs[runs.length - 1] = { ...run, ended: { framesAtSource: entry.framesAtSource, framesMissed: entry.framesMissed } };
  }
  return runs;
}

export async function stampsIn(paths: readonly string[]): Promise<StampAccount> {
  const counters: (number | null)[] = [];
  for (const path of paths) counters.push(...(await countersIn(['-i', path])));
  return stampAccount(counters);
}

/** The same of a great many files: hundreds at a time, as one video. */
export async function stampsInAll(paths: readonly string[]): Promise<StampAccount> {
  const counters: (number | null)[] = [];
  for (const input of concatenations(paths)) for (const counter of await countersIn(input.args, input.list)) counters.push(counter);
  return stampAccount(counters);
}

/** Frames in a great many files together. */
export async function framesInAll(paths: readonly string[]): Promise<number> {
  let frames = 0;
  for (const { args, list } of concatenations(paths)) {
    const { stdout } = await execa('ffprobe', ['-v', 'error', ...args, '-select_streams', 'v:0', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0'], { input: list });
    frames += Number.parseInt(stdout, 10);
  }
  return frames;
}

/** Lists for ffmpeg's concat demuxer, to be given on standard input. */
function concatenations(paths: readonly string[]): { readonly args: readonly string[]; readonly list: string }[] {
  const args = ['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file,pipe,fd', '-i', 'pipe:0'];
  return Array.from({ length: Math.ceil(paths.length / FILES_AT_ONCE) }, (_none, index) => ({
    args,
    list: paths.slice(index * FILES_AT_ONCE, (index + 1) * FILES_AT_ONCE).map((path) => `file 'file:${path}'\n`).join(''),
  }));
}

async function countersIn(inputArgs: readonly string[], list = ''): Promise<(number | null)[]> {
  const filter = `crop=${STAMP.width}:${STAMP.height}:0:0`;
  const { stdout } = await execa('ffmpeg', ['-v', 'error', ...inputArgs, '-vf', filter, '-f', 'rawvideo', '-pix_fmt', 'gray', '-fps_mode', 'passthrough', 'pipe:1'], { encoding: 'buffer', reject: false, input: list, maxBuffer: 1024 ** 3 });
  return readFrameStamps(stdout ?? new Uint8Array(), STAMP.width, STAMP.height);
}

function stampAccount(counters: readonly (number | null)[]): StampAccount {
  const account = { first: null as number | null, last: null as number | null, missing: 0, repeated: 0, unreadable: 0 };
  for (const counter of counters) {
    if (counter === null) {
      account.unreadable += 1;
      continue;
    }
    account.first ??= counter;
    if (account.last !== null && counter <= account.last) account.repeated += 1;
    else if (account.last !== null) account.missing += counter - account.last - 1;
    account.last = counter;
  }
  // A picture that cannot be read leaves a hole in the row and is no loss.
  return { ...account, missing: Math.max(0, account.missing - account.unreadable) };
}
