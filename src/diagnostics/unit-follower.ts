import { execa } from '#execa';
import type { Logger } from 'pino';
import { LineSplitter } from '../camera/framing.js';
import { TouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import { RepeatedFault } from '../telemetry/repeated-fault.js';
import { ASKED_FIELDS, isSameEntry, MAX_ENTRY_BYTES, mayContain, parseUnitLine, type UnitLine } from './unit-output.js';

export interface UnitFollowerOptions {
  /** Whose output is followed. */
  readonly units: readonly string[];
  /** What a line must contain to be reported. */
  readonly containing: string;
  /** Where to begin; asked again until it answers. */
  readonly begin: () => Promise<Beginning>;
  readonly report: (line: UnitLine) => void;
  /** What it means when the journal cannot be read. */
  readonly fault: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly journalctl?: string;
}

/** After this entry, or from this time on. */
export type Beginning = { readonly cursor: string } | { readonly sinceEpochMs: number };

const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 60_000;
/** A journalctl that has lived for so long could read. */
const HEALTHY_MS = 5000;
/** It does not change by itself: said once, not every minute. */
const REPORT_INTERVAL_MS = 24 * 3600_000;
const KILL_DELAY_MS = 500;
const STOP_MS = 1000;
const MAX_STDERR_BYTES = 16 * 1024;
const NOT_ALLOWED = ['insufficient permissions', 'not seeing messages from other users'];

/**
 * Follows what units say, in the journal of this machine: reports the lines in their order, each once, also those of
 * the time in which nobody looked. The journalctl that reads it is started again whenever it ends.
 */
export class UnitFollower {
  readonly #options: UnitFollowerOptions;
  readonly #fault: RepeatedFault;
  readonly #stopping = new AbortController();
  #beginning: Beginning | null = null;
  #waitMs = FIRST_WAIT_MS;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: UnitFollowerOptions) {
    this.#options = options;
    this.#fault = new RepeatedFault(options.clock, options.log, options.fault, REPORT_INTERVAL_MS);
  }

  /** Call once. */
  start(): void {
    this.#ended = this.#follow();
  }

  /** No further lines; resolves when journalctl is gone. Does not wait for a disk that hangs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const patience = new AbortController();
    await Promise.race([this.#ended, this.#options.clock.sleepMs(STOP_MS, patience.signal).catch(() => undefined)]);
    patience.abort();
  }

  /** Never rejects. */
  async #follow(): Promise<void> {
    const { clock, begin } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#beginning ??= await begin();
        await this.#run(this.#beginning);
      } catch (error) {
        if (!signal.aborted) this.#fault.occurred(error);
      }
      const waitMs = this.#waitMs;
      this.#waitMs = Math.min(MAX_WAIT_MS, waitMs * 2);
      await clock.sleepMs(waitMs, signal).catch(() => undefined);
    }
  }

  /** One life of journalctl. Throws why it ended. */
  async #run(beginning: Beginning): Promise<void> {
    const { clock, journalctl = 'journalctl' } = this.#options;
    const ended = new AbortController();
    const child = execa(journalctl, argumentsFor(this.#options.units, beginning), {
      stdin: 'ignore',
      buffer: { stdout: false, stderr: true },
      maxBuffer: { stderr: MAX_STDERR_BYTES },
      reject: false,
      // Its words are searched.
      env: { LC_ALL: 'C' },
      cancelSignal: this.#stopping.signal,
      forceKillAfterDelay: KILL_DELAY_MS,
    });
    const lines = new LineSplitter(MAX_ENTRY_BYTES);
    let isFirst = true;
    let broken: Error | null = null;
    child.stdout.on('data', (chunk: Buffer) => {
      const whole = broken === null ? lines.push(chunk) : [];
      if (whole === null) {
        broken = new Error(`journalctl printed a line of more than ${MAX_ENTRY_BYTES} bytes`);
        child.kill();
      }
      for (const line of whole ?? []) {
        this.#take(line, isFirst);
        isFirst = false;
      }
    });
    // It goes on then with what little it may see.
    child.stderr.on('data', (chunk: Buffer) => {
      if (isRefusal(chunk.toString())) child.kill();
    });
    const healthy = clock.sleepMs(HEALTHY_MS, ended.signal).then(
      () => {
        this.#waitMs = FIRST_WAIT_MS;
        this.#fault.cleared();
      },
      () => undefined,
    );
    const outcome = await child;
    ended.abort();
    await healthy;
    throw broken ?? reasonOf(outcome.stderr.trim(), outcome.code === 'ENOENT', outcome.shortMessage ?? 'it ended');
  }

  #take(line: string, isFirst: boolean): void {
    if (!isFirst && !mayContain(line, this.#options.containing)) return;
    const entry = parseUnitLine(line);
    if (entry === null) {
      this.#fault.occurred(new Error('journalctl printed what is no entry of a journal'));
      return;
    }
    const before = this.#beginning;
    // It begins with the entry itself, so that nothing is skipped where the journal has forgotten it.
    if (isFirst && before !== null && 'cursor' in before && isSameEntry(before.cursor, entry.cursor)) return;
    if (!entry.text.includes(this.#options.containing)) return;
    this.#beginning = { cursor: entry.cursor };
    this.#options.report(entry);
  }
}

function argumentsFor(units: readonly string[], beginning: Beginning): readonly string[] {
  const from = 'cursor' in beginning ? `--cursor=${beginning.cursor}` : `--since=@${Math.max(0, Math.floor(beginning.sinceEpochMs / 1000))}`;
  // Following means this boot alone unless told otherwise, and what was said before a power cut counts as well.
  return ['--follow', '--no-tail', '--boot=all', '--output=json', `--output-fields=${ASKED_FIELDS}`, from, ...units.map((unit) => `_SYSTEMD_UNIT=${unit}`)];
}

function isRefusal(words: string): boolean {
  return NOT_ALLOWED.some((part) => words.includes(part));
}

function reasonOf(words: string, isMissing: boolean, otherwise: string): TouchlineError {
  if (isMissing) return new TouchlineError({ kind: 'unavailable', code: 'journal_unreadable', message: 'journalctl is not installed: what the camera units say is not noticed. Install systemd, or set "camera_supervisor" to "self".' });
  if (isRefusal(words)) {
    return new TouchlineError({
      kind: 'unavailable',
      code: 'journal_unreadable',
      message: 'The daemon may not read the journal: what the camera stack says is not noticed. Run "sudo usermod -aG systemd-journal touchline", then "sudo systemctl restart touchline".',
    });
  }
  return new TouchlineError({ kind: 'unavailable', code: 'journal_unreadable', message: `journalctl ended: ${words.split('\n').at(-1) || otherwise}` });
}
