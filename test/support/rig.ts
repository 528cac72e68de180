/**
 * A rig for tests and drills: the real daemon with its camera hosts, in folders and on a port of its own. Everything
 * it starts is ended by `dispose`, by pid.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from '#execa';
import { Type } from '#typebox';
import { identityPath } from '../../src/camera/protocol.js';
import { parseSegmentName } from '../../src/camera/segment-names.js';
import { systemClock } from '../../src/lib/clock.js';
import { readJsonFile } from '../../src/lib/durable-file.js';
import { DAEMON_ENVIRONMENT, NODE_FLAGS } from '../../src/lib/node-flags.js';
import { isAlive, killIfSame, ProcessIdentitySchema, type ProcessIdentity } from '../../src/lib/process-identity.js';
import { compileSchema } from '../../src/lib/schema.js';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const READY_MS = 20_000;
const END_MS = 30_000;
const identityFile = compileSchema(ProcessIdentitySchema);
const anything = compileSchema(Type.Unknown());

// Tests look into answers whose shape is checked by the contract's own tests.
export type Answer = { readonly status: number; readonly body: Json };
export type Json = { readonly [key: string]: Json } & { readonly [index: number]: Json } & JsonValue;
type JsonValue = { valueOf(): unknown };

export interface RigOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of an earlier rig, to start a daemon on what that one left. */
  readonly folder?: string;
  readonly cameras?: readonly number[];
  /** A command, with arguments, that becomes the daemon: what follows them is the daemon's own command. */
  readonly through?: readonly string[];
}

export class Rig {
  readonly folder: string;
  readonly recordingsDir: string;
  readonly runtimeDir: string;
  readonly stateDir: string;
  readonly #options: RigOptions;
  #daemon: ChildProcess | null = null;
  #url = '';
  #output = '';

  private constructor(folder: string, options: RigOptions) {
    this.folder = folder;
    this.#options = options;
    this.recordingsDir = options.env?.['TOUCHLINE_RECORDINGS_DIR'] ?? join(folder, 'recordings');
    this.runtimeDir = join(folder, 'run');
    this.stateDir = join(folder, 'state');
  }

