/** All that people can see of a camera: its live picture while nothing is recorded, and small pictures beside either. */
import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.js';
import type { HostState, Params, Result } from '../protocol.js';
import type { GstPipeline } from './gst.js';
import { LiveSlot } from './live-slot.js';
import { MonitorSlot } from './monitor-slot.js';
import type { Stall } from './stall.js';

export interface PicturesOptions {
  readonly createPipeline: (description: string) => GstPipeline;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: () => void;
  readonly onFailure: (code: string, message: string) => void;
}

export class Pictures {
  readonly #live: LiveSlot;
  readonly #monitors: MonitorSlot;
  #pipelines = 0;

  constructor(options: PicturesOptions) {
    this.#live = new LiveSlot(options);
    this.#monitors = new MonitorSlot(options);
  }

  /** A live picture has the camera. */
  get isLive(): boolean {
    return this.#live.isTaken;
  }

  /** How many were made in the life of this process. */
  get pipelines(): number {
    return this.#pipelines;
  }

  isLiveWith(runId: string): boolean {
    return this.#live.holds(runId);
  }

  state(): Required<Pick<HostState, 'live' | 'monitor'>> {
    return { live: this.#live.state(), monitor: this.#monitors.state() };
  }

  stall(): Stall | null {
    return this.#live.stall();
  }

  /** The instant of play of a live picture that is there already, null when there is none of this run. */
  shownSince(runId: string): number | null {
    return this.#live.holds(runId) ? (this.#live.state()?.playedMonoUs ?? null) : null;
  }

  /** Resolves when the first frame has come; throws, and the camera is free again, when it does not. */
  show(spec: Params<'live'>): Promise<Result<'live'>> {
    this.#pipelines += 1;
    return this.#live.start(spec);
  }

  giveUp(runId: string): void {
    this.#live.giveUp(runId);
  }

  encode(params: Params<'encode'>): void {
    this.#live.encode(params);
  }

  /** Throws what keeps the small picture from coming. */
  watch(params: Params<'watch'>): void {
    if (this.#monitors.watch(params)) this.#pipelines += 1;
  }

  keyframe(runId: string): void {
    if (this.#live.holds(runId)) this.#live.keyframe({ runId });
    else this.#monitors.keyframe();
  }

  /** Ends them all, as slowly as the camera stack does. Only when no file is open any more. */
  end(): void {
    this.#monitors.end();
    this.#live.end();
  }
}
