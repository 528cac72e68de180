import type { Config } from '../config/config.js';
import { configFileOf, DEFAULT_CONFIG_FILE, type LoadedConfig, type LoadOptions } from '../config/load.js';
import type { RigSettings } from './settings.js';

const BYTES_PER_GB = 1024 ** 3;

interface Asked {
  readonly configFile: string | null;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** Reads the configuration that the daemon reads; throws what `load` throws. */
export async function loadRigSettings(options: Asked, load: (options: LoadOptions) => Promise<LoadedConfig>): Promise<RigSettings> {
  const { env, cwd } = options;
  const file = configFileOf({ option: options.configFile ?? undefined, env, cwd, defaultPath: DEFAULT_CONFIG_FILE });
  const { config } = await load({ file, env, cwd });
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
    config,
  };
}
