import type { Logger } from 'pino';
import { TouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import type { Exclusive } from '../lib/exclusive.js';
import { redactLine } from '../telemetry/log-lines.js';
import { RepeatedFault } from '../telemetry/repeated-fault.js';
import { linesBackwards } from './backward-lines.js';
import { RotatingFile, rotatedPaths, type RotationLimits } from './rotating-file.js';
import type { LogTail } from './types.js';

export interface EventLogOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Logs of one disk share it: a disk that hangs then holds one worker thread and not one per log. */
  readonly disk: Exclusive;
  readonly rotation?: RotationLimits;
  readonly retryMs?: number;
}

const ROTATION: RotationLimits = { maxBytes: 4 * 1024 * 1024, files: 5 };
const RETRY_MS = 5000;
/** What a disk that takes nothing may hold back in memory; beyond it the oldest lines are dropped. */
const MAX_WAITING_LINES = 1000;
const MAX_WAITING_CHARS = 1024 * 1024;
const MAX_TAIL_CHARS = 8 * 1024 * 1024;
const READ_LIMIT_MS = 5000;
const MAX_PENDING = 16;

/**
 * A log of JSON lines on the disk, for people who have no terminal. Writing is best effort: nobody waits for it and
 * nothing that fails in it reaches the caller (contract 10.2). Lines are in the order of the calls.
 *
 * Not synchronised: a power cut may take the lines of the last seconds, and no line is worth holding up video.
 */
export class EventLog {
  readonly path: string;
  readonly #options: EventLogOptions;
  readonly #rotation: RotationLimits;
  readonly #file: RotatingFile;
  readonly #fault: RepeatedFault;
  readonly #closing = new AbortController();
  #waiting: string[] = [];
  #waitingChars = 0;
  #draining = false;

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.path = options.path;
    this.#rotation = options.rotation ?? ROTATION;
    this.#file = new RotatingFile(options.path, this.#rotation);
    this.#fault = new RepeatedFault(options.clock, options.log.child({ file: options.path }), 'a log on the disk cannot be written');
  }

  /** Adds one line, without its secrets; returns at once and never throws. */
  append(entry: Readonly<Record<string, unknown>>): void {
    const line = redactLine(JSON.stringify(entry));
    this.#waiting.push(line);
    this.#waitingChars += line.length;
    while (this.#waiting.length > MAX_WAITING_LINES || this.#waitingChars > MAX_WAITING_CHARS) {
      this.#waitingChars -= this.#waiting.shift()?.length ?? 0;
      this.#fault.occurred(new Error('the disk does not take lines as fast as they come: the oldest are dropped'));
    }
    this.#begin();
  }

  /** The newest lines. Throws TouchlineError when the disk fails or hangs. */
  async tail(lines: number): Promise<LogTail> {
    return this.#reading(() => this.#tail(lines));
  }

  /**
   * Hands the newest `maxLines` lines to `visit`, newest first, a block at a time; `visit` answers false when it has
   * seen enough. The file is not written meanwhile.
   */
  async visitBackwards(maxLines: number, visit: (lines: readonly string[]) => boolean): Promise<boolean> {
    return this.#reading(() => this.#visit(maxLines, visit));
  }

  /** Writes what is waiting, as far as the disk takes it within `limitMs`, and then no more. */
  async close(limitMs: number): Promise<void> {
    this.#closing.abort();
    this.#begin();
    const { clock, disk } = this.#options;
    const patience = new AbortController();
    await Promise.race([disk.idle(), clock.sleepMs(limitMs, patience.signal).catch(() => undefined)]);
    patience.abort();
  }

  #begin(): void {
    if (this.#draining) return;
    this.#draining = true;
    void this.#options.disk.run(() => this.#drain());
  }

  /** Never rejects. */
  async #drain(): Promise<void> {
    const { clock, retryMs = RETRY_MS } = this.#options;
    let isBroken = false;
    for (let line = this.#waiting.shift(); line !== undefined && !isBroken; line = isBroken ? undefined : this.#waiting.shift()) {
      this.#waitingChars -= line.length;
      try {
        await this.#file.append(line);
      } catch (error) {
        isBroken = true;
        this.#waiting.unshift(line);
        this.#waitingChars += line.length;
        this.#fault.occurred(error);
      }
    }
    await this.#file.close();
    if (!isBroken) {
      this.#draining = false;
      this.#fault.cleared();
      return;
    }
    void clock.sleepMs(retryMs, this.#closing.signal).then(
      () => {
        this.#draining = false;
        this.#begin();
      },
      () => undefined,
    );
  }

  async #tail(wanted: number): Promise<LogTail> {
    const newestFirst: string[] = [];
    let chars = 0;
    const exists = await this.#visit(wanted, (lines) => {
      for (const line of lines) {
        newestFirst.push(line);
        chars += line.length;
        if (chars > MAX_TAIL_CHARS) return false;
      }
      return true;
    });
    return { lines: newestFirst.reverse(), exists };
  }

  /** Whether there is a file. */
  async #visit(maxLines: number, visit: (lines: readonly string[]) => boolean): Promise<boolean> {
    let left = maxLines;
    let exists = false;
    for (const path of rotatedPaths(this.path, this.#rotation.files)) {
      const blocks = linesBackwards(path);
      for (let step = await blocks.next(); ; step = await blocks.next()) {
        if (step.done === true) {
          exists ||= step.value;
          break;
        }
        exists = true;
        const lines = step.value.slice(0, left);
        left -= lines.length;
        if (visit(lines) && left > 0) continue;
        await blocks.return(true);
        return true;
      }
    }
    return exists;
  }

  /** In turn with the writer, so that no file is put aside under the reader; but no request waits for ever. */
  async #reading<T>(read: () => Promise<T>): Promise<T> {
    const { clock, disk } = this.#options;
    if (disk.pending >= MAX_PENDING) throw this.#hangs();
    const done = new AbortController();
    const limit = clock.sleepMs(READ_LIMIT_MS, done.signal).then(
      () => {
        throw this.#hangs();
      },
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([disk.run(read), limit]);
    } finally {
      done.abort();
    }
  }

  #hangs(): TouchlineError {
    return new TouchlineError({ kind: 'unavailable', code: 'log_disk_hangs', message: `The disk of ${this.path} does not answer: the log cannot be read now. Check the disk.` });
  }
}
