/** What the tests of the pipelines share: the folder that is shipped, copies of it to spoil, requests, properties. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TouchlineError, type Violation } from '../../src/errors.js';
import type { RecordingRequest } from '../../src/pipelines/index.js';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
export const PIPELINES = join(ROOT, 'gst-pipelines');
export const PLUGIN_PATH = [join(ROOT, 'build/native'), join(ROOT, 'build/native-test')].join(':');

export const NO_CROP = { left: 0, right: 0, top: 0, bottom: 0 };

/** A plain request for the left camera; `changes` replace what a test is about. */
export function request(profile: string, changes: Partial<RecordingRequest> = {}): RecordingRequest {
  return {
    profile,
    camera: 0,
    quality: 'fast',
    crop: NO_CROP,
    rotation: 0,
    exposureCompensation: 0,
    source: SOURCES[profile] ?? null,
    video: { width: null, height: null, framerate: null },
    bitrateKbps: null,
    segmentSeconds: 600,
    ...changes,
  };
}

const SOURCES: Readonly<Record<string, string>> = {
  file: '/footage/left.mp4',
  usb: '/dev/video0',
  ip: 'rtsp://camera/stream',
};

interface Cleaner {
  teardown(clean: () => Promise<void>): void;
}

export async function temporaryFolder(t: Cleaner): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-pipelines-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of the shipped folder in which each named file has its text replaced or made. */
export async function spoiltCopy(
  t: Cleaner,
  changes: Readonly<Record<string, string | ((text: string) => string)>>,
): Promise<string> {
  const folder = await temporaryFolder(t);
  await cp(PIPELINES, folder, { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    const path = join(folder, file);
    if (typeof change === 'string') {
      await writeFile(path, change);
      continue;
    }
    const text = await readFile(path, 'utf8');
    const changed = change(text);
    if (changed === text) throw new Error(`the change of ${file} changes nothing`);
    await writeFile(path, changed);
  }
  return folder;
}

/** The properties of one element of a pipeline text whose values have no blanks. */
export function propertiesOf(text: string, factory: string): ReadonlyMap<string, string> {
  const element = text.split(/\s!\s/).find((part) => part.trim().split(/\s+/)[0] === factory) ?? '';
  const pairs = element.trim().split(/\s+/).slice(1);
  return new Map(
    pairs.map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

/** The violations that a call must end with. */
export async function violationsOf(call: () => unknown): Promise<readonly Violation[]> {
  try {
    await call();
  } catch (thrown) {
    if (thrown instanceof TouchlineError) return thrown.violations;
    throw thrown;
  }
  throw new Error('nothing was found to be wrong');
}

/** `a.b: rule` of each violation. */
export const brief = (violations: readonly Violation[]): string[] =>
  violations.map(({ path, rule }) => `${path.join('.')}: ${rule}`);

/** A repeatable stream of numbers from 0 up to 1 (mulberry32), for properties over many values. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const HOSTILE_PIECES = [
  '"',
  "'",
  '\\',
  '!',
  ' ! fakesink ',
  ' name=x',
  '\n',
  '\t',
  '\r',
  '%',
  '%s',
  '{{camera:int}}',
  '$(id)',
  '`',
  ';',
  ',',
  '=',
  '(',
  ')',
  '.',
  ' . ',
  'NULL',
  'a',
  'Z',
  '0',
  ' ',
  'é',
  '球',
  '😀',
  '\u0001',
  '\u007f',
  '\u0085',
  '\u2028',
  '#',
  '?crop',
  '\\\\"',
  '"\\',
];

/** Texts put together from whatever means something to GStreamer, to a shell or to a template. */
export function hostileTexts(count: number, seed: number): string[] {
  const random = randomNumbers(seed);
  const single = HOSTILE_PIECES.flatMap((piece) => [piece, `${piece}x`, `x${piece}`, `"${piece}"`]);
  const mixed = Array.from({ length: count }, () =>
    Array.from(
      { length: 1 + Math.floor(random() * 8) },
      () => HOSTILE_PIECES[Math.floor(random() * HOSTILE_PIECES.length)],
    ).join(''),
  );
  return [...single, ...mixed];
}
