import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { mem } from 'systeminformation';
import type { Clock } from '../lib/clock.js';
import { type CpuClock, CpuClocks } from './cpu-clocks.js';
import { parsePowerMode, type PowerMode, UNKNOWN_POWER_MODE } from './jetson.js';
import { RepeatedFault } from './repeated-fault.js';
import { SamplingLoop } from './sampling-loop.js';
import { readZonesCelsius } from './thermal.js';

/** Power, clocks, temperatures and memory. What cannot be read is empty, zero or `Unknown`. */
export interface BoardReading {
  readonly powerMode: PowerMode;
  readonly cpus: readonly CpuClock[];
  readonly zonesCelsius: readonly number[];
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
}

/** Where the kernel and nvpmodel show themselves. */
export interface BoardRoots {
  readonly sysDir: string;
  readonly nvpmodelDir: string;
}

export interface BoardSamplerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly roots?: Partial<BoardRoots>;
}

const ROOTS: BoardRoots = { sysDir: '/sys', nvpmodelDir: '/var/lib/nvpmodel' };
const WATCHED_INTERVAL_MS = 3000;
const IDLE_INTERVAL_MS = 15_000;
/** Somebody who asks again within this time is watching. */
const WATCHED_FOR_MS = 30_000;

const NOTHING: BoardReading = { powerMode: UNKNOWN_POWER_MODE, cpus: [], zonesCelsius: [], memory: { totalBytes: 0, availableBytes: 0 } };

/**
 * Reads the board in the background, often while somebody watches and seldom otherwise, so that a request gets an
 * answer at once and a sensor that hangs holds up the sampler alone. Starts no processes: `currentLoad` and
 * `cpuTemperature` of systeminformation run shells synchronously (100 ms in which the daemon does nothing else), so
 * load comes from SystemSampler and temperatures from sysfs.
 */
export class BoardSampler {
  readonly #clock: Clock;
  readonly #roots: BoardRoots;
  readonly #clocks: CpuClocks;
  readonly #fault: RepeatedFault;
  readonly #loop: SamplingLoop;
  #latest: BoardReading = NOTHING;
  #sampledAtMs = Number.NEGATIVE_INFINITY;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #nap = new AbortController();

  constructor(options: BoardSamplerOptions) {
    this.#clock = options.clock;
    this.#roots = { ...ROOTS, ...options.roots };
    this.#clocks = new CpuClocks(this.#roots.sysDir);
    this.#fault = new RepeatedFault(options.clock, options.log, 'the board cannot be read');
    this.#loop = new SamplingLoop({ sample: () => this.#sample(), pause: () => this.#pause() });
  }

  /** The newest reading, at once. The first question after a pause gets an old one and has a new one taken. */
  latest(): BoardReading {
    this.#askedAtMs = this.#clock.monoMs();
    if (this.#askedAtMs - this.#sampledAtMs > WATCHED_INTERVAL_MS) this.#nap.abort();
    return this.#latest;
  }

  /** The newest reading without counting as somebody who watches. */
  peek(): BoardReading {
    return this.#latest;
  }

  /** Begins sampling; resolves with the first reading. Repeated calls do nothing. */
  start(): Promise<void> {
    return this.#loop.start();
  }

  /** Ends sampling without waiting for a sensor that hangs. */
  async stop(): Promise<void> {
    const stopped = this.#loop.stop();
    this.#nap.abort();
    await stopped;
  }

  /** Until the next sample is due, or somebody begins to watch. */
  async #pause(): Promise<void> {
    this.#nap = new AbortController();
    const isWatched = this.#clock.monoMs() - this.#askedAtMs < WATCHED_FOR_MS;
    await this.#clock.sleepMs(isWatched ? WATCHED_INTERVAL_MS : IDLE_INTERVAL_MS, this.#nap.signal).catch(() => undefined);
  }

  /** Never rejects. */
  async #sample(): Promise<void> {
    try {
      const status = await readFile(`${this.#roots.nvpmodelDir}/status`, 'latin1').catch(() => '');
      const cpus = await this.#clocks.read();
      const zonesCelsius = await readZonesCelsius(this.#roots.sysDir);
      const { total, available } = await mem();
      this.#latest = { powerMode: parsePowerMode(status), cpus, zonesCelsius, memory: { totalBytes: total, availableBytes: available } };
      this.#fault.cleared();
    } catch (error) {
      this.#fault.occurred(error);
    }
    this.#sampledAtMs = this.#clock.monoMs();
  }
}
