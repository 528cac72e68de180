import type { Config } from '../config/config.js';
import { configFileOf, DEFAULT_CONFIG_FILE, loadConfig } from '../config/load.js';
import type { RigSettings } from './settings.js';

const BYTES_PER_GB = 1024 ** 3;

/** Reads the configuration as the daemon would; throws everything that is wrong with it. */
export async function loadRigSettings(options: {
  readonly configFile: string | null;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}): Promise<RigSettings> {
  const { env, cwd } = options;
  const file = configFileOf({ option: options.configFile ?? undefined, env, cwd, defaultPath: DEFAULT_CONFIG_FILE });
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
    config,
  };
}
