/** How much video still fits on the recordings' disk. */
import { statfs } from 'node:fs/promises';
import type { Clock } from '../lib/clock.js';

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

const REFRESH_MS = 5000;
const BYTES_PER_GB = 1024 ** 3;

/** Keeps a recent answer ready, so that nobody waits for a disk that hangs. */
export class SpaceMonitor {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #latest: Space | null = null;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Resolves after the first reading. */
  async start(): Promise<void> {
    await this.read();
    void this.#loop();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Newest reading, null when the disk cannot be read. */
  get latest(): Space | null {
    return this.#latest;
  }

  /** Reads now. Null when the disk cannot be read. */
  async read(): Promise<Space | null> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.#folder);
      this.#latest = { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch {
      this.#latest = null;
    }
    return this.#latest;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#clock.sleepMs(REFRESH_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.read();
    }
  }
}

/** Hours of recording that fit into `freeBytes` at `bytesPerSecond` (all cameras together); null without a rate. */
export function hoursThatFit(freeBytes: number, bytesPerSecond: number): number | null {
  return bytesPerSecond > 0 ? freeBytes / bytesPerSecond / 3600 : null;
}

/** Null when there is room to start; otherwise what to tell people. */
export function spaceRefusal(space: Space | null, minFreeGb: number): string | null {
  if (space === null) return 'The recordings disk cannot be read. Check that it is mounted.';
  if (space.freeBytes >= minFreeGb * BYTES_PER_GB) return null;
  const missing = minFreeGb * BYTES_PER_GB - space.freeBytes;
  return `Not enough free space to start: ${gb(space.freeBytes)} GB free, ${minFreeGb} GB needed. Delete matches to free at least ${gb(missing, Math.ceil)} GB.`;
}

function gb(bytes: number, round: (value: number) => number = Math.floor): string {
  return (round((bytes / BYTES_PER_GB) * 100) / 100).toFixed(2);
}
