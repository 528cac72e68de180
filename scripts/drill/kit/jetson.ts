/** Cameras that fail as NVIDIA's camera stack does: the stand-in plugin reads what is wrong from a file, also while it runs. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rig } from '../../../test/support/rig.js';
import { breakableJetsonEnv } from '../../../test/support/jetson-rig.js';
import type { Scene } from './scene.js';

export interface BreakableRig {
  readonly rig: Rig;
  /** Empty heals. The words are those of native/README.md. */
  readonly breakWith: (fault: string) => Promise<void>;
}

export async function breakableRig(scene: Scene, env: Readonly<Record<string, string>> = {}): Promise<BreakableRig> {
  const faultFile = join(await scene.folder(), 'fault');
  const rig = await scene.rig({
    env: {
      ...breakableJetsonEnv(faultFile),
      ...env,
    },
  });
  return { rig, breakWith: (fault) => writeFile(faultFile, fault) };
}
