/**
 * Keeps the process of one camera alive and connected: looks for its socket, has it started when nobody is there, and
 * kills it when it hangs. What it is asked to do is not decided here.
 */
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import { HostConnection } from './client.js';
import type { JournalEntry } from './journal.js';
import type { HostLauncher } from './launcher.js';
import { socketPath, type HostState } from './protocol.js';

export const CONNECT_POLL_MS = 15;
/** Contract 5.3. */
export const MAX_BACKOFF_MS = 5000;
const LAUNCH_PATIENCE_MS = 8000;
const WATCH_MS = 250;
/** A host that lived this long is no crash loop: its successor is started without delay. */
const STABLE_MS = 2000;

export interface HostLinkOptions {
  readonly camera: number;
  readonly runtimeDir: string;
  readonly launcher: HostLauncher;
  readonly clock: Clock;
  readonly log: Logger;
  /** A host that says nothing for this long hangs and is killed. */
  readonly silenceLimitMs: (state: HostState | null) => number;
  /** Grows with each launch in a row that did not last; the first is immediate, because frames are being lost. */
  readonly backoffMs: () => number;
  /** Before a host is started that would go on with what is in the runtime folder. */
  readonly beforeLaunch: () => Promise<void>;
  readonly listener: {
    state(state: HostState): void;
    journal(entry: JournalEntry): void;
    /** Not after `end`. `last` is what the host said last. */
    lost(last: HostState | null): void;
  };
}

export class HostLink {
  readonly #options: HostLinkOptions;
  readonly #ending = new AbortController();
  readonly #firstContact = Promise.withResolvers<boolean>();
  #connection: HostConnection | null = null;
  #state: HostState | null = null;
  #launches = 0;
  #maintenance: Promise<void> | null = null;

  constructor(options: HostLinkOptions) {
    this.#options = options;
  }

  start(): void {
    this.#maintenance = this.#maintain();
  }

  /** No host is started or killed from now on; the connection stays until `close`. */
  end(): void {
    this.#ending.abort();
  }

  /** Hangs up; the host itself goes on. */
  async close(): Promise<void> {
    this.end();
    this.#connection?.close();
    await this.#maintenance;
  }

  get connection(): HostConnection | null {
    return this.#connection;
  }

  /** Newest state of a connected host, null while there is none. */
  get state(): HostState | null {
    return this.#connection === null ? null : this.#state;
  }

  /** Aborted by `end`. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Whether a host was already there when this object began to look for one. */
  wasThere(): Promise<boolean> {
    return this.#firstContact.promise;
  }

  async #maintain(): Promise<void> {
    const { clock, log, silenceLimitMs } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        const connection = await this.#connect();
        if (connection === null) continue;
        const connectedMonoMs = clock.monoMs();
        let wasSilent = false;
        while (this.#connection === connection && !signal.aborted) {
          await clock.sleepMs(WATCH_MS, signal);
          if (clock.monoMs() - connectedMonoMs > STABLE_MS) this.#launches = 0;
          // Twice in a row: when it was this process that stood still, what the host said meanwhile is read in between.
          const isSilent = connection.silentMs > silenceLimitMs(this.#state);
          if (this.#connection === connection && isSilent && wasSilent) await this.#replaceHung(connection);
          wasSilent = isSilent;
        }
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error }, 'looking after the camera host failed, trying again');
        await clock.sleepMs(1000, signal).catch(() => undefined);
      }
    }
  }

  async #connect(): Promise<HostConnection | null> {
    const { camera, clock, launcher, backoffMs, beforeLaunch } = this.#options;
    const { signal } = this.#ending;
    let connection = await this.#open();
    this.#firstContact.resolve(connection !== null);
    if (connection === null) {
      await beforeLaunch();
      const waitMs = launcher.startsHosts ? Math.min(MAX_BACKOFF_MS, backoffMs() * this.#launches) : 0;
      if (waitMs > 0) await clock.sleepMs(waitMs, signal);
      this.#launches += 1;
      launcher.launch(camera);
      const deadline = clock.monoMs() + LAUNCH_PATIENCE_MS;
      while (connection === null && clock.monoMs() < deadline) {
        await clock.sleepMs(CONNECT_POLL_MS, signal);
        connection = await this.#open();
      }
      if (connection === null) await launcher.kill(camera);
    }
    // It may have gone again while we looked elsewhere.
    this.#connection = connection?.isOpen === true ? connection : null;
    return this.#connection;
  }

  #open(): Promise<HostConnection | null> {
    const { camera, runtimeDir, clock, log, listener } = this.#options;
    return HostConnection.open(socketPath(runtimeDir, camera), camera, clock, {
      state: (state) => {
        this.#state = state;
        listener.state(state);
      },
      journal: (entry) => listener.journal(entry),
      protocolError: (reason) => log.error({ reason }, 'camera host sent what is not in the protocol'),
      closed: () => {
        const last = this.#state;
        this.#connection = null;
        this.#state = null;
        if (!this.#ending.signal.aborted) listener.lost(last);
      },
    });
  }

  async #replaceHung(connection: HostConnection): Promise<void> {
    const { camera, log, launcher } = this.#options;
    log.error({ silentMs: Math.round(connection.silentMs) }, 'camera host does not answer, killing it');
    if (!(await launcher.kill(camera))) log.error('the hung camera host could not be found by its identity');
    connection.close();
  }
}
