/** Keeps camera processes running as a service manager does, for daemons that leave that to one. */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemClock } from '../../../src/lib/clock.js';
import { NODE_FLAGS } from '../../../src/lib/node-flags.js';
import type { Scene } from './scene.js';

const ROOT = resolve(import.meta.dirname, '..', '..', '..', '..');
const RESTART_MS = 100;

/** Environment of a daemon that starts no camera process and ends none. */
export const SUPERVISED = { TOUCHLINE_CAMERA_SUPERVISOR: 'systemd' };

/** Whether this version can be told so. */
export async function canBeSupervised(): Promise<boolean> {
  return (await readFile(join(ROOT, 'docs', 'touchline.schema.json'), 'utf8')).includes('"camera_supervisor"');
}

/** Starts the camera processes, and each again whenever it has ended, until the scene ends. */
export async function superviseCameras(scene: Scene, runtimeDir: string, cameras: readonly number[]): Promise<void> {
  await mkdir(runtimeDir, { recursive: true });
  for (const camera of cameras) void keep(scene, runtimeDir, camera).catch(() => undefined);
}

async function keep(scene: Scene, runtimeDir: string, camera: number): Promise<void> {
  while (!scene.signal.aborted) {
    const host = await scene.spawn(process.execPath, [...NODE_FLAGS, join(ROOT, 'build/src/camera/host/main.js'), '--camera', String(camera), '--runtime-dir', runtimeDir], {
      env: { ...process.env, GST_PLUGIN_PATH: join(ROOT, 'build', 'native'), UV_THREADPOOL_SIZE: '16' },
    });
    await ended(host);
    await systemClock.sleepMs(RESTART_MS, scene.signal);
    if (!existsSync(runtimeDir)) return;
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((done) => child.once('exit', () => done()));
}
