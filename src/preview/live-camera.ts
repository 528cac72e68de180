/**
 * The live picture of one camera, for as long as anybody uses it. Users are counted by name, so it does not matter who
 * came first and who leaves last. What is shown is derived from frames, never set.
 */
import { randomUUID } from 'node:crypto';
import type { Camera } from '../camera/camera.js';
import type { LiveSpec, LiveState } from '../camera/protocol.js';
import { TouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import type { PipelineState } from '../recording/types.js';

/** Older than this, a frame is no proof of a picture. */
const FRESH_MS = 2000;
const KEYFRAME_EVERY_MS = 400;
const OVER_POLL_MS = 50;
/** Longer than anybody takes to begin what displaced the picture. */
const OVER_PATIENCE_MS = 15_000;

export interface LivePlan {
  readonly pipeline: string;
  readonly stallMs: number;
  readonly firstFrameTimeoutMs: number;
}

export class LiveCamera {
  readonly camera: Camera;
  readonly #clock: Clock;
  /** By name, whether the user needs the encoder. */
  readonly #users = new Map<string, boolean>();
  #spec: LiveSpec | null = null;
  /** Aborts when somebody else takes the camera. */
  #tenure = new AbortController();
  #everShown = false;
  #keyframeMonoMs = Number.NEGATIVE_INFINITY;
  #keyframeIsDue = false;

  constructor(camera: Camera, clock: Clock) {
    this.camera = camera;
    this.#clock = clock;
  }

  get id(): number {
    return this.camera.id;
  }

  get isUsed(): boolean {
    return this.#users.size > 0;
  }

  get #live(): LiveState | null {
    const live = this.camera.state?.live ?? null;
    return live !== null && live.runId === this.#spec?.runId ? live : null;
  }

  /** Frames come from the camera now. */
  get isShown(): boolean {
    const ageMs = this.#live?.source?.lastFrameAgeMs ?? null;
    return ageMs !== null && ageMs < FRESH_MS;
  }

  get state(): PipelineState | 'stopped' {
    if (this.#spec === null) return this.#everShown ? 'idle' : 'stopped';
    if (this.isShown) return 'running';
    return this.#live === null || (this.#live.source?.frames ?? 0) > 0 ? 'error' : 'starting';
  }

  get uptimeMs(): number {
    const live = this.#live;
    return live === null || !this.isShown ? 0 : Math.max(0, (this.#clock.monoUs() - live.playedMonoUs) / 1000);
  }

  /**
   * Adds a user; the first one starts the picture. Throws, without the user, when no frame comes in time, and
   * `preview_displaced` when somebody else has taken the camera meanwhile, which is then left alone.
   */
  async use(user: string, needsEncoder: boolean, plan: () => Promise<LivePlan>): Promise<void> {
    const { signal } = this.#tenure;
    this.#users.set(user, needsEncoder);
    try {
      if (this.#spec === null) await this.#start(await plan(), signal);
      else await this.#followUsers();
      signal.throwIfAborted();
    } catch (error) {
      this.#users.delete(user);
      throw error;
    }
  }

  /** Removes a user; true when it was the last one and the camera has let go. */
  async leave(user: string): Promise<boolean> {
    if (!this.#users.delete(user)) return false;
    if (this.#users.size > 0) {
      await this.#followUsers();
      return false;
    }
    return this.stop();
  }

  /** Ends the picture whoever uses it; true when there was one. */
  async stop(): Promise<boolean> {
    this.#users.clear();
    const spec = this.#spec;
    this.#spec = null;
    if (spec === null) return false;
    this.camera.want({ kind: 'idle' });
    await this.camera.abort(spec.runId).catch(() => undefined);
    return true;
  }

  /** Somebody who may took the camera. It may still wait for the first frame of the picture, which nobody else should. */
  displaced(): void {
    const spec = this.#spec;
    this.#users.clear();
    this.#spec = null;
    if (spec !== null) void this.camera.endPicture(spec.runId).catch(() => undefined);
    this.#tenure.abort(new TouchlineError({ kind: 'conflict', code: 'preview_displaced', message: 'The camera was taken while its picture was started.' }));
    this.#tenure = new AbortController();
  }

  /** Resolves when the camera's process shows nothing any more, so that it writes no file. */
  async over(): Promise<void> {
    const deadlineMonoMs = this.#clock.monoMs() + OVER_PATIENCE_MS;
    while ((this.camera.state?.live ?? null) !== null && this.#clock.monoMs() < deadlineMonoMs) await this.#clock.sleepMs(OVER_POLL_MS);
  }

  /** Soon: several viewers that ask at the same time get the same one. */
  wantKeyframe(): void {
    const spec = this.#spec;
    if (spec === null || this.#keyframeIsDue) return;
    const waitMs = Math.max(0, this.#keyframeMonoMs + KEYFRAME_EVERY_MS - this.#clock.monoMs());
    this.#keyframeIsDue = true;
    void this.#clock.sleepMs(waitMs).then(async () => {
      this.#keyframeIsDue = false;
      this.#keyframeMonoMs = this.#clock.monoMs();
      await this.camera.keyframe(spec.runId).catch(() => undefined);
    });
  }

  get #needsEncoder(): boolean {
    return [...this.#users.values()].some((needs) => needs);
  }

  async #start(plan: LivePlan, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const spec: LiveSpec = { ...plan, runId: randomUUID(), encode: this.#needsEncoder };
    this.#spec = spec;
    try {
      await this.camera.show(spec, signal);
      this.#everShown = true;
    } catch (error) {
      if (this.#spec === spec) await this.stop();
      throw error;
    }
    signal.throwIfAborted();
    // Whoever dies from now on is brought back.
    this.camera.want({ kind: 'live', spec });
    await this.#followUsers();
  }

  /** Encodes while somebody watches, and not otherwise. */
  async #followUsers(): Promise<void> {
    const spec = this.#spec;
    if (spec === null || spec.encode === this.#needsEncoder) return;
    const changed: LiveSpec = { ...spec, encode: this.#needsEncoder };
    this.#spec = changed;
    this.camera.want({ kind: 'live', spec: changed });
    await this.camera.encode(changed.runId, changed.encode).catch(() => undefined);
  }
}
