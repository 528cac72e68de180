/** The place of a host's live picture: there is one or none. The host's queue sees to it that calls do not overlap. */
import type { Clock } from '../../lib/clock.js';
import type { LiveState, Params, Result } from '../protocol.js';
import type { GstPipeline } from './gst.js';
import { LiveRun } from './live-run.js';
import type { Stall } from './stall.js';

export interface LiveSlotOptions {
  readonly createPipeline: (description: string) => GstPipeline;
  readonly clock: Clock;
  readonly onChange: () => void;
  readonly onFailure: (code: string, message: string) => void;
}

export class LiveSlot {
  readonly #options: LiveSlotOptions;
  #run: LiveRun | null = null;

  constructor(options: LiveSlotOptions) {
    this.#options = options;
  }

  get isTaken(): boolean {
    return this.#run !== null;
  }

  holds(runId: string): boolean {
    return this.#run?.spec.runId === runId;
  }

  state(): LiveState | null {
    return this.#run?.state() ?? null;
  }

  stall(): Stall | null {
    return this.#run?.stall() ?? null;
  }

  /** Resolves when the first frame has come; throws, and the place is free again, when it does not. */
  async start(spec: Params<'live'>): Promise<Result<'live'>> {
    const { createPipeline, clock, onChange, onFailure } = this.#options;
    const run = new LiveRun({ pipeline: createPipeline(spec.pipeline), spec, clock, listener: { changed: onChange, failed: onFailure } });
    this.#run = run;
    try {
      return { playedMonoUs: await run.start() };
    } catch (error) {
      this.end();
      throw error;
    }
  }

  giveUp(runId: string): void {
    if (this.holds(runId)) this.#run?.giveUp();
  }

  encode({ runId, on }: Params<'encode'>): void {
    if (this.holds(runId)) this.#run?.encode(on);
  }

  keyframe({ runId }: Params<'keyframe'>): void {
    if (this.holds(runId)) this.#run?.keyframe();
  }

  /** As slow as the camera stack. */
  end(): void {
    const run = this.#run;
    this.#run = null;
    run?.release();
  }
}
