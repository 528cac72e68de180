import { Type, type Static } from '#typebox';
import { readJsonFile, writeFileDurably } from '../lib/durable-file.js';
import { Exclusive } from '../lib/exclusive.js';
import { compileSchema } from '../lib/schema.js';

const EntrySchema = Type.Object({
  matchDir: Type.String(),
  state: Type.Union([Type.Literal('finished'), Type.Literal('interrupted')]),
  endedEpochMs: Type.Number(),
});
export type UntidyMatch = Static<typeof EntrySchema>;
export type EndState = UntidyMatch['state'];

const untidyFile = compileSchema(Type.Array(EntrySchema));

/**
 * Ended matches whose segments were not all looked at yet. Kept in a file, so that a rig that is switched off right
 * after the whistle goes on with it the next day.
 */
export class UntidyList {
  readonly #path: string;
  readonly #onError: (error: unknown) => void;
  readonly #writes = new Exclusive();
  readonly #matches = new Map<string, UntidyMatch>();

  constructor(stateDir: string, onError: (error: unknown) => void) {
    this.#path = `${stateDir}/untidy.json`;
    this.#onError = onError;
  }

  /** Adds what an earlier daemon left. An unreadable file counts as empty: the matches are playable as they are. */
  async load(): Promise<void> {
    const file = await readJsonFile(this.#path, untidyFile);
    if ('reason' in file) this.#onError(new Error(file.reason));
    if ('value' in file) for (const match of file.value) this.#matches.set(match.matchDir, match);
  }

  /** A copy: entries may come and go while somebody works through it. */
  all(): readonly UntidyMatch[] {
    return [...this.#matches.values()];
  }

  add(match: UntidyMatch): void {
    this.#matches.set(match.matchDir, match);
    this.#save();
  }

  remove(matchDir: string): void {
    if (this.#matches.delete(matchDir)) this.#save();
  }

  /** Resolves when the file holds what the list holds. */
  async saved(): Promise<void> {
    await this.#writes.idle();
  }

  #save(): void {
    this.#writes.run(() => writeFileDurably(this.#path, JSON.stringify(this.all()))).catch(this.#onError);
  }
}
