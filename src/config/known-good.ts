/**
 * The newest configuration file that a daemon ran with, kept in the state folder. A file that a power cut or a hurried edit
 * left half-written must not keep a rig from filming: the next start then takes what is kept here. Whoever watches the file
 * (watch.ts) tells of the fault, as of an edit that is refused while the daemon runs.
 */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Type } from '#typebox';
import { TouchlineError } from '../errors.js';
import { readJsonFile, writeFileDurably } from '../lib/durable-file.js';
import { compileSchema } from '../lib/schema.js';
import { type FileLayer, parseFileLayer, readFileLayer } from './file-layer.js';
import { combineLayers, loadConfig, type LoadedConfig, type LoadOptions } from './load.js';
import { envLayer } from './env-layer.js';

const kept = compileSchema(Type.Object({ v: Type.Literal(1), path: Type.String(), values: Type.Record(Type.String(), Type.Unknown()) }));

/**
 * As `loadConfig`, but where the file cannot be used the one that was kept from it is. Throws what `loadConfig` throws when
 * none was, when a file that was named is missing, and when the fault is in the environment.
 */
export async function loadConfigForStart(load: LoadOptions): Promise<LoadedConfig> {
  try {
    return await loadConfig(load);
  } catch (thrown) {
    const isMissing = thrown instanceof TouchlineError && thrown.kind === 'not_found';
    const loaded = isMissing ? null : await loadKept(load);
    if (loaded === null) throw thrown;
    return loaded;
  }
}

/** Keeps the file as it is now, if it can be used. Rejects when the state folder refuses. */
export async function keepConfig(load: LoadOptions, stateDir: string): Promise<void> {
  const usable = await usableFile(load);
  if (usable === null) return;
  const content = { v: 1, path: load.file.path, values: usable.values };
  const before = await readJsonFile(keptIn(stateDir), kept);
  if ('value' in before && isDeepStrictEqual(before.value, content)) return;
  await writeFileDurably(keptIn(stateDir), JSON.stringify(content), { mode: 0o600 });
}

/** Null where nothing was kept of this file, or where it fits no more. */
async function loadKept(load: LoadOptions): Promise<LoadedConfig | null> {
  try {
    const environment = envLayer(load.env, load.cwd);
    // Where the state lies may stand in the very file that cannot be read; then nothing is found.
    const { config } = combineLayers(parseFileLayer('{}', load.file.path), environment, load.cwd);
    const file = await readJsonFile(keptIn(config.stateDir), kept);
    if (!('value' in file) || file.value.path !== load.file.path) return null;
    return combineLayers(parseFileLayer(JSON.stringify(file.value.values), load.file.path), environment, load.cwd);
  } catch {
    return null;
  }
}

async function usableFile(load: LoadOptions): Promise<FileLayer | null> {
  try {
    const layer = await readFileLayer(load.file);
    if (!layer.found) return null;
    combineLayers(layer, envLayer(load.env, load.cwd), load.cwd);
    return layer;
  } catch {
    return null;
  }
}

function keptIn(stateDir: string): string {
  return join(stateDir, 'config.kept.json');
}
