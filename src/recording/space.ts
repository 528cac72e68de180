/** How much video still fits on the recordings' disk. */
import { statfs } from 'node:fs/promises';

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

const BYTES_PER_GB = 1024 ** 3;

export interface SpaceSource {
  /** Newest reading of the background sampler, at once; null when the disk cannot be read. */
  latest(): Space | null;
  /** A reading of now. */
  read(): Promise<Space | null>;
}

/** Null when the folder's disk cannot be read. */
export async function readSpace(folder: string): Promise<Space | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return null;
  }
}

/** Hours of recording that fit into `freeBytes` at `bytesPerSecond` (all cameras together); null without a rate. */
export function hoursThatFit(freeBytes: number, bytesPerSecond: number): number | null {
  return bytesPerSecond > 0 ? freeBytes / bytesPerSecond / 3600 : null;
}

/** Null when there is room to start; otherwise what to tell people. */
export function spaceRefusal(space: Space | null, minFreeBytes: number): string | null {
  if (space === null) return 'The recordings disk cannot be read. Check that it is mounted.';
  if (space.freeBytes >= minFreeBytes) return null;
  const needed = `${gb(space.freeBytes, Math.floor)} GB free, ${gb(minFreeBytes, Math.ceil)} GB needed`;
  return `Not enough free space to start: ${needed}. Delete matches to free at least ${gb(minFreeBytes - space.freeBytes, Math.ceil)} GB.`;
}

/** Rounded so that the promise holds: free space down, needed space up. */
function gb(bytes: number, round: (value: number) => number): string {
  return (round((bytes / BYTES_PER_GB) * 100) / 100).toFixed(2);
}