  static async start(options: RigOptions = {}): Promise<Rig> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'touchline-rig-')));
    await mkdir(folder, { recursive: true });
    const rig = new Rig(folder, options);
    try {
      await rig.startDaemon();
    } catch (error) {
      await rig.dispose();
      throw error;
    }
    return rig;
  }

  get url(): string {
    return this.#url;
  }

  get pid(): number {
    return this.#daemon?.pid ?? 0;
  }

  /** What the daemon printed and logged so far. */
  get output(): string {
    return this.#output;
  }

  /** Starts a daemon in this rig's folders; resolves when it accepts requests, rejects with its output when it ends. */
  async startDaemon(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const [command = process.execPath, ...args] = [...(this.#options.through ?? []), process.execPath, ...NODE_FLAGS, join(ROOT, 'build/src/cli/touchline.js'), 'serve'];
    const daemon = spawn(command, args, {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...DAEMON_ENVIRONMENT, ...this.environment(), ...env },
    });
    this.#daemon = daemon;
    this.#output = '';
    const take = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    daemon.stdout.on('data', take);
    daemon.stderr.on('data', take);
    const address = (): string | null => /address\s+(http:\/\/\S+)/.exec(this.#output)?.[1] ?? null;
    const isReadyOrOver = (): boolean => {
      if (daemon.exitCode !== null || daemon.signalCode !== null) {
        throw new Error(`the daemon ended with ${daemon.exitCode ?? daemon.signalCode}:\n${this.#output}`);
      }
      return address() !== null;
    };
    await until(isReadyOrOver, 'the daemon is ready', READY_MS, () => this.#output);
    this.#url = address() ?? '';
  }

  environment(): Record<string, string> {
    return {
      TOUCHLINE_PORT: '0',
      TOUCHLINE_RECORDINGS_DIR: this.recordingsDir,
      TOUCHLINE_STATE_DIR: this.stateDir,
      TOUCHLINE_RUNTIME_DIR: this.runtimeDir,
      TOUCHLINE_RECORDING_MIN_FREE_GB: '0',
      TOUCHLINE_RECORDING_RESERVE_MB: '0',
      TOUCHLINE_RECORDING_QUALITY: 'fast',
      // Tests load the machine; whether a rig gives way to that is tested where it is meant.
      TOUCHLINE_MONITOR_MODE: 'on',
      TOUCHLINE_RECORDING_OVERLOAD_GUARD_ENABLED: 'false',
      // In the rig's own folder, so that nothing is left in memory when a test kills what would tidy up.
      TOUCHLINE_HLS_DIR: join(this.runtimeDir, 'pictures'),
      NO_COLOR: '1',
      ...this.#options.env,
    };
  }

  async get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  async post(path: string, body: unknown): Promise<Answer> {
    return this.request('POST', path, body);
  }

  async delete(path: string): Promise<Answer> {
    return this.request('DELETE', path);
  }

  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const parsed = anything.parseJson(await response.text());
    return { status: response.status, body: (parsed.ok ? parsed.value : null) as Json };
  }

  /** Starts a recording and fails loudly when it does not start. */
  async record(matchId: string, extra: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const answer = await this.post('/api/v1/recording', { match_id: matchId, ...extra });
    if (answer.body['success']?.valueOf() !== true) throw new Error(`start failed: ${JSON.stringify(answer.body)}\n${this.#output}`);
    return answer;
  }

  async stop(): Promise<Answer> {
    return this.delete('/api/v1/recording?force=true');
  }

  async hostIdentity(camera: number): Promise<ProcessIdentity | null> {
    const file = await readJsonFile(identityPath(this.runtimeDir, camera), identityFile);
    return 'value' in file && isAlive(file.value) ? file.value : null;
  }

  async signalHost(camera: number, signal: NodeJS.Signals): Promise<ProcessIdentity> {
    const identity = await this.hostIdentity(camera);
    if (identity === null || !killIfSame(identity, signal)) throw new Error(`there is no host of camera ${camera}`);
    return identity;
  }

  signalDaemon(signal: NodeJS.Signals): void {
    this.#daemon?.kill(signal);
  }

  /** Kills the daemon as a crash would; the hosts stay. */
  async crashDaemon(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends the daemon as Ctrl-C would. */
  async endDaemon(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  segmentsDir(matchId: string): string {
    return join(this.recordingsDir, matchId, 'segments');
  }

  /** Segments of one camera, in name order. */
  async segments(matchId: string, camera: number): Promise<string[]> {
    const names = await readdir(this.segmentsDir(matchId)).catch(() => []);
    return names.filter((name) => parseSegmentName(name)?.camera === camera).sort();
  }

  async manifest(matchId: string): Promise<Json> {
    const text = await readFile(join(this.recordingsDir, matchId, 'match.json'), 'utf8');
    const parsed = anything.parseJson(text);
    if (!parsed.ok) throw new Error('match.json is no JSON');
    return parsed.value as Json;
  }

  async journal(matchId: string, camera: number): Promise<Json[]> {
    const text = await readFile(join(this.recordingsDir, matchId, `cam${camera}.journal.ndjson`), 'utf8');
    return text
      .trim()
      .split('\n')
      .flatMap((line) => {
        const parsed = anything.parseJson(line);
        return parsed.ok ? [parsed.value as Json] : [];
      });
  }

  /** Ends everything that belongs to this rig and removes its folder. */
  async dispose(): Promise<void> {
    if (this.#daemon !== null && this.#daemon.exitCode === null && this.#daemon.signalCode === null) {
      this.#daemon.kill('SIGCONT');
      await this.#end('SIGTERM').catch(() => undefined);
    }
    for (const camera of this.#options.cameras ?? [0, 1]) {
      const host = await this.hostIdentity(camera);
      if (host !== null) killIfSame(host, 'SIGKILL');
    }
    // A host that was killed just now may still leave a file behind.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const daemon = this.#daemon;
    if (daemon === null || daemon.exitCode !== null || daemon.signalCode !== null) return daemon?.exitCode ?? null;
    const exit = new Promise<number | null>((done) => daemon.once('exit', (code) => done(code)));
    daemon.kill(signal);
    const timer = setTimeout(() => daemon.kill('SIGKILL'), END_MS);
    const code = await exit;
    clearTimeout(timer);
    return code;
  }
}

/** Waits for a condition; rejects with its name after `limitMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 15_000,
  detail: () => string = () => '',
): Promise<void> {
  const deadline = systemClock.monoMs() + limitMs;
  while (!(await condition())) {
    if (systemClock.monoMs() > deadline) throw new Error(`waited ${limitMs} ms in vain: ${what}\n${detail()}`);
    await systemClock.sleepMs(20);
  }
}

/** Frames that a player finds in a file, finalised or not; 0 when it finds none. */
export async function framesIn(path: string): Promise<number> {
  const probe = await execa(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', path],
    { reject: false, stdin: 'ignore' },
  );
  const frames = Number.parseInt(String(probe.stdout), 10);
  return Number.isFinite(frames) ? frames : 0;
}
