/** A recording that is under way: its cameras, and what each of them really does. */
import type { Camera } from '../camera/camera.js';
import type { HostState, RecordingSpec } from '../camera/protocol.js';
import { AwakeTime } from '../lib/awake-time.js';
import type { Clock } from '../lib/clock.js';
import { diskReason, faultOf, framesWaiting, slowness } from './disk-trouble.js';
import { NO_KEYFRAME, waitsForKeyframe } from './keyframes.js';
import { RecoveryAccount } from './recovery.js';
import type { StoredRecording } from './store.js';
import type { CameraFacts, CameraId, CameraRecovery, Fault, PipelineState, RecordingCamera } from './types.js';

/** Older than this, a host's numbers are no facts any more. */
const STATE_MAX_AGE_MS = 2000;

export interface Trouble {
  readonly reason: string;
  readonly fault: Fault;
  /** Nothing is lost yet. */
  readonly isSlowness: boolean;
}

export class RecordedCamera {
  readonly camera: Camera;
  readonly spec: RecordingSpec;
  readonly account: RecoveryAccount;
  readonly #clock: Clock;
  /** How old what a host has said is: a silence while this process stood still is none. */
  readonly #awake: Pick<AwakeTime, 'nowMs'>;
  readonly #onState = (state: HostState): void => this.#observe(state);
  readonly #onLost = (reason: string, code: string | null): void => this.#lost(reason, code);
  readonly #onRefused = (reason: string, code: string): void => this.#count(reason, code);
  readonly #sinceMonoMs: number;
  #state: HostState | null;
  #heardAwakeMs: number;
  #bytes = -1;
  #grewMonoMs: number;
  #down = false;
  /** The host process whose loss is already in the account. */
  #countedPid: number | null = null;

