/**
 * Finalises a segment that a crash left in fragments: remuxed without transcoding into a new file, which takes the
 * place of the old one only when it is whole. The old file is playable as it is, so there is never a hurry and never
 * a moment without it.
 */
import { open, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from '#execa';
import { Type } from '#typebox';
import { fsyncFolder } from '../lib/durable-file.js';
import { compileSchema } from '../lib/schema.js';
import { REPAIR_PREFIX } from '../lib/working-copy.js';

const REMUX_TIMEOUT_MS = 10 * 60_000;
/** The copy is about as large as the original; its index comes on top. */
const COPY_FACTOR = 1.1;
const DISK_TROUBLE = /No space left|quota exceeded|Read-only file system|Input\/output error/i;
const packetCount = compileSchema(Type.Object({ streams: Type.Array(Type.Object({ nb_read_packets: Type.String({ pattern: '^[0-9]+$' }) }), { minItems: 1 }) }));

export type RepairResult =
  | { readonly done: true; readonly frames: number }
  /** `mayWorkLater`: the disk is at fault, not the file. */
  | { readonly done: false; readonly reason: string; readonly mayWorkLater?: boolean };

/** Names of this form are working copies: nobody lists, serves or keeps them. */
export function isRepairFile(name: string): boolean {
  return name.startsWith(REPAIR_PREFIX);
}

export async function repairSegment(path: string, signal: AbortSignal): Promise<RepairResult> {
  const copy = join(dirname(path), `${REPAIR_PREFIX}${basename(path)}`);
  try {
    const { bavail, bsize } = await statfs(dirname(path));
    if (bavail * bsize < (await stat(path)).size * COPY_FACTOR) return { done: false, reason: 'there is no room for a copy of it', mayWorkLater: true };
    const framesBefore = await countFrames(path, signal);
    if (framesBefore === 0) return { done: false, reason: 'it holds no frame' };
    const remux = await lowPriority('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-i', path, '-map', '0:v:0', '-c', 'copy', '-f', 'mp4', copy], signal);
    if (remux.exitCode !== 0) return failed(String(remux.stderr), String(remux.stderr).trim().split('\n')[0] || 'ffmpeg failed');
    const framesAfter = await countFrames(copy, signal);
    if (framesAfter < framesBefore) return { done: false, reason: `the copy has ${framesAfter} of ${framesBefore} frames` };
    const { atime, mtime } = await stat(path);
    await utimes(copy, atime, mtime);
    const file = await open(copy, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    if (signal.aborted) return { done: false, reason: 'it was interrupted' };
    await rename(copy, path);
    await fsyncFolder(dirname(path));
    return { done: true, frames: framesAfter };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failed(message, message);
  } finally {
    await rm(copy, { force: true }).catch(() => undefined);
  }
}

function failed(story: string, reason: string): RepairResult {
  return { done: false, reason, mayWorkLater: DISK_TROUBLE.test(story) };
}

/** Reads the whole file, so it is for repairs only; rejects when ffprobe cannot read it. */
async function countFrames(path: string, signal: AbortSignal): Promise<number> {
  const probe = await lowPriority('ffprobe', ['-v', 'error', '-select_streams', 'v:0', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'json', path], signal);
  const counted = packetCount.parseJson(String(probe.stdout));
  if (!counted.ok) throw new Error(String(probe.stderr).trim().split('\n')[0] || 'ffprobe found no frames');
  return Number(counted.value.streams[0]?.nb_read_packets ?? 0);
}

/** A repair must never take CPU or disk from a recording. */
function lowPriority(file: string, args: readonly string[], signal: AbortSignal) {
  return execa('nice', ['-n', '19', 'ionice', '-c', '3', file, ...args], {
    reject: false,
    timeout: REMUX_TIMEOUT_MS,
    cancelSignal: signal,
    stdin: 'ignore',
    maxBuffer: 64 * 1024,
  });
}
