/** Commands of the last minute, so that a repetition is answered instead of being carried out (contract 4.4). */
import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.js';
import { echoOf } from '../../lib/violations.js';

export interface ReplayLimits {
  /** Finished commands that are kept. */
  readonly commands: number;
  /** How long they are kept, from their receipt. */
  readonly keptMs: number;
  /** How long at least from their end: a command may take longer than `keptMs`. */
  readonly keptAfterEndMs: number;
}

/** A command that was received once. `R` is who waits for its end. */
export interface Remembered<R> {
  readonly key: string;
  readonly receivedAtMs: number;
  /** Null while it runs. */
  finished: { readonly atMs: number; readonly outcome: string | null } | null;
  /** The first is the one that sent it. */
  readonly waiting: Set<R>;
}

export class ReplayCache<R> {
  readonly #clock: Clock;
  readonly #limits: ReplayLimits;
  readonly #running = new Map<string, Remembered<R>>();
  /** In the order of their ends, so that the result of a long command is not pushed out by those that were short. */
  readonly #finished = new Map<string, Remembered<R>>();

  constructor(clock: Clock, limits: ReplayLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  find(key: string): Remembered<R> | null {
    this.#dropOld();
    return this.#running.get(key) ?? this.#finished.get(key) ?? null;
  }

  /** A command has been received and runs now. While it does, nothing makes it be forgotten. */
  begin(key: string, sender: R): Remembered<R> {
    const entry: Remembered<R> = { key, receivedAtMs: this.#clock.monoMs(), finished: null, waiting: new Set([sender]) };
    this.#running.set(key, entry);
    return entry;
  }

  /** A command whose result was too large to be kept runs anew. */
  again(entry: Remembered<R>, sender: R): void {
    this.#finished.delete(entry.key);
    entry.finished = null;
    entry.waiting.clear();
    entry.waiting.add(sender);
    this.#running.set(entry.key, entry);
  }

  /** @param outcome null: remember that it ran, but not with what result */
  finish(entry: Remembered<R>, outcome: string | null): void {
    entry.finished = { atMs: this.#clock.monoMs(), outcome };
    this.#running.delete(entry.key);
    this.#finished.set(entry.key, entry);
    this.#dropOld();
  }

  /** Commands under way. */
  get running(): number {
    return this.#running.size;
  }

  /** Commands whose end is remembered. */
  get finished(): number {
    return this.#finished.size;
  }

  #dropOld(): void {
    const nowMs = this.#clock.monoMs();
    let surplus = this.#finished.size - this.#limits.commands;
    for (const entry of this.#finished.values()) {
      if (surplus <= 0 && nowMs < this.#expiresAtMs(entry)) continue;
      this.#finished.delete(entry.key);
      surplus -= 1;
    }
  }

  #expiresAtMs({ receivedAtMs, finished }: Remembered<R>): number {
    return Math.max(receivedAtMs + this.#limits.keptMs, (finished?.atMs ?? 0) + this.#limits.keptAfterEndMs);
  }
}

/**
 * What makes two commands the same: the client, the action, the id and the params that the action looks at.
 * @param known names of those params
 */
export function commandKey(command: { readonly client: string; readonly action: string; readonly id: string; readonly params: unknown }, known: readonly string[]): string {
  const { client, action, id, params } = command;
  const values = known.map((name) => [name, paramOf(params, name)]);
  return createHash('sha256').update(JSON.stringify([client, action, id, values])).digest('base64');
}

/** Bounded in size and depth: it may be anything. */
function paramOf(params: unknown, name: string): unknown {
  if (typeof params !== 'object' || params === null) return echoOf(params);
  const value: unknown = Object.hasOwn(params, name) ? Reflect.get(params, name) : undefined;
  return typeof value === 'string' ? value : echoOf(value);
}
