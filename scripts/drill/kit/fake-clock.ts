/** A wall clock that jumps, for the processes of one rig; the machine's own stays as it is. */
import { globSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from './scene.js';

/** Debian's package faketime; FAKETIME_LIBRARY names it where it is elsewhere. */
export function fakeClockLibrary(): string | null {
  return process.env['FAKETIME_LIBRARY'] ?? globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0] ?? null;
}

export class FakeClock {
  readonly env: Readonly<Record<string, string>>;
  readonly #file: string;

  private constructor(library: string, file: string) {
    this.#file = file;
    // Only the wall clock: monotonic clocks do not jump, and files keep the times that the kernel gave them.
    this.env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
  }

  static async create(scene: Scene, library: string): Promise<FakeClock> {
    const clock = new FakeClock(library, join(await scene.folder(), 'clock'));
    await clock.set(0);
    return clock;
  }

  /** What the library keeps in shared memory for a daemon and all its children: it stays behind when that daemon is killed. */
  async forget(daemonPid: number): Promise<void> {
    for (const name of [`faketime_shm_${daemonPid}`, `sem.faketime_sem_${daemonPid}`]) await rm(join('/dev/shm', name), { force: true });
  }

  /** Seconds by which the wall clock of the rig is ahead of the machine's; negative: behind. */
  async set(offsetSeconds: number): Promise<void> {
    await writeFile(this.#file, `${offsetSeconds < 0 ? '-' : '+'}${Math.abs(Math.round(offsetSeconds))}\n`);
  }
}
