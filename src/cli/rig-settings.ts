import type { Config } from '../config/config.js';
import { configFileOf, loadConfig } from '../config/load.js';
import type { RigSettings } from './settings.js';

/** Where the daemon looks when nobody names a file, below the folder in which it is started. */
const DEFAULT_FILE = 'var/touchline.json';
const BYTES_PER_GB = 1024 ** 3;

/** Reads the configuration as the daemon would; throws everything that is wrong with it. */
export async function loadRigSettings(options: {
  readonly configFile: string | null;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}): Promise<RigSettings> {
  const { env, cwd } = options;
  const file = configFileOf({ option: options.configFile ?? undefined, env, cwd, defaultPath: DEFAULT_FILE });
  const { config } = await loadConfig({ file, env, cwd });
  return toRigSettings(config, cwd);
}

function toRigSettings(config: Config, cwd: string): RigSettings {
  return {
    host: config.host,
    port: config.port,
    profile: config.profile,
    sources: config.sources,
    recordingsDir: config.recordingsDir,
    stateDir: config.stateDir,
    runtimeDir: config.runtimeDir,
    sourcesBase: cwd,
    minFreeGb: config.recordingMinFreeBytes / BYTES_PER_GB,
    quality: config.recordingQuality,
    cameras: config.cameras.map((_camera, index) => index),
    cameraRequest: (index) => {
      const camera = config.cameras[index === 0 ? 0 : 1];
      return {
        crop: camera.crop,
        rotation: camera.rotationDegrees,
        exposureCompensation: camera.exposureCompensation,
        video: config.video,
        bitrateKbps: config.recordingBitrateKbps,
        segmentSeconds: config.recordingSegmentMs / 1000,
      };
    },
  };
}
