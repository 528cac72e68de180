/** Load from outside of the rig, bounded so that the machine stays usable. */
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../../../test/support/rig.js';
import type { Scene } from './scene.js';

const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';

/** Processes that do nothing but compute. */
export async function hogProcessors(scene: Scene, processes: number): Promise<ChildProcess[]> {
  const hogs: ChildProcess[] = [];
  for (let hog = 0; hog < processes; hog += 1) hogs.push(await scene.spawn(process.execPath, ['-e', 'for (;;);']));
  return hogs;
}

/** A group of processes that together may use so much memory; outside of it nobody feels the pressure. */
export class MemoryGroup {
  readonly #folder: string;
  readonly #members: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#members = join(folder, 'cgroup.procs');
  }

  /** Null where the kernel, or whoever started us, does not let us have one. */
  static async create(scene: Scene, limitBytes: number): Promise<MemoryGroup | null> {
    for (const [root, key] of [[V1, 'memory.limit_in_bytes'], [V2, 'memory.max']] as const) {
      const group = new MemoryGroup(join(root, `touchline-drill-${process.pid}-${scene.chance.next().toString(36).slice(2, 8)}`));
      try {
        if (root === V2) await writeFile(join(V2, 'cgroup.subtree_control'), '+memory');
        await mkdir(group.#folder);
        await scene.defer(() => group.#remove());
        await writeFile(join(group.#folder, key), String(limitBytes));
        return group;
      } catch {
        // The other version then, or none.
      }
    }
    return null;
  }

  async add(pid: number): Promise<void> {
    await writeFile(this.#members, String(pid));
  }

  /** Rejects when it is the whole machine's. */
  async usedBytes(): Promise<number> {
    const text = await readFile(join(this.#folder, 'memory.usage_in_bytes'), 'utf8').catch(() => readFile(join(this.#folder, 'memory.current'), 'utf8'));
    return Number(text);
  }

  /** Its processes are gone by now, or on their way. */
  async #remove(): Promise<void> {
    await until(() => rmdir(this.#folder).then(() => true, () => false), `${this.#folder} is removed`, 5000);
  }
}
