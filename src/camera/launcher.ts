/**
 * Starts camera hosts where no service manager does, and kills the ones that hang. Hosts are detached: they survive
 * the daemon, and the next daemon finds them by their socket.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { readJsonFile } from '../lib/durable-file.js';
import { DAEMON_ENVIRONMENT, NODE_FLAGS } from '../lib/node-flags.js';
import { killIfSame, ProcessIdentitySchema } from '../lib/process-identity.js';
import { compileSchema } from '../lib/schema.js';
import { MANAGER_VARIABLES } from '../telemetry/service-notify.js';
import { identityPath } from './protocol.js';

const HOST_MAIN = fileURLToPath(new URL('./host/main.js', import.meta.url));
const MAX_LOG_BYTES = 8 * 1024 * 1024;
/** What is meant for the daemon alone. */
const NOT_ITS_OWN: NodeJS.ProcessEnv = Object.fromEntries([...MANAGER_VARIABLES, ...Object.keys(DAEMON_ENVIRONMENT)].map((name) => [name, undefined]));
const identityFile = compileSchema(ProcessIdentitySchema);

export interface HostLauncher {
  /** Hosts are started, spaced out and, at the end, ended by this daemon; otherwise by a service manager. */
  readonly startsHosts: boolean;
  /** Starts the host of a camera; that it came up shows in its socket. */
  launch(camera: number): void;
  /** Kills the host that left its identity in the runtime folder, if that very process still runs. */
  kill(camera: number): Promise<boolean>;
}

/** Kills the host that left its identity in the folder, if that very process still runs. */
export async function killHost(runtimeDir: string, camera: number): Promise<boolean> {
  const file = await readJsonFile(identityPath(runtimeDir, camera), identityFile);
  return 'value' in file && killIfSame(file.value, 'SIGKILL');
}

/** Hosts as detached processes of our own. */
export class DetachedLauncher implements HostLauncher {
  readonly startsHosts = true;
  readonly #runtimeDir: string;
  readonly #logDir: string;
  readonly #logLevel: string;
  readonly #pluginPath: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: Logger;

  constructor(options: {
    readonly runtimeDir: string;
    readonly logDir: string;
    readonly logLevel: string;
    /** Folders with our GStreamer plugins, colon separated. */
    readonly pluginPath: string;
    readonly env: NodeJS.ProcessEnv;
    readonly log: Logger;
  }) {
    this.#runtimeDir = options.runtimeDir;
    this.#logDir = options.logDir;
    this.#logLevel = options.logLevel;
    this.#pluginPath = options.pluginPath;
    this.#env = options.env;
    this.#log = options.log;
  }

  launch(camera: number): void {
    const logFile = this.#openLog(camera);
    try {
      // Not execa: nothing of this child is awaited, piped or cleaned up, it outlives us.
      const host = spawn(
        process.execPath,
        [...NODE_FLAGS, HOST_MAIN, '--camera', String(camera), '--runtime-dir', this.#runtimeDir, '--log-level', this.#logLevel],
        {
          detached: true,
          stdio: ['ignore', logFile ?? 'ignore', logFile ?? 'ignore'],
          // Each pipeline parks one libuv worker on its bus; file work needs others.
          env: { ...this.#env, ...NOT_ITS_OWN, GST_PLUGIN_PATH: this.#pluginPath, UV_THREADPOOL_SIZE: '16' },
        },
      );
      host.on('error', (error) => this.#log.error({ err: error, camera }, 'camera host cannot be started'));
      host.unref();
      this.#log.debug({ camera, pid: host.pid }, 'camera host started');
    } finally {
      if (logFile !== null) closeSync(logFile);
    }
  }

  kill(camera: number): Promise<boolean> {
    return killHost(this.#runtimeDir, camera);
  }

  /** Null when it cannot be opened: a camera records without a log. */
  #openLog(camera: number): number | null {
    const path = `${this.#logDir}/camera${camera}.log`;
    try {
      if (statSync(path).size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
    } catch {
      // There is no log yet.
    }
    try {
      return openSync(path, 'a', 0o644);
    } catch (error) {
      this.#log.error({ err: error, camera }, 'camera host starts without a log');
      return null;
    }
  }
}
