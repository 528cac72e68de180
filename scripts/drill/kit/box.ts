/** The rig as it is installed on a box, by its own scripts and under a real systemd (test/support/machine.ts). */
import { join } from 'node:path';
import { Installed, Versions } from '../../../test/support/installed.js';
import { Machine } from '../../../test/support/machine.js';
import { until, type Rig } from '../../../test/support/rig.js';
import { CAMERAS } from './deaths.js';
import type { Scene } from './scene.js';

export interface Box {
  readonly machine: Machine;
  readonly rig: Installed;
  readonly versions: Versions;
  /** The version that is installed; others are made from it. */
  readonly first: string;
}

/** A box with the checkout on it, or why there can be none here. */
export async function installedBox(scene: Scene): Promise<Box | { readonly obstacle: string }> {
  const obstacle = await Machine.obstacle();
  if (obstacle !== null) return { obstacle };
  const versions = await Versions.create();
  await scene.defer(() => versions.dispose());
  const first = await versions.assemble('1.0.0');
  const machine = await Machine.create({ binds: [versions.bind], sizeGiB: 6 });
  await scene.defer(() => machine.dispose());
  await machine.write('/etc/touchline/touchline.json', JSON.stringify({ ...Installed.config, recording_segment_seconds: 5 }));
  await machine.boot();
  const rig = new Installed(machine, versions);
  // On a machine that is busy it may be healthy later than the installation waits.
  await rig.install(first, { mayFail: true });
  await until(() => rig.answers(), 'the installed daemon answers', 60_000);
  // Both cameras have run through once before anything is timed.
  await rig.record('before');
  await rig.recordFrames(30);
  await rig.stop();
  return { machine, rig, versions, first };
}

export function matchDir({ machine }: Box, match: string): string {
  return machine.path(join(Installed.config.recordings_dir, match));
}

/** For what looks at the files of a rig. */
export function filesOf(box: Box): Pick<Rig, 'segmentsDir' | 'output'> {
  return { segmentsDir: (match) => join(matchDir(box, match), 'segments'), output: '' };
}

/** The daemon answers and says that both cameras record. */
export async function isWholeOn({ rig }: Box): Promise<boolean> {
  const body = await rig.recording();
  const runs = (camera: number): boolean => body?.['cameras']?.[`camera_${camera}`]?.['state']?.valueOf() === 'running';
  return body?.['recording']?.valueOf() === true && body['degraded']?.valueOf() === false && runs(0) && runs(1);
}

/** Process that systemd has started for a unit; 0 while there is none. */
export async function mainPid({ machine }: Box, unit: string): Promise<number> {
  return Number((await machine.run(['systemctl', 'show', '--property=MainPID', '--value', unit])).stdout);
}

export function hostPids(box: Box): Promise<number[]> {
  return Promise.all(CAMERAS.map((camera) => mainPid(box, `touchline-camera@${camera}`)));
}

/** Sends a signal as a fault would, and answers with the process that got it. */
export async function signalUnit(box: Box, unit: string, signal: 'STOP' | 'KILL'): Promise<number> {
  const pid = await mainPid(box, unit);
  await box.machine.run(['kill', `-${signal}`, String(pid)]);
  return pid;
}

/** Rejects when it does not come back within the limit. */
export async function isBack(box: Box, limitMs: number): Promise<void> {
  await until(() => isWholeOn(box), 'the box records whole again', limitMs);
}
