import { open, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../../lib/clock.js';
import { Exclusive } from '../../lib/exclusive.js';
import { fsyncFolder } from '../../lib/durable-file.js';
import { JOURNAL_VERSION, journalPath, type JournalEntry, type JournalFact } from '../journal.js';

export interface JournalContext {
  readonly camera: number;
  readonly runId: string;
  readonly bootId: string;
  readonly matchDir: string;
}

/**
 * Appends facts to the camera's journal in the order of the calls, each synced to the disk. The caller never waits
 * for the disk unless it wants to (`flushed`): a slow disk must not hold up the host.
 */
export class JournalWriter {
  readonly #context: JournalContext;
  readonly #clock: Clock;
  readonly #onEntry: (entry: JournalEntry) => void;
  readonly #onError: (error: unknown) => void;
  readonly #queue = new Exclusive();
  #folderSynced = false;

  constructor(context: JournalContext, clock: Clock, onEntry: (entry: JournalEntry) => void, onError: (error: unknown) => void) {
    this.#context = context;
    this.#clock = clock;
    this.#onEntry = onEntry;
    this.#onError = onError;
  }

  /** Time is taken now, not when the disk is ready. */
  append(fact: JournalFact): void {
    const entry: JournalEntry = {
      v: JOURNAL_VERSION,
      camera: this.#context.camera,
      runId: this.#context.runId,
      bootId: this.#context.bootId,
      monoUs: this.#clock.monoUs(),
      epochMs: this.#clock.nowEpochMs(),
      ...fact,
    };
    this.#onEntry(entry);
    this.#queue.run(() => this.#write(entry)).catch(this.#onError);
  }

  /** Resolves when everything appended so far is on the disk, or failed and was reported. */
  async flushed(): Promise<void> {
    await this.#queue.idle();
  }

  async #write(entry: JournalEntry): Promise<void> {
    const path = journalPath(this.#context.matchDir, this.#context.camera);
    const file = await open(path, 'a+', 0o644);
    try {
      // A line that a power cut left without its end must not swallow this one.
      const start = this.#folderSynced || (await endsWithLine(file)) ? '' : '\n';
      await file.appendFile(`${start}${JSON.stringify(entry)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    if (!this.#folderSynced) {
      await fsyncFolder(this.#context.matchDir);
      this.#folderSynced = true;
    }
  }
}

async function endsWithLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}
