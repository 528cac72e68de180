import { join, resolve } from 'node:path';
import { isObject, type JsonObject } from '../lib/json-schema.js';
import { type Config, toConfig } from './config.js';
import { type Env, envLayer } from './env-layer.js';
import { type FileLayer, readFileLayer } from './file-layer.js';
import type { ConfigViolation, Layer, Origin } from './layer.js';
import { resolvePaths } from './paths.js';
import { configError } from './report.js';
import { crossViolations } from './rules.js';
import type { WireConfig } from './schema.js';
import { completeConfig } from './validators.js';

/** Where a daemon looks when nobody names a file, below the folder in which it is started. */
export const DEFAULT_CONFIG_FILE = 'var/touchline.json';

export interface ConfigFile {
  readonly path: string;
  /** False for the default place, where no file means defaults. */
  readonly mustExist: boolean;
}

export interface LoadOptions {
  readonly file: ConfigFile;
  readonly env: Env;
  /** Absolute; relative paths of the environment and of the defaults begin here. */
  readonly cwd: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The same in the words of the file, complete and with absolute paths. */
  readonly wire: WireConfig;
  /** Where each value comes from, by dotted key path (`port`, `cameras.0.crop.left`). */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Whether there was a file to read. */
  readonly fileFound: boolean;
}

/** Which file to read: `--config`, then TOUCHLINE_CONFIG (both must exist), then the default place. */
export function configFileOf(options: {
  readonly option: string | undefined;
  readonly env: Env;
  readonly cwd: string;
  readonly defaultPath: string;
}): ConfigFile {
  const fromEnv = options.env['TOUCHLINE_CONFIG'];
  const named = options.option ?? (fromEnv === undefined || fromEnv.trim() === '' ? undefined : fromEnv);
  return { path: resolve(options.cwd, named ?? options.defaultPath), mustExist: named !== undefined };
}

/**
 * The configuration in force: defaults, overridden by the file, overridden by the environment.
 * Throws `invalid` / `config_invalid` with every broken rule of every source at once (the path of each violation begins
 * with the file or the variable), `not_found` / `config_missing` for a named file that is not there.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const file = await readFileLayer(options.file);
  const environment = envLayer(options.env, options.cwd);
  return combineLayers(file, environment, options.cwd);
}

/** Throws `config_invalid` as `loadConfig` does. */
export function combineLayers(file: FileLayer, environment: Layer, cwd: string): LoadedConfig {
  const brokenAlone = [...file.violations, ...environment.violations];
  // Rules between keys say nothing true while a layer is left out because of its own faults.
  if (brokenAlone.length > 0) throw configError(brokenAlone);
  const said = withOwnRecordings(mergeObjects(file.values, environment.values));
  const originOf = (path: readonly (string | number)[]): Origin =>
    environment.originOf(path) ?? file.originOf(path) ?? { kind: 'default' };

  const complete = completeConfig.assert(said, 'config_layers_inconsistent');
  // The defaults' paths are relative; those of the layers are absolute by now.
  const wire = completeConfig.assert(resolvePaths(complete, cwd), 'config_layers_inconsistent');
  const brokenTogether = crossViolations(wire).map((violation): ConfigViolation => {
    return { origin: originOf(violation.path), violation };
  });
  if (brokenTogether.length > 0) throw configError(brokenTogether);

  const origins = new Map(leavesOf(wire).map((path): [string, Origin] => [path.join('.'), originOf(path)]));
  return { config: toConfig(wire), wire, origins, fileFound: file.found };
}

/** Whoever says where the state lies has a place of his own, and matches belong there, too. */
function withOwnRecordings(said: JsonObject): JsonObject {
  const { recordings_dir: recordings, state_dir: state } = said;
  return recordings !== undefined || typeof state !== 'string' ? said : { ...said, recordings_dir: join(state, 'recordings') };
}

/** Objects are merged key by key, everything else is replaced. */
function mergeObjects(below: JsonObject, above: JsonObject): JsonObject {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const existing = merged.get(key);
    merged.set(key, isObject(existing) && isObject(value) ? mergeObjects(existing, value) : value);
  }
  return Object.fromEntries(merged);
}

function leavesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (!isObject(value)) return [path];
  const below = Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
  return below.length === 0 && path.length > 0 ? [path] : below;
}
