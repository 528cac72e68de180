/**
 * One camera as the daemon sees it. Wanted and observed are compared at every message of the host, so a host that died,
 * came back, was forgotten or does something nobody asked for ends up right without a special case for each.
 */
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { asTouchlineError, TouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import { removeDurably } from '../lib/durable-file.js';
import { Exclusive } from '../lib/exclusive.js';
import { warnWhenSlow } from '../telemetry/slow.js';
import type { HostConnection } from './client.js';
import { CONNECT_POLL_MS, HostLink } from './host-link.js';
import type { JournalEntry } from './journal.js';
import type { HostLauncher } from './launcher.js';
import { DISK_PATIENCE_MS, intentPath, type HostState, type LiveSpec, type Params, type RecordingSpec, type StopReport } from './protocol.js';
import { Reconciliation, type Action } from './reconciliation.js';
import type { Wanted } from './wanted.js';

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

/** Longer than the silence limit: a host that hangs is killed first, and the request fails for that reason. */
const SHORT_REQUEST_MS = 5000;
const PREPARE_MS = 12_000;

export class Camera extends EventEmitter<CameraEvents> {
  readonly id: number;
  readonly #options: CameraOptions;
  readonly #requests = new Exclusive();
  readonly #link: HostLink;
  readonly #reconciliation: Reconciliation;
  #withdrawal: Promise<void> = Promise.resolve();
  #isOpening = false;

  constructor(options: CameraOptions) {
    super();
    this.id = options.id;
    this.#options = options;
    this.#reconciliation = new Reconciliation({
      ...options,
      carryOut: (action) => this.#carryOut(action),
      onRefused: (reason, code) => this.emit('refused', reason, code),
    });
    this.#link = new HostLink({
      ...options,
      camera: options.id,
      silenceLimitMs: (state) => this.#silenceLimitMs(state),
      beforeLaunch: () => this.#withdrawUnwanted(),
      listener: {
        state: (state) => {
          this.emit('state', state);
          this.#reconcile();
        },
        journal: (entry) => this.emit('journal', entry),
        lost: (last) => this.#onLost(last),
      },
    });
  }

  start(): void {
    this.#link.start();
  }

  /** Stops looking after the host; the host itself goes on. */
  release(): Promise<void> {
    return this.#link.close();
  }

  /** Newest state of a connected host, null while there is none. */
  get state(): HostState | null {
    return this.#link.state;
  }

  want(wanted: Wanted): void {
    this.#reconciliation.want(wanted);
    // A host without a run may keep its intent: the disk was away when it looked.
    if (this.state?.run == null) this.#withdrawal = this.#withdrawUnwanted();
    this.#reconcile();
  }

  /** Whether a host was already there when this object began to look for one. */
  hostWasThere(): Promise<boolean> {
    return this.#link.wasThere();
  }

  /**
   * Whether the host may be recording something from before this daemon: it was there already, or it left an intent
   * and will go on by itself. Resolves as soon as that is known, which is long before a fresh host is up.
   */
  async mayHavePast(): Promise<boolean> {
    const isOlderThanUs = await this.#link.wasThere();
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
      await this.#options.clock.sleepMs(CONNECT_POLL_MS, this.#link.signal);
    }
  }

  /**
   * The caller owns the camera: a run that a host resumed and nobody wants any more is ended first. A host that goes
   * away before it has prepared anything (it may just make room for a fresh one) is waited for once.
   */
  async prepare(spec: RecordingSpec): Promise<void> {
    await this.#prepare(spec, () => true);
  }

  /**
   * The caller owns the camera until `signal` aborts: its live picture. Resolves when the first frame has come; whatever
   * the host did before is ended first. Rejects with the signal's reason, and touches nothing any more, once somebody
   * else owns the camera. Say `want` afterwards to have it brought back when the host dies.
   */
  async show(spec: LiveSpec, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#reconciliation.handsOff();
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

  /** Whether it was prepared: not when nobody wanted it any more at the moment of the request. */
  async #prepare(spec: RecordingSpec, isWanted: () => boolean): Promise<boolean> {
    try {
      return await this.#prepareOnce(spec, isWanted);
    } catch (error) {
      if (asTouchlineError(error).code !== 'host_gone') throw error;
      return this.#prepareOnce(spec, isWanted);
    }
  }

  async #prepareOnce(spec: RecordingSpec, isWanted: () => boolean): Promise<boolean> {
    await this.#withdrawal;
    await this.#endLeftover();
    return this.#opening('prepare', () =>
      this.#requests.run(async () => {
        if (!isWanted()) return false;
        await this.#connected().request('prepare', spec, PREPARE_MS);
        return true;
      }),
    );
  }

  async #opening<T>(operation: string, run: () => Promise<T>): Promise<T> {
    this.#isOpening = true;
    try {
      return await this.#watched(operation, run);
    } finally {
      this.#isOpening = false;
    }
  }

  /** A camera stack may take seconds to open, and the host cannot speak meanwhile, nor greet who connects then. */
  #silenceLimitMs(state: HostState | null): number {
    return this.#isOpening || state === null || state.phase === 'prepared' ? PREPARE_MS : this.#options.silenceLimitMs;
  }

  /** Returns the monotonic instant at which play was called. */
  async go(runId: string, atMonoUs: number): Promise<number> {
    const { playedMonoUs } = await this.#requests.run(() => this.#connected().request('go', { runId, atMonoUs }, SHORT_REQUEST_MS));
    return playedMonoUs;
  }

  async finish(runId: string, eosTimeoutMs: number): Promise<StopReport> {
    return this.#watched('stop', () => this.#requests.run(() => this.#connected().request('stop', { runId, eosTimeoutMs }, eosTimeoutMs + DISK_PATIENCE_MS + SHORT_REQUEST_MS)));
  }

  async abort(runId: string): Promise<void> {
    await this.#requests.run(() => this.#connected().request('abort', { runId }, SHORT_REQUEST_MS));
  }

  // What only concerns pictures goes beside the queue: a stop must not wait behind a viewer.

  /** Ends a live picture, also one whose first frame is waited for; harmless when that run is over. */
  async endPicture(runId: string): Promise<void> {
    await this.#connected().request('abort', { runId }, SHORT_REQUEST_MS);
  }

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
    this.#reconciliation.handsOff();
    this.#link.end();
    if (this.#link.connection !== null) {
      await this.#requests.run(() => this.#connected().request('shutdown', { eosTimeoutMs }, eosTimeoutMs + DISK_PATIENCE_MS + SHORT_REQUEST_MS)).catch(async (error: unknown) => {
        // A host that ends its process right after the answer may close the connection first.
        if (asTouchlineError(error).code === 'host_gone') return;
        this.#options.log.warn({ err: error }, 'camera host did not shut down in order, killing it');
        await this.#options.launcher.kill(this.id);
      });
    }
    await this.#link.close();
  }

  /** Nobody is there to be told: a run that is not wanted any more must not come back with the next host. */
  async #withdrawUnwanted(): Promise<void> {
    if (this.#reconciliation.wanted.kind !== 'idle') return;
    await removeDurably(intentPath(this.#options.runtimeDir, this.id)).catch((error: unknown) => this.#options.log.warn({ err: error }, 'the intent of a host that is gone could not be removed'));
  }

  #onLost(state: HostState | null): void {
    const failure = state?.lastFailure ?? null;
    const ownReason = failure !== null && state?.run?.playedMonoUs != null && failure.monoUs >= state.run.playedMonoUs;
    if (ownReason) this.emit('lost', failure.message, failure.code);
    else this.emit('lost', 'The camera process died.', null);
  }

  #reconcile(): void {
    const { state } = this;
    if (state !== null && this.#requests.pending === 0) this.#reconciliation.look(state);
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
    if (step.kind === 'record') {
      // The match may be stopped, and another begun, before the camera is asked and while it opens.
      if (!(await this.#prepare(step.spec, () => this.#isWanted(step.spec)))) return;
      if (!this.#isWanted(step.spec)) {
        await this.abort(step.spec.runId);
        return;
      }
    }
    await this.go(step.spec.runId, this.#options.clock.monoUs());
  }

  #isWanted({ runId }: RecordingSpec): boolean {
    const { wanted } = this.#reconciliation;
    return wanted.kind === 'recording' && wanted.spec.runId === runId;
  }

  /** A camera that is slow to open or to end shows in the log while somebody waits for it. */
  #watched<T>(operation: string, run: () => Promise<T>): Promise<T> {
    return warnWhenSlow(this.#options.clock, this.#options.log, operation, run);
  }

  #connected(): HostConnection {
    const { connection } = this.#link;
    if (connection === null) {
      throw new TouchlineError({ kind: 'unavailable', code: 'host_gone', message: `The host of camera ${this.id} is gone.` });
    }
    return connection;
  }
}
