/** The machine after a power cut: another boot id, an empty runtime folder, and the disk as the cut left it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import Type from '#typebox';
import { readJsonFile } from '../../../src/lib/durable-file.js';
import { compileSchema } from '../../../src/lib/schema.js';
import type { Rig } from '../../../test/support/rig.js';
import type { Scene } from './scene.js';

const identity = compileSchema(Type.Object({ pid: Type.Integer(), startTicks: Type.Integer() }));

/**
 * Starts a daemon that sees `copy` in the place of `disk`. The kernel's boot id is covered in the mount namespace of
 * this daemon and its camera processes, and nowhere else.
 */
export async function bootOn(scene: Scene, disk: string, copy: string, env: Readonly<Record<string, string>>): Promise<Rig> {
  const folder = await scene.folder();
  const bootFile = join(folder, 'boot-id');
  await writeFile(bootFile, `${randomUUID()}\n`);
  const script = 'mount --bind "$1" "$2" && mount --bind "$3" /proc/sys/kernel/random/boot_id && shift 3 && exec "$@"';
  const through = ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', script, 'boot', copy, disk, bootFile];
  await scene.defer(() => killHosts(join(folder, 'run')));
  return scene.rig({ folder, env, through });
}

/** Their boot id is not ours, so that the rig itself takes them for somebody else's. */
async function killHosts(runtimeDir: string): Promise<void> {
  for (const name of await readdir(runtimeDir).catch(() => [])) {
    if (!name.endsWith('.pid.json')) continue;
    const file = await readJsonFile(join(runtimeDir, name), identity);
    if (!('value' in file)) continue;
    const stat = await readFile(`/proc/${file.value.pid}/stat`, 'latin1').catch(() => '');
    const startTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    if (startTicks === file.value.startTicks) process.kill(file.value.pid, 'SIGKILL');
  }
}
