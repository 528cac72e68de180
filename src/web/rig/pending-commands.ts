import type { CommandResult } from './messages.js';
import { RigError } from './rig-error.js';

type Send = (text: string) => void;

/** A device that sleeps may stop the one clock, and a clock that is set makes the other one jump: the longer time counts. */
interface Instant {
  readonly monoMs: number;
  readonly epochMs: number;
}

const now = (): Instant => ({ monoMs: performance.now(), epochMs: Date.now() });
const ageMs = ({ monoMs, epochMs }: Instant): number => Math.max(performance.now() - monoMs, Date.now() - epochMs);

interface Pending {
  readonly text: string;
  readonly made: Instant;
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: RigError) => void;
}

/** After so long without a connection a command is given up. The rig would still know its result (60 s, docs/websocket.md), the person no longer its reason. */
const GIVE_UP_MS = 15_000;

/** Commands that were sent and not answered. */
export class PendingCommands {
  readonly #pending = new Map<string, Pending>();
  #made = 0;
  #lostMs: number | null = null;

  add(action: string, params: object, send: Send): Promise<unknown> {
    this.#made += 1;
    // The rig tells repetitions by id, across all pages of this browser.
    const id = `web_${this.#made}_${Date.now()}_${Math.random().toString(36).slice(2, 8)}`;
    const text = JSON.stringify({ v: 1, type: 'command', id, action, params });
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { text, made: now(), resolve, reject });
    send(text);
    return promise;
  }

  /**
   * Sends everything again over a new connection, but what is too old: a tablet that slept with a stop on its way must not
   * end the next match when it wakes.
   */
  repeat(send: Send): void {
    for (const [id, { text, made, reject }] of this.#pending) {
      if (ageMs(made) <= GIVE_UP_MS) send(text);
      else {
        this.#pending.delete(id);
        reject(noConnection());
      }
    }
  }

  settle(result: CommandResult): void {
    const pending = this.#pending.get(result.id);
    if (pending === undefined) return;
    this.#pending.delete(result.id);
    if (result.success) pending.resolve(result.data);
    else pending.reject(new RigError('command_failed', result.error ?? ''));
  }

  /** Asked from time to time: gives commands up when there has been no connection for too long. */
  forgetLost(isLive: boolean): void {
    if (isLive) this.#lostMs = null;
    else this.#lostMs ??= performance.now();
    if (this.#lostMs !== null && performance.now() - this.#lostMs > GIVE_UP_MS) this.rejectAll();
  }

  rejectAll(): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of all) reject(noConnection());
  }
}

function noConnection(): RigError {
  return new RigError('no_connection', 'The connection was lost before the rig answered.');
}
