/** What one drill works with and leaves behind: nothing. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/lib/clock.js';
import { Rig, type RigOptions } from '../../../test/support/rig.js';
import { Chance } from './random.js';

export interface SceneSettings {
  readonly seed: number;
  /** How often to break; null = as often as the drill itself says. */
  readonly count?: number | null;
  /** How long to go on; null = as long as the drill itself says. */
  readonly minutes?: number | null;
  /** Progress, for whoever watches. */
  readonly say?: (text: string) => void;
}

/** A drill looks at its signal at least this often, but for waits that its rig's end cuts short. */
const NOTICE_MS = 5000;

export class Scene {
  readonly chance: Chance;
  readonly #settings: SceneSettings;
  readonly #ended = new AbortController();
  readonly #undo: (() => unknown)[] = [];
  #disposal: Promise<void> | null = null;
  #isShortened = false;

  constructor(settings: SceneSettings) {
    this.#settings = settings;
    this.chance = new Chance(settings.seed);
  }

  count(usual: number): number {
    return this.#toldOr(usual, this.#settings.count);
  }

  minutes(usual: number): number {
    return this.#toldOr(usual, this.#settings.minutes);
  }

  /** True when the drill was told to break less, or for a shorter time, than it would by itself. */
  get isShortened(): boolean {
    return this.#isShortened;
  }

  /** Aborted as soon as the drill is to end. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  say(text: string): void {
    this.#settings.say?.(text);
  }

  /** Rejects at once when the drill is to end. */
  sleepMs(ms: number): Promise<void> {
    return systemClock.sleepMs(ms, this.signal);
  }

  /** Undone at the end, the newest first, whatever happens in between. Everything that is made goes through here. */
  async defer(undo: () => unknown): Promise<void> {
    this.#undo.push(undo);
    // Made in the moment in which the drill was ended.
    if (this.#disposal !== null) await this.#undoAll();
    this.signal.throwIfAborted();
  }

  async folder(below = tmpdir()): Promise<string> {
    const path = await mkdtemp(join(below, 'touchline-drill-'));
    await this.defer(() => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    return path;
  }

  async rig(options: RigOptions = {}): Promise<Rig> {
    const rig = await Rig.start(options);
    await this.defer(() => rig.dispose());
    return rig;
  }

  /** A process that is killed at the end, if it still runs then. */
  async spawn(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<ChildProcess> {
    const child = spawn(command, args, { stdio: 'ignore', ...options });
    // That it could not be started shows in what it does not do.
    child.on('error', () => undefined);
    await this.defer(() => endProcess(child));
    return child;
  }

  /** Ends the drill and undoes what it did. May be called at any moment, and more than once. */
  dispose(): Promise<void> {
    this.#ended.abort(new Error('the drill was ended'));
    this.#disposal ??= this.#undoAll();
    return this.#disposal;
  }

  /** The same for a drill that may be in the middle of something: what it makes until it notices is undone as well. */
  async end(drill: Promise<unknown>): Promise<void> {
    this.#ended.abort(new Error('the drill was ended'));
    const isOver = drill.then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([isOver, systemClock.sleepMs(NOTICE_MS)]);
    await this.dispose();
    await Promise.race([isOver, systemClock.sleepMs(NOTICE_MS)]);
    await this.#undoAll();
  }

  #toldOr(usual: number, told: number | null | undefined): number {
    this.#isShortened ||= told != null && told < usual;
    return told ?? usual;
  }

  async #undoAll(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        this.say(`could not be undone: ${String(error)}`);
      }
    }
  }
}

/** Kills the process, and resolves when it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await gone;
}
