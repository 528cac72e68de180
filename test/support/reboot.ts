/** A power cut, as far as a test can have one without ending the machine: everything dies at once, and the next boot has another id. */
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../src/lib/process-identity.js';
import { until, type Rig } from './rig.js';

const OTHER_BOOT = '00000000-0000-4000-8000-00000000000';

/** Kills daemon and hosts at one moment. */
export async function killAll(rig: Rig): Promise<void> {
  const hosts = await Promise.all([rig.signalHost(0, 'SIGKILL'), rig.signalHost(1, 'SIGKILL'), rig.crashDaemon().then(() => null)]);
  await until(() => hosts.every((host) => host === null || !isAlive(host)), 'everything is dead');
  // A daemon that died a moment later may have started hosts anew.
  for (const camera of [0, 1]) {
    const late = await rig.hostIdentity(camera);
    if (late !== null) await rig.signalHost(camera, 'SIGKILL');
  }
}

export interface PowerCut {
  /** How long ago it was by the clock of the next boot; negative: the clock of that boot is behind. */
  readonly secondsAgo?: number;
  readonly matchId: string;
  /** To tell several of one test apart. */
  readonly number?: number;
}

/** Leaves the rig as the next boot would find it; start the daemon afterwards. */
export async function cutPower(rig: Rig, { secondsAgo = 0, matchId, number = 1 }: PowerCut): Promise<void> {
  await killAll(rig);
  const boot = `${OTHER_BOOT}${number}`;
  const earlier = (text: string): string =>
    text
      .replace(/"bootId":"(?!00000000)[^"]+"/g, `"bootId":"${boot}"`)
      .replace(/"(epochMs|startedEpochMs)":(\d+(?:\.\d+)?)/g, (_all, key: string, value: string) => `"${key}":${Number(value) - secondsAgo * 1000}`);
  const journals = [0, 1].map((camera) => join(rig.recordingsDir, matchId, `cam${camera}.journal.ndjson`));
  const files = [join(rig.stateDir, 'recording.json'), join(rig.stateDir, 'recording.alive.json'), ...[0, 1].map((camera) => join(rig.runtimeDir, `camera${camera}.intent.json`)), ...journals];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) await writeFile(file, earlier(text));
  }
  for (const name of await readdir(rig.segmentsDir(matchId)).catch(() => [])) {
    const then = new Date(Date.now() - secondsAgo * 1000);
    await utimes(join(rig.segmentsDir(matchId), name), then, then);
  }
}
