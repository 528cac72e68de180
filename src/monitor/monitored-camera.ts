/**
 * The small pictures of one camera: what its viewers want and what the camera's process does, brought in line at each
 * message of that process. Nothing is made while nobody watches, and a process that was replaced is asked again.
 */
import type { Logger } from 'pino';
import type { Camera } from '../camera/camera.js';
import type { MonitorName } from '../camera/protocol.js';
import { asTouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';

/** What the pictures may cost. */
export interface MonitorLimit {
  /** Of the configured number of pictures a second. */
  readonly rateShare: number;
  /** None at all for the time being. */
  readonly suspended: boolean;
}

/** Somebody who asks for a picture every few seconds does not make the encoder start and stop. */
const LINGER_MS = 5000;
/** Doubled with each failure in a row, up to the second one. */
const RETRY_MS = 2000;
const MAX_RETRY_MS = 60_000;
const KEYFRAME_EVERY_MS = 400;
/** Making the picture may be what it died of, and a recording must not pay for it twice. */
const FATAL: ReadonlySet<string> = new Set(['host_gone', 'host_timeout']);

interface Demand {
  readonly users: Set<string>;
  wantedUntilMonoMs: number;
  /** A request is under way, or failed a moment ago. */
  isAsking: boolean;
  retryAtMonoMs: number;
  /** The rate that the process was told last. */
  maxRate: number | null;
  failures: number;
}

export interface MonitoredCameraOptions {
  readonly camera: Camera;
  /** Pipeline of a picture with the configuration of this moment; null when the profile has none. */
  readonly pipeline: (picture: MonitorName) => string | null;
  /** Makes room for the stills; never rejects. */
  readonly prepare: () => Promise<void>;
  /** Where its stream goes. */
  readonly rtpPort: number;
  /** Pictures a second, as configured now. */
  readonly fps: () => number;
  readonly clock: Clock;
  readonly log: Logger;
}

export class MonitoredCamera {
  readonly id: number;
  readonly #options: MonitoredCameraOptions;
  readonly #demands: ReadonlyMap<MonitorName, Demand>;
  readonly #onState = (): void => this.#follow();
  /** The run whose process did not survive a request for pictures: it gets no other. */
  #spared: string | null = null;
  #limit: MonitorLimit = { rateShare: 1, suspended: false };
  #keyframeMonoMs = Number.NEGATIVE_INFINITY;
  #keyframeIsDue = false;

  constructor(options: MonitoredCameraOptions) {
    this.#options = options;
    this.id = options.camera.id;
    const demand = (): Demand => ({ users: new Set(), wantedUntilMonoMs: Number.NEGATIVE_INFINITY, isAsking: false, retryAtMonoMs: Number.NEGATIVE_INFINITY, maxRate: null, failures: 0 });
    this.#demands = new Map<MonitorName, Demand>([
      ['stills', demand()],
      ['stream', demand()],
    ]);
    options.camera.on('state', this.#onState);
  }

  /** The run or live picture whose frames pass the tap, null while there is none. */
  get #runId(): string | null {
    const state = this.#options.camera.state;
    if (state === null) return null;
    if (state.phase === 'running') return state.run?.runId ?? null;
    return state.phase === 'live' ? (state.live?.runId ?? null) : null;
  }

  get isRunning(): boolean {
    return this.#runId !== null;
  }

  /** The camera's process is there and does nothing. */
  get isIdle(): boolean {
    return this.#options.camera.state?.phase === 'idle';
  }

  get isRecording(): boolean {
    return this.#options.camera.state?.phase === 'running';
  }

  isOn(picture: MonitorName): boolean {
    const state = this.#options.camera.state?.monitor?.[picture] ?? null;
    return state !== null && state.on && state.error === null;
  }

  use(picture: MonitorName, user: string): void {
    this.#demands.get(picture)?.users.add(user);
    this.#follow();
  }

  leave(picture: MonitorName, user: string): void {
    const demand = this.#demands.get(picture);
    if (demand === undefined || !demand.users.delete(user) || demand.users.size > 0) return;
    demand.wantedUntilMonoMs = this.#options.clock.monoMs() + LINGER_MS;
  }

  limit(limit: MonitorLimit): void {
    this.#limit = limit;
    this.#follow();
  }

  /** Soon: several viewers that ask at the same time get the same one. */
  wantKeyframe(): void {
    const { camera, clock } = this.#options;
    if (this.#keyframeIsDue) return;
    this.#keyframeIsDue = true;
    const waitMs = Math.max(0, this.#keyframeMonoMs + KEYFRAME_EVERY_MS - clock.monoMs());
    void clock.sleepMs(waitMs).then(async () => {
      this.#keyframeIsDue = false;
      this.#keyframeMonoMs = clock.monoMs();
      const runId = this.#runId;
      if (runId !== null) await camera.keyframe(runId).catch(() => undefined);
    });
  }

  close(): void {
    this.#options.camera.off('state', this.#onState);
  }

  #follow(): void {
    const runId = this.#runId;
    if (runId === null || runId === this.#spared) return;
    const nowMonoMs = this.#options.clock.monoMs();
    for (const [picture, demand] of this.#demands) {
      const isWanted = !this.#limit.suspended && (demand.users.size > 0 || nowMonoMs < demand.wantedUntilMonoMs);
      const maxRate = Math.max(1, Math.round(this.#options.fps() * this.#limit.rateShare));
      const isRight = isWanted === this.isOn(picture) && (!isWanted || demand.maxRate === maxRate);
      if (isRight || demand.isAsking || nowMonoMs < demand.retryAtMonoMs) continue;
      void this.#ask(runId, picture, demand, { on: isWanted, maxRate });
    }
  }

  async #ask(runId: string, picture: MonitorName, demand: Demand, wanted: { readonly on: boolean; readonly maxRate: number }): Promise<void> {
    const { camera, pipeline, prepare, rtpPort, clock, log } = this.#options;
    demand.isAsking = true;
    try {
      // Somebody may have tidied up memory; a picture that cannot be written fails.
      if (wanted.on && picture === 'stills') await prepare();
      const text = pipeline(picture);
      if (text !== null) await camera.watch({ runId, picture, pipeline: text, rtpPort, ...wanted });
      demand.maxRate = wanted.maxRate;
      demand.failures = 0;
    } catch (error) {
      demand.retryAtMonoMs = clock.monoMs() + Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** demand.failures);
      demand.failures += 1;
      if (FATAL.has(asTouchlineError(error).code)) {
        this.#spared = runId;
        log.error({ camera: this.id, picture }, 'the camera process was lost over a small picture; there are none any more until the next start');
      }
      log.warn({ camera: this.id, picture, reason: asTouchlineError(error).message }, 'the camera process makes no small picture');
    } finally {
      demand.isAsking = false;
    }
  }
}
