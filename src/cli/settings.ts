import type { Quality, RecordingRequest } from '../pipelines/index.js';

/** What the command line needs to know of the configuration. Folders are absolute. */
export interface RigSettings {
  readonly host: string;
  readonly port: number;
  /** As configured; which profile that means, together with the sources, `chooseProfile` says. */
  readonly profile: string;
  readonly sources: readonly string[] | null;
  readonly recordingsDir: string;
  readonly stateDir: string;
  readonly runtimeDir: string;
  /** Base of relative sources. */
  readonly sourcesBase: string;
  readonly minFreeGb: number;
  readonly quality: Quality;
  /** Camera numbers of the rig. */
  readonly cameras: readonly number[];
  /** What is configured for one camera, apart from profile, quality and source. */
  readonly cameraRequest: (camera: number) => Omit<RecordingRequest, 'profile' | 'camera' | 'quality' | 'source'>;
}
