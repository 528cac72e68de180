/**
 * One camera as the daemon sees it: keeps its host alive and connected, and keeps what the host does in line with
 * what is wanted. Wanted and observed are compared at every message of the host, so a host that died, came back, was
 * forgotten or does something nobody asked for ends up right without a special case for each.
 */
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { asTouchlineError, TouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import { removeDurably } from '../lib/durable-file.js';
import { Exclusive } from '../lib/exclusive.js';
import { warnWhenSlow } from '../telemetry/slow.js';
import { HostConnection } from './client.js';
import type { JournalEntry } from './journal.js';
import type { HostLauncher } from './launcher.js';
import { intentPath, socketPath, type HostState, type LiveSpec, type Params, type RecordingSpec, type StopReport } from './protocol.js';
import { nextStep, type Step, type Wanted } from './wanted.js';

export interface CameraEvents {
  state: [state: HostState];
  journal: [entry: JournalEntry];
  /** The host is gone; the reason is the host's own when it had time to say one, with its code. */
  lost: [reason: string, code: string | null];
  /** The host did not do what is wanted of it; it is asked again. */
  refused: [reason: string, code: string];
}

export interface CameraOptions {
  readonly id: number;
  readonly runtimeDir: string;
  readonly launcher: HostLauncher;
  /** Of this daemon. An idle host of another version, left from before an upgrade, is ended so that it comes back new. */
  readonly softwareVersion: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** A host that says nothing for this long hangs and is killed. */
  readonly silenceLimitMs: number;
  /** Grows with each launch in a row that did not last; the first is immediate, because frames are being lost. */
  readonly backoffMs: () => number;
}

const CONNECT_POLL_MS = 15;
const LAUNCH_PATIENCE_MS = 8000;
const WATCH_MS = 250;
/** A host that lived this long is no crash loop: its successor is started without delay. */
const STABLE_MS = 2000;
/** Contract 5.3. */
const MAX_BACKOFF_MS = 5000;
/** Longer than the silence limit: a host that hangs is killed first, and the request fails for that reason. */
const SHORT_REQUEST_MS = 5000;
const PREPARE_MS = 12_000;

/** What brings the host in line; `renew`: ends it, so that its successor is of this version. */
type Action = Step | { readonly kind: 'renew' };

export class Camera extends EventEmitter<CameraEvents> {
  readonly id: number;
  readonly #options: CameraOptions;
  readonly #requests = new Exclusive();
  readonly #stopping = new AbortController();
  #connection: HostConnection | null = null;
  #state: HostState | null = null;
  #wanted: Wanted = { kind: 'undecided' };
  #withdrawal: Promise<void> = Promise.resolve();
  #launches = 0;
  #reconciling = false;
  #isOpening = false;
  #refusals = 0;
  #nextStepMonoMs = Number.NEGATIVE_INFINITY;
  #maintenance: Promise<void> | null = null;
  readonly #startedMonoUs: number;
  readonly #firstContact = Promise.withResolvers<boolean>();

  constructor(options: CameraOptions) {
    super();
    this.id = options.id;
    this.#options = options;
    this.#startedMonoUs = options.clock.monoUs();
  }

  start(): void {
    this.#maintenance = this.#maintain();
  }

  /** Stops looking after the host; the host itself goes on. */
  async release(): Promise<void> {
    this.#stopping.abort();
    this.#connection?.close();
    await this.#maintenance;
  }

  /** Newest state of a connected host, null while there is none. */
  get state(): HostState | null {
    return this.#connection === null ? null : this.#state;
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#obeyed();
    if (this.#connection === null) this.#withdrawal = this.#withdrawUnwanted();
    this.#reconcile();
  }

  /** Whether a host was already there when this object began to look for one. */
  hostWasThere(): Promise<boolean> {
    return this.#firstContact.promise;
  }

  /**
   * Whether the host may be recording something from before this daemon: it was there already, or it left an intent
   * and will go on by itself. Resolves as soon as that is known, which is long before a fresh host is up.
   */
  async mayHavePast(): Promise<boolean> {
    const isOlderThanUs = await this.#firstContact.promise;
    return isOlderThanUs || existsSync(intentPath(this.#options.runtimeDir, this.id));
  }

  /** Resolves when a host is connected and has told its state; rejects with `camera_host_missing`. */
  async ready(timeoutMs: number): Promise<HostState> {
    const deadline = this.#options.clock.monoMs() + timeoutMs;
    for (;;) {
      if (this.state !== null) return this.state;
      if (this.#options.clock.monoMs() >= deadline) {
        throw new TouchlineError({
          kind: 'unavailable',
          code: 'camera_host_missing',
          message: `The process of camera ${this.id} is not running. Its log tells why: camera${this.id}.log in the logs folder, or journalctl -u touchline-camera@${this.id}.`,
        });
      }
      await this.#options.clock.sleepMs(CONNECT_POLL_MS, this.#stopping.signal);
    }
  }

  /**
   * The caller owns the camera: a run that a host resumed and nobody wants any more is ended first. A host that goes
   * away before it has prepared anything (it may just make room for a fresh one) is waited for once.
   */
  async prepare(spec: RecordingSpec): Promise<void> {
    try {
      await this.#prepareOnce(spec);
    } catch (error) {
      if (asTouchlineError(error).code !== 'host_gone') throw error;
      await this.#prepareOnce(spec);
    }
  }

  /**
   * The caller owns the camera until `signal` aborts: its live picture. Resolves when the first frame has come; whatever
   * the host did before is ended first. Rejects with the signal's reason, and touches nothing any more, once somebody
   * else owns the camera. Say `want` afterwards to have it brought back when the host dies.
   */
  async show(spec: LiveSpec, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#wanted = { kind: 'hands-off' };
    await this.#withdrawal;
    await this.#endLeftover(signal);
    await this.#opening('live', () => this.#requests.run(() => this.#owned(signal).request('live', spec, PREPARE_MS)));
  }

  async #endLeftover(signal?: AbortSignal): Promise<void> {
    const { run, live } = await this.#requests.run(() => this.ready(SHORT_REQUEST_MS));
    const runId = (run ?? live ?? null)?.runId ?? null;
    if (runId !== null) await this.#requests.run(() => this.#owned(signal).request('abort', { runId }, SHORT_REQUEST_MS));
  }

  /** Asked at the very moment of a request: in the queue before it, the camera may have become somebody else's. */
  #owned(signal: AbortSignal | undefined): HostConnection {
    signal?.throwIfAborted();
    return this.#connected();
  }

  async #prepareOnce(spec: RecordingSpec): Promise<void> {
    await this.#withdrawal;
    await this.#endLeftover();
    await this.#opening('prepare', () => this.#requests.run(() => this.#connected().request('prepare', spec, PREPARE_MS)));
  }

  async #opening(operation: string, run: () => Promise<unknown>): Promise<void> {
    this.#isOpening = true;
    try {
      await this.#watched(operation, run);
    } finally {
      this.#isOpening = false;
    }
  }

  /** A camera stack may take seconds to open, and the host cannot speak meanwhile. */
  #silenceLimitMs(): number {
    return this.#isOpening || this.#state?.phase === 'prepared' ? PREPARE_MS : this.#options.silenceLimitMs;
  }

  /** Returns the monotonic instant at which play was called. */
  async go(runId: string, atMonoUs: number): Promise<number> {
    const { playedMonoUs } = await this.#requests.run(() => this.#connected().request('go', { runId, atMonoUs }, SHORT_REQUEST_MS));
    return playedMonoUs;
  }

  async finish(runId: string, eosTimeoutMs: number): Promise<StopReport> {
    return this.#watched('stop', () => this.#requests.run(() => this.#connected().request('stop', { runId, eosTimeoutMs }, eosTimeoutMs + SHORT_REQUEST_MS)));
  }

  async abort(runId: string): Promise<void> {
    await this.#requests.run(() => this.#connected().request('abort', { runId }, SHORT_REQUEST_MS));
  }

  // What only concerns pictures goes beside the queue: a stop must not wait behind a viewer.

  /** Switches the encoder of a live picture; harmless when that run is over. */
  async encode(runId: string, on: boolean): Promise<void> {
    await this.#connected().request('encode', { runId, on }, SHORT_REQUEST_MS);
  }

  /** Begins or pauses a small picture of what the host runs. Rejects with what keeps it from coming. */
  async watch(params: Params<'watch'>): Promise<void> {
    await this.#connected().request('watch', params, SHORT_REQUEST_MS);
  }

  /** Lets the encoder of a recording have this share of its configured bit rate. */
  async tune(runId: string, bitrateShare: number): Promise<void> {
    await this.#connected().request('tune', { runId, bitrateShare }, SHORT_REQUEST_MS);
  }

  /** The next encoded frame of a live picture becomes a keyframe; harmless when that run is over. */
  async keyframe(runId: string): Promise<void> {
    await this.#connected().request('keyframe', { runId }, SHORT_REQUEST_MS);
  }

  /** What the host records; null when it does not. */
  async describe(): Promise<RecordingSpec | null> {
    return (await this.#requests.run(() => this.#connected().request('describe', {}, SHORT_REQUEST_MS))).spec;
  }

  /** Ends the host for good, finalising what it records. */
  async shutdown(eosTimeoutMs: number): Promise<void> {
    this.#wanted = { kind: 'hands-off' };
    this.#stopping.abort();
    if (this.#connection !== null) {
      await this.#requests.run(() => this.#connected().request('shutdown', { eosTimeoutMs }, eosTimeoutMs + SHORT_REQUEST_MS)).catch(async (error: unknown) => {
        // A host that ends its process right after the answer may close the connection first.
        if (asTouchlineError(error).code === 'host_gone') return;
        this.#options.log.warn({ err: error }, 'camera host did not shut down in order, killing it');
        await this.#options.launcher.kill(this.id);
      });
    }
    this.#connection?.close();
    await this.#maintenance;
  }

  async #maintain(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
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
          const isSilent = connection.silentMs > this.#silenceLimitMs();
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
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    let connection = await this.#open();
    this.#firstContact.resolve(connection !== null);
    if (connection === null) {
      await this.#withdrawUnwanted();
      const backoffMs = this.#options.launcher.startsHosts ? Math.min(MAX_BACKOFF_MS, this.#options.backoffMs() * this.#launches) : 0;
      if (backoffMs > 0) await clock.sleepMs(backoffMs, signal);
      this.#launches += 1;
      this.#options.launcher.launch(this.id);
      const deadline = clock.monoMs() + LAUNCH_PATIENCE_MS;
      while (connection === null && clock.monoMs() < deadline) {
        await clock.sleepMs(CONNECT_POLL_MS, signal);
        connection = await this.#open();
      }
      if (connection === null) await this.#options.launcher.kill(this.id);
    }
    // It may have gone again while we looked elsewhere.
    this.#connection = connection?.isOpen === true ? connection : null;
    return this.#connection;
  }

  #open(): Promise<HostConnection | null> {
    const { runtimeDir, clock, log } = this.#options;
    return HostConnection.open(socketPath(runtimeDir, this.id), this.id, clock, {
      state: (state) => {
        this.#state = state;
        this.emit('state', state);
        this.#reconcile();
      },
      journal: (entry) => this.emit('journal', entry),
      protocolError: (reason) => log.error({ reason }, 'camera host sent what is not in the protocol'),
      closed: () => {
        this.#connection = null;
        this.#onLost();
      },
    });
  }

  /** Nobody is there to be told: a run that is not wanted any more must not come back with the next host. */
  async #withdrawUnwanted(): Promise<void> {
    if (this.#wanted.kind !== 'idle') return;
    await removeDurably(intentPath(this.#options.runtimeDir, this.id)).catch((error: unknown) => this.#options.log.warn({ err: error }, 'the intent of a host that is gone could not be removed'));
  }

  #onLost(): void {
    const state = this.#state;
    this.#state = null;
    if (this.#stopping.signal.aborted) return;
    const failure = state?.lastFailure ?? null;
    const ownReason = failure !== null && state?.run?.playedMonoUs != null && failure.monoUs >= state.run.playedMonoUs;
    if (ownReason) this.emit('lost', failure.message, failure.code);
    else this.emit('lost', 'The camera process died.', null);
  }

  async #replaceHung(connection: HostConnection): Promise<void> {
    const { log, launcher } = this.#options;
    log.error({ silentMs: Math.round(connection.silentMs) }, 'camera host does not answer, killing it');
    if (!(await launcher.kill(this.id))) log.error('the hung camera host could not be found by its identity');
    connection.close();
  }

  /** Runs at every message, so a step that failed is tried again, after a pause that grows. */
  #reconcile(): void {
    const state = this.state;
    if (state === null || this.#reconciling || this.#requests.pending > 0 || this.#options.clock.monoMs() < this.#nextStepMonoMs) return;
    const step: Action | null = nextStep(this.#wanted, state) ?? (this.#isOutdated(state) ? { kind: 'renew' } : null);
    if (step === null) return;
    this.#reconciling = true;
    this.#options.log.info({ step: step.kind, phase: state.phase }, 'bringing the camera host in line');
    this.#carryOut(step)
      .then(
        () => this.#obeyed(),
        (error: unknown) => this.#refused(step, error),
      )
      .finally(() => {
        this.#reconciling = false;
      });
  }

  #obeyed(): void {
    this.#refusals = 0;
    this.#nextStepMonoMs = Number.NEGATIVE_INFINITY;
  }

  /** A camera or a disk that is not there may take hours to come back: it is asked all the while, but not in a hurry. */
  #refused(step: Action, thrown: unknown): void {
    const { backoffMs, clock, log } = this.#options;
    const error = asTouchlineError(thrown);
    log.warn({ err: error, step: step.kind }, 'the camera host did not follow');
    // Its loss is told on its own, and its successor has done nothing wrong.
    if (error.code === 'host_gone') return;
    this.#refusals += 1;
    this.#nextStepMonoMs = clock.monoMs() + Math.min(MAX_BACKOFF_MS, backoffMs() * this.#refusals);
    this.emit('refused', error.message, error.code);
  }

  /** One that was started after this daemon is what its supervisor has: ending it would change nothing. */
  #isOutdated({ phase, softwareVersion, startedMonoUs }: HostState): boolean {
    return this.#wanted.kind === 'idle' && phase === 'idle' && softwareVersion !== this.#options.softwareVersion && startedMonoUs < this.#startedMonoUs;
  }

  async #carryOut(step: Action): Promise<void> {
    if (step.kind === 'renew') {
      await this.#requests.run(() => this.#connected().request('shutdown', { eosTimeoutMs: SHORT_REQUEST_MS }, SHORT_REQUEST_MS));
      return;
    }
    if (step.kind === 'abort') {
      await this.abort(step.runId);
      return;
    }
    if (step.kind === 'live') {
      await this.#opening('live', () => this.#requests.run(() => this.#connected().request('live', step.spec, PREPARE_MS)));
      return;
    }
    if (step.kind === 'record') await this.prepare(step.spec);
    await this.go(step.spec.runId, this.#options.clock.monoUs());
  }

  /** A camera that is slow to open or to end shows in the log while somebody waits for it. */
  #watched<T>(operation: string, run: () => Promise<T>): Promise<T> {
    return warnWhenSlow(this.#options.clock, this.#options.log, operation, run);
  }

  #connected(): HostConnection {
    if (this.#connection === null) {
      throw new TouchlineError({ kind: 'unavailable', code: 'host_gone', message: `The host of camera ${this.id} is gone.` });
    }
    return this.#connection;
  }
}
