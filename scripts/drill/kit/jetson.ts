/** Cameras that fail as NVIDIA's camera stack does: the stand-in plugin reads what is wrong from a file, also while it runs. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Rig } from '../../../test/support/rig.js';
import type { Scene } from './scene.js';

const STAND_INS = resolve(import.meta.dirname, '..', '..', '..', 'native-test');

export interface BreakableRig {
  readonly rig: Rig;
  /** Empty heals. The words are those of native/README.md. */
  readonly breakWith: (fault: string) => Promise<void>;
}

export async function breakableRig(scene: Scene, env: Readonly<Record<string, string>> = {}): Promise<BreakableRig> {
  const faultFile = join(await scene.folder(), 'fault');
  const rig = await scene.rig({
    env: {
      GST_PLUGIN_PATH: STAND_INS,
      TOUCHLINE_PROFILE: 'jetson-x264',
      TOUCHLINE_VIDEO_WIDTH: '640',
      TOUCHLINE_VIDEO_HEIGHT: '360',
      TOUCHLINE_TEST_JETSON_FAULT_FILE: faultFile,
      ...env,
    },
  });
  return { rig, breakWith: (fault) => writeFile(faultFile, fault) };
}
