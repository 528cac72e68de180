import { watch as watchFiles } from 'chokidar';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { asTouchlineError, TouchlineError } from '../errors.js';
import { Exclusive } from '../lib/exclusive.js';
import { toConfig } from './config.js';
import { isLive, topLevelKeys } from './keys.js';
import { type LoadedConfig, loadConfig, type LoadOptions } from './load.js';
import { crossViolations } from './rules.js';
import type { WireConfig } from './schema.js';
import { completeConfig } from './validators.js';

/** What an accepted edit means for the running daemon. */
export interface ConfigChange {
  /** In force from now on: keys that need a restart keep their running values. */
  readonly active: LoadedConfig;
  /** Live keys that have other values than before. */
  readonly applied: readonly string[];
  /** Keys whose values in the file differ from the running ones until the daemon starts again. */
  readonly needRestart: readonly string[];
}

export interface WatchOptions {
  readonly load: LoadOptions;
  /** What the daemon was started with. */
  readonly running: LoadedConfig;
  /** An edit was accepted. Also called without applied keys when the set of waiting keys has changed. */
  readonly onChange: (change: ConfigChange) => void;
  /** An edit was refused; nothing has changed. */
  readonly onRejected: (error: TouchlineError) => void;
  /** A file counts as written once its size has not changed for so long. */
  readonly settleMs?: number;
}

export interface ConfigWatcher {
  /** The configuration in force. */
  active(): LoadedConfig;
  close(): Promise<void>;
}

const SETTLE_MS = 200;
const POLL_MS = 50;

/**
 * Follows edits of the configuration file; resolves once it watches. The file may be written in place, replaced by a
 * rename or appear later; a link is followed. A broken or vanished file keeps the running configuration.
 */
export async function watchConfig(options: WatchOptions): Promise<ConfigWatcher> {
  const reload = new Reload(options);
  const reloads = new Exclusive();
  const path = options.load.file.path;
  const target = await realpath(path).catch(() => path);
  const watched = new Set([path, target]);
  // The folders, because a watch on the file itself ends with the inode that a rename replaces.
  const folders = new Set([dirname(path), dirname(target)]);
  const watcher = watchFiles([...folders], {
    depth: 0,
    ignoreInitial: true,
    ignored: (candidate) => !watched.has(candidate) && !folders.has(candidate),
    awaitWriteFinish: { stabilityThreshold: options.settleMs ?? SETTLE_MS, pollInterval: POLL_MS },
  });
  const onEvent = (event: string, candidate: string): void => {
    if (!watched.has(candidate) || !['add', 'change', 'unlink'].includes(event)) return;
    void reloads.run(() => reload.run());
  };
  watcher.on('all', onEvent);
  watcher.on('error', (thrown) => options.onRejected(asTouchlineError(thrown, 'config_watch_failed')));
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  // An edit between the start of the daemon and the first watch.
  await reloads.run(() => reload.run());
  return {
    active: () => reload.active,
    close: async () => {
      await watcher.close();
      await reloads.idle();
    },
  };
}

/** Owns what is in force and what waits for a restart. */
class Reload {
  readonly #options: WatchOptions;
  #active: LoadedConfig;
  #needRestart: readonly string[] = [];
  #reported: string | null = null;
  #fileFound: boolean;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#active = options.running;
    this.#fileFound = options.running.fileFound;
  }

  get active(): LoadedConfig {
    return this.#active;
  }

  async run(): Promise<void> {
    const { load, onChange, onRejected } = this.#options;
    let edited: LoadedConfig;
    try {
      edited = await loadConfig(load);
      this.#refuseIfGone(edited);
      this.#fileFound = edited.fileFound;
      this.#reported = null;
    } catch (thrown) {
      const error = asTouchlineError(thrown, 'config_reload_failed');
      // Editors cause several events for one edit: the same fault is reported once.
      if (this.#reported !== error.message) onRejected(error);
      this.#reported = error.message;
      return;
    }
    const { applied, needRestart, wire } = split(this.#active.wire, edited.wire);
    if (applied.length === 0 && isDeepStrictEqual(needRestart, this.#needRestart)) return;
    this.#needRestart = needRestart;
    if (applied.length > 0) {
      this.#active = { ...edited, config: toConfig(wire), wire };
    }
    onChange({ active: this.#active, applied, needRestart });
  }

  /** The file at the default place may be missing at a start; while running, its loss must not reset the rig. */
  #refuseIfGone(edited: LoadedConfig): void {
    if (edited.fileFound || !this.#fileFound) return;
    throw new TouchlineError({
      kind: 'not_found',
      code: 'config_vanished',
      message: `${this.#options.load.file.path} is gone; the configuration in force stays until the next start`,
    });
  }
}

/** Takes live keys from the edit and leaves the others; what must not be mixed waits for the restart as a whole. */
function split(active: WireConfig, edited: WireConfig): { applied: string[]; needRestart: string[]; wire: WireConfig } {
  const before = new Map<string, unknown>(Object.entries(active));
  const after = new Map<string, unknown>(Object.entries(edited));
  const changed = topLevelKeys().filter((key) => !isDeepStrictEqual(before.get(key), after.get(key)));
  const applied = changed.filter(isLive);
  const mixed = [...before].map(([key, value]): [string, unknown] => [key, applied.includes(key) ? after.get(key) : value]);
  const wire = completeConfig.assert(Object.fromEntries(mixed), 'config_layers_inconsistent');
  if (crossViolations(wire).length > 0) return { applied: [], needRestart: changed, wire: active };
  return { applied, needRestart: changed.filter((key) => !isLive(key)), wire };
}