  constructor(camera: Camera, spec: RecordingSpec, maxAttempts: number, clock: Clock, awake: Pick<AwakeTime, 'nowMs'>) {
    this.camera = camera;
    this.spec = spec;
    this.account = new RecoveryAccount(maxAttempts);
    this.#clock = clock;
    this.#awake = awake;
    this.#state = camera.state;
    this.#sinceMonoMs = clock.monoMs();
    this.#heardAwakeMs = awake.nowMs();
    this.#grewMonoMs = clock.monoMs();
    camera.on('state', this.#onState);
    camera.on('lost', this.#onLost);
    camera.on('refused', this.#onRefused);
  }

  close(): void {
    this.camera.off('state', this.#onState);
    this.camera.off('lost', this.#onLost);
    this.camera.off('refused', this.#onRefused);
  }

  /** The host's account of this run, null while there is none or it is too old to be believed. */
  get run(): HostState['run'] {
    const run = this.camera.state === null ? null : (this.#state?.run ?? null);
    return run?.runId === this.spec.runId ? run : null;
  }

  get notGrowingMs(): number {
    return this.#clock.monoMs() - this.#grewMonoMs;
  }

  /** `running` only while frames come out of the encoder; derived, never set. */
  get state(): PipelineState {
    const run = this.run;
    if (run === null) return this.camera.state === null ? 'error' : this.#startingOrError();
    if (this.#state?.phase === 'stopping') return 'stopping';
    if (this.#sinceHeardMs > STATE_MAX_AGE_MS) return 'error';
    if (run.encoded === null || run.encoded.lastFrameAgeMs === null || waitsForKeyframe(run)) return this.#startingOrError();
    // A host that has told why it gives up takes a moment to go, and its last frames are still young.
    if (this.#down) return 'error';
    return run.encoded.lastFrameAgeMs + this.#sinceHeardMs <= this.spec.stallMs ? 'running' : 'error';
  }

  get #sinceHeardMs(): number {
    return this.#awake.nowMs() - this.#heardAwakeMs;
  }

  /** A camera that has had the time for its first frame is not starting any more. */
  #startingOrError(): PipelineState {
    const isLate = this.#clock.monoMs() - this.#sinceMonoMs > this.spec.firstFrameTimeoutMs;
    return this.#down || isLate ? 'error' : 'starting';
  }

  status(): RecordingCamera {
    const run = this.run;
    const uptimeMs = run?.playedMonoUs == null ? 0 : Math.max(0, (this.#clock.monoUs() - run.playedMonoUs) / 1000);
    return { state: this.state, uptimeMs, facts: this.facts() };
  }

  facts(): CameraFacts | null {
    const run = this.run;
    if (run === null || run.source === null || run.encoded === null || run.sink === null) return null;
    return {
      framesAtSource: run.source.frames,
      framesEncoded: run.encoded.frames,
      framesMissed: run.source.missed,
      newestFrameAgeMs: run.source.lastFrameAgeMs === null ? null : run.source.lastFrameAgeMs + this.#sinceHeardMs,
      largestGapMs: run.source.largestGapMs,
      bytesWritten: run.sink.bytes,
      bytesSynced: run.sink.syncedBytes,
      framesWaiting: framesWaiting(run),
      fps: run.encoded.fps,
    };
  }

  #observe(state: HostState): void {
    this.#state = state;
    this.#heardAwakeMs = this.#awake.nowMs();
    const nowMonoMs = this.#clock.monoMs();
    const run = state.run?.runId === this.spec.runId ? state.run : null;
    if (run === null) return;
    const bytes = run.sink?.bytes ?? 0;
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#grewMonoMs = nowMonoMs;
    }
    const broke = state.lastFailure !== null && run.playedMonoUs !== null && state.lastFailure.monoUs >= run.playedMonoUs;
    if (broke) {
      this.#lost(state.lastFailure?.message ?? 'The recording broke.', state.lastFailure?.code ?? null);
    } else if (run.encoded?.lastFrameAgeMs != null && run.encoded.lastFrameAgeMs <= this.spec.stallMs && !this.#waitsForDisk(run) && !waitsForKeyframe(run)) {
      this.#down = false;
      this.account.delivering(nowMonoMs, this.#clock.nowEpochMs());
    }
  }

  /** Frames come before the disk is asked to take them: one that refused is back when it has taken some. */
  #waitsForDisk(run: NonNullable<HostState['run']>): boolean {
    return this.#down && this.account.fault === 'disk' && (run.sink?.syncedBytes ?? 0) === 0;
  }

  /** A host that fails says so and then goes: that is one loss. */
  #lost(reason: string, code: string | null): void {
    const pid = this.#state?.pid ?? null;
    if (pid !== null && pid === this.#countedPid) return;
    this.#countedPid = pid;
    this.#count(reason, code);
  }

  #count(reason: string, code: string | null): void {
    const fault = faultOf(code);
    this.#down = true;
    this.account.lost(fault === 'disk' ? diskReason(reason) : reason, fault);
  }

  /** Why it is not recorded as it should be; null when it is. */
  trouble(): Trouble | null {
    const reason = this.account.degradedReason;
    if (reason !== null) return { reason, fault: this.account.fault, isSlowness: false };
    const run = this.run;
    const slow = run === null ? null : slowness(run);
    if (slow !== null) return { reason: slow, fault: 'disk', isSlowness: true };
    if (this.state !== 'error') return null;
    return { reason: run !== null && waitsForKeyframe(run) ? NO_KEYFRAME : 'The camera delivers no frames.', fault: 'camera', isSlowness: false };
  }
}

export class ActiveRecording {
  readonly stored: StoredRecording;
  readonly cameras: ReadonlyMap<CameraId, RecordedCamera>;
  readonly #awake: AwakeTime;
  stopping = false;

  constructor(stored: StoredRecording, cameras: readonly Camera[], maxAttempts: number, clock: Clock) {
    this.stored = stored;
    this.#awake = new AwakeTime(clock);
    const recorded = new Map<CameraId, RecordedCamera>();
    for (const { camera: id, spec } of stored.cameras) {
      const camera = cameras.find((candidate) => candidate.id === id);
      if (camera !== undefined) recorded.set(id, new RecordedCamera(camera, spec, maxAttempts, clock, this.#awake));
    }
    this.cameras = recorded;
  }

  close(): void {
    this.#awake.end();
    for (const recorded of this.cameras.values()) recorded.close();
  }

  /** What has happened to the cameras so far, for the answer to a stop. */
  accounts(): { readonly recovery: ReadonlyMap<CameraId, CameraRecovery>; readonly degradedDuringRecording: ReadonlyMap<CameraId, string> } {
    const reasons = new Map<CameraId, string>(this.stored.failed.map(({ camera, reason }) => [camera, reason]));
    for (const [id, { account }] of this.cameras) {
      if (account.everDegradedReason !== null) reasons.set(id, account.everDegradedReason);
    }
    return { recovery: new Map([...this.cameras].map(([id, { account }]) => [id, account.snapshot()])), degradedDuringRecording: reasons };
  }

  /** Why the recording is not what it should be, per camera; empty when it is. */
  degraded(): Map<CameraId, Trouble> {
    const troubles = new Map<CameraId, Trouble>(this.stored.failed.map(({ camera, reason }) => [camera, { reason, fault: 'camera', isSlowness: false }]));
    for (const [id, recorded] of this.cameras) {
      const trouble = recorded.trouble();
      if (trouble !== null) troubles.set(id, trouble);
    }
    return troubles;
  }
}
