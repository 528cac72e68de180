/**
 * A disk that can be filled, slowed down, broken and cut off: ext4 on a loop device. The file behind it lies in memory
 * and holds exactly what has reached the "disk"; a copy of it is what a power cut at that moment would have left.
 */
import { existsSync } from 'node:fs';
import { readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from '#execa';
import { systemClock } from '../../../src/lib/clock.js';
import { until } from '../../../test/support/rig.js';
import type { Scene } from './scene.js';

/** Of the group that the processes of the drill and the kernel's own belong to; what is set concerns one device. */
const THROTTLE = '/sys/fs/cgroup/blkio';

export interface Throttle {
  readonly bytesPerSecond: number;
  readonly operationsPerSecond: number;
}

const HELD: Throttle = { bytesPerSecond: 1, operationsPerSecond: 1 };

export class LoopDisk {
  /** Where it is mounted. */
  readonly path: string;
  readonly image: string;
  readonly #filler: string;
  readonly #scene: Scene;

  private constructor(scene: Scene, folder: string) {
    this.#scene = scene;
    this.path = join(folder, 'disk');
    this.image = join(folder, 'disk.img');
    this.#filler = join(this.path, 'filler');
  }

  static async create(scene: Scene, sizeMiB: number): Promise<LoopDisk> {
    const disk = new LoopDisk(scene, await scene.folder('/dev/shm'));
    await execa('truncate', ['-s', `${sizeMiB}M`, disk.image]);
    await execa('mkfs.ext4', ['-q', '-m', '0', disk.image]);
    await execa('mkdir', [disk.path]);
    // What is below shows while the disk is gone. Nobody may mistake it for the disk and write there.
    await execa('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', disk.path]);
    await scene.defer(() => unmount(disk.path));
    await disk.#mount();
    return disk;
  }

  /** Takes all the room there is but so many bytes, at once. */
  async fill(leaveBytes = 0): Promise<void> {
    const { bavail, bsize } = await statfs(this.path);
    await execa('fallocate', ['-l', String(bavail * bsize - leaveBytes), this.#filler], { reject: false });
    if (leaveBytes > 0) return;
    // What the file system itself needs for the file was not asked for.
    await execa('dd', ['if=/dev/zero', `of=${this.#filler}.rest`, 'bs=4k', 'oflag=sync'], { reject: false, stdio: 'ignore' });
  }

  async makeRoom(): Promise<void> {
    await rm(this.#filler, { force: true });
    await rm(`${this.#filler}.rest`, { force: true });
  }

  /** True where the kernel can slow down a single device. */
  static async canBeSlow(): Promise<boolean> {
    return (await readFile(`${THROTTLE}/blkio.throttle.write_bps_device`, 'utf8').catch(() => null)) !== null;
  }

  /** Null takes the limit away. */
  async slowDown(throttle: Throttle | null): Promise<void> {
    const { stdout } = await execa('lsblk', ['-dno', 'MAJ:MIN', await this.#device()]);
    const number = stdout.trim();
    await writeFile(`${THROTTLE}/blkio.throttle.write_bps_device`, `${number} ${throttle?.bytesPerSecond ?? 0}`);
    await writeFile(`${THROTTLE}/blkio.throttle.write_iops_device`, `${number} ${throttle?.operationsPerSecond ?? 0}`);
  }

  /** The file system finds an error in itself and becomes read-only, as after a failing card. */
  async breakDown(): Promise<void> {
    await writeFile(`/sys/fs/ext4/${basename(await this.#device())}/trigger_fs_error`, 'drill');
  }

  /** Takes it out, repairs it and puts it in again. */
  async repair(): Promise<void> {
    const inKernel = `/sys/fs/ext4/${basename(await this.#device())}`;
    await unmount(this.path);
    // A file system that somebody still holds, if only by an open file, may write what the repair does not expect.
    await until(() => !existsSync(inKernel), 'nobody holds the disk any more', 30_000);
    // Files without a name, as running segments are at first, leave it a list of orphans that it repairs only when told to.
    const check = await execa('e2fsck', ['-fy', this.image], { reject: false });
    if ((check.exitCode ?? 8) > 1) throw new Error(`e2fsck: ${check.stdout} ${check.stderr}`);
    await this.#mount();
  }

  /**
   * What a power cut would leave; resolves with its instant (monotonic). Nothing reaches the disk while it is copied: a
   * copy of a disk that goes on would hold later writes without earlier ones, which no power cut leaves. Only what the device
   * holds is read, holes are not, so that it is held up for some hundredths of a second.
   */
  async copyTo(path: string): Promise<{ readonly cutUs: number }> {
    if (!(await LoopDisk.canBeSlow())) {
      await execa('cp', ['--sparse=auto', this.image, path]);
      return { cutUs: systemClock.monoUs() };
    }
    await this.slowDown(HELD);
    try {
      const cutUs = systemClock.monoUs();
      await execa('cp', ['--sparse=auto', this.image, path]);
      return { cutUs };
    } finally {
      await this.slowDown(null);
    }
  }

  async #mount(): Promise<void> {
    await execa('mount', ['-o', 'loop,errors=remount-ro', this.image, this.path]);
    await this.#scene.defer(() => unmount(this.path));
  }

  async #device(): Promise<string> {
    return (await execa('findmnt', ['-fnro', 'SOURCE', '--mountpoint', this.path, '--types', 'ext4'])).stdout.trim();
  }
}

/** Takes off what is mounted last, also when somebody still has a file open there. */
export async function unmount(path: string): Promise<void> {
  let isDone = false;
  await until(async () => (isDone = (await execa('umount', [path], { reject: false })).exitCode === 0), `${path} is unmounted`, 3000).catch(() => undefined);
  if (!isDone) await execa('umount', ['-l', path], { reject: false });
}
