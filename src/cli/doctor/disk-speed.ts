import { randomFillSync } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.js';
import { errnoOf } from '../../lib/file-error.js';
import { asTouchlineError } from '../../errors.js';
import { failure, fine, type Finding, skipped, warning } from './finding.js';

const MB = 1e6;
/** Contract 16.26: two cameras at their peaks, with something to spare. */
const NEEDED_MB_PER_SECOND = 30;
/** Two cameras of 20 Mbit/s on average: less than this and frames are missed in any case. */
const LEAST_MB_PER_SECOND = 8;
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Often enough that a recording which begins meanwhile waits for this much at most. */
const CHUNKS_PER_SYNC = 4;
const TOTAL_BYTES = 256 * 1024 * 1024;
const LIMIT_MS = 10_000;
const FIX = 'use a faster disk (NVMe, not a card): recordings_dir; is something else writing? iotop -o';

export interface SpeedTest {
  readonly folder: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Asked before each piece; true ends the measurement. */
  readonly isNeededElsewhere: () => Promise<boolean>;
  readonly totalBytes?: number;
}

/** What was written and how long it took until it was on the disk; null: not finished, the disk is needed. */
export async function measureWriting({ folder, clock, signal, isNeededElsewhere, totalBytes = TOTAL_BYTES }: SpeedTest): Promise<{ readonly bytes: number; readonly elapsedMs: number } | null> {
  const path = join(folder, `.touchline-speed-${process.pid}`);
  const file = await open(path, 'wx', 0o600);
  try {
    // Gone from the folder at once, so that nothing is left however this ends.
    await unlink(path);
    // Disks and file systems that compress would be praised for writing zeros.
    const chunk = randomFillSync(Buffer.allocUnsafe(CHUNK_BYTES));
    let bytes = 0;
    let elapsedMs = 0;
    while (bytes < totalBytes && elapsedMs < LIMIT_MS) {
      if (signal.aborted || (await isNeededElsewhere())) return null;
      const startMs = clock.monoMs();
      for (let count = 0; count < CHUNKS_PER_SYNC && bytes < totalBytes; count += 1) bytes += (await file.write(chunk)).bytesWritten;
      await file.datasync();
      elapsedMs += clock.monoMs() - startMs;
    }
    return { bytes, elapsedMs };
  } finally {
    await file.close();
  }
}

/** Whether the disk keeps up with two cameras. Writes a file, so only when nothing is recorded. */
export async function checkDiskSpeed(test: SpeedTest): Promise<Finding> {
  try {
    const measured = await measureWriting(test);
    if (measured === null) return skipped('disk speed', 'not measured to the end: a recording began', 'touchline doctor, after the match');
    const rate = measured.bytes / MB / (measured.elapsedMs / 1000);
    const detail = `${rate.toFixed(0)} MB/s onto the disk, over ${(measured.bytes / MB).toFixed(0)} MB`;
    if (rate < LEAST_MB_PER_SECOND) return failure('disk speed', `${detail}: too slow for two cameras`, FIX);
    return rate < NEEDED_MB_PER_SECOND ? warning('disk speed', `${detail}, less than the ${NEEDED_MB_PER_SECOND} that are asked for`, FIX) : fine('disk speed', detail);
  } catch (thrown) {
    if (errnoOf(thrown) === 'EACCES') return skipped('disk speed', `${test.folder} is closed to you`, 'sudo touchline doctor');
    // Whether the folder is there and can be written to is another check's business.
    if (errnoOf(thrown) === 'ENOENT') return skipped('disk speed', `${test.folder} does not exist yet`);
    return failure('disk speed', asTouchlineError(thrown).message, 'look at "disk space" and "mount"; dmesg | tail -n 50');
  }
}
