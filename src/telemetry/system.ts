import { readFile, statfs } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import { fileError } from '../lib/file-error.js';
import { PatientQuestion } from '../lib/patient-question.js';
import { type CpuTicks, cpuPercentBetween, parseCpuTicks, parseMemory } from './proc.js';
import { RepeatedFault } from './repeated-fault.js';
import { SamplingLoop } from './sampling-loop.js';

export interface DiskSample {
  /** What the daemon may still write; space reserved for root does not count. */
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** As df counts: used of what a user could use. */
  readonly usedPercent: number;
}

/** One reading of the machine. What could not be read is null. */
export interface SystemSample {
  readonly takenAtMonoMs: number;
  /** All processors together, 0-100, over the time since the sample before; null until there is one. */
  readonly cpuPercent: number | null;
  readonly memoryUsedPercent: number | null;
  readonly memoryAvailableBytes: number | null;
  /** The disk of the recordings; null when it cannot be read or is not mounted. */
  readonly disk: DiskSample | null;
  readonly diskError: string | null;
}

export interface SystemSamplerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly recordingsDir: string;
  /** Why the disk of the recordings is not there, for people; null when it is. Without it, what is at the folder is that disk. */
  readonly absence?: () => Promise<string | null>;
  readonly intervalMs?: number;
  /** Where /proc is mounted. */
  readonly procDir?: string;
}

const INTERVAL_MS = 2500;
/** For a disk that is asked how much room it has. */
const DISK_PATIENCE_MS = 2000;
/** The first CPU figure needs two readings; this is short enough to be there for the first request. */
const FIRST_INTERVAL_MS = 250;

/**
 * Reads processors, memory and the recordings disk in the background, so that a request gets an answer at once. A disk
 * that hangs is said not to answer, and the rest goes on. Starts no processes: three small reads per interval.
 */
export class SystemSampler {
  readonly #options: SystemSamplerOptions;
  readonly #diskFault: RepeatedFault;
  readonly #loop: SamplingLoop;
  readonly #disk: PatientQuestion<DiskSample | Error>;
  #latest: SystemSample | null = null;
  #ticks: CpuTicks | null = null;

  constructor(options: SystemSamplerOptions) {
    this.#options = options;
    this.#diskFault = new RepeatedFault(options.clock, options.log, 'recordings disk cannot be read');
    const { clock, recordingsDir, absence, intervalMs = INTERVAL_MS } = options;
    this.#disk = new PatientQuestion(clock, () => readDisk(recordingsDir, absence));
    this.#loop = new SamplingLoop({
      sample: () => this.#sample(),
      pause: (samples, signal) => clock.sleepMs(samples === 1 ? Math.min(FIRST_INTERVAL_MS, intervalMs) : intervalMs, signal).catch(() => undefined),
    });
  }

  /** The newest sample, at once; null before the first one. */
  latest(): SystemSample | null {
    return this.#latest;
  }

  /** Begins sampling; resolves with the first sample (without a CPU figure). Repeated calls do nothing. */
  start(): Promise<void> {
    return this.#loop.start();
  }

  /** Ends sampling without waiting for a disk that hangs. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Never rejects. */
  async #sample(): Promise<void> {
    const { clock, procDir = '/proc' } = this.#options;
    const [stat, meminfo, disk] = await Promise.all([
      readOrEmpty(`${procDir}/stat`),
      readOrEmpty(`${procDir}/meminfo`),
      this.#disk.ask(DISK_PATIENCE_MS, new Error('The recordings disk does not answer.')),
    ]);
    const ticks = parseCpuTicks(stat);
    const memory = parseMemory(meminfo);
    const cpuPercent = ticks === null || this.#ticks === null ? null : cpuPercentBetween(this.#ticks, ticks);
    this.#ticks = ticks;
    if (disk instanceof Error) this.#diskFault.occurred(disk);
    else this.#diskFault.cleared();
    this.#latest = {
      takenAtMonoMs: clock.monoMs(),
      cpuPercent: cpuPercent ?? this.#latest?.cpuPercent ?? null,
      memoryUsedPercent: memory === null ? null : ((memory.total - memory.available) / memory.total) * 100,
      memoryAvailableBytes: memory?.available ?? null,
      disk: disk instanceof Error ? null : disk,
      diskError: disk instanceof Error ? disk.message : null,
    };
  }
}

async function readOrEmpty(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}

async function readDisk(folder: string, absence: SystemSamplerOptions['absence']): Promise<DiskSample | Error> {
  try {
    // An empty mount point has the room of another disk.
    const missing = (await absence?.()) ?? null;
    if (missing !== null) return new Error(missing);
    const { bsize, blocks, bfree, bavail } = await statfs(folder);
    const usedBlocks = blocks - bfree;
    const usable = usedBlocks + bavail;
    return {
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      usedPercent: usable === 0 ? 100 : (usedBlocks / usable) * 100,
    };
  } catch (thrown) {
    return fileError(thrown, 'read the free space of', folder);
  }
}
