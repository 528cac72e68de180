/** One live picture from its text to its end. It leaves nothing behind, so its end needs no end of stream. */
import { Type } from '#typebox';
import { TouchlineError } from '../../errors.js';
import type { Clock } from '../../lib/clock.js';
import { compileSchema } from '../../lib/schema.js';
import { MeterStatsSchema, type LiveSpec, type LiveState, type MeterStats } from '../protocol.js';
import { isPipelineChange, pipelineError, SIGN_MS, type BusMessage, type GstPipeline } from './gst.js';
import type { Stall } from './stall.js';

const meterStats = compileSchema(MeterStatsSchema);
const firstFrame = compileSchema(Type.Object({ meter: Type.String() }));

export interface LiveListener {
  changed(): void;
  /** The picture is gone for good. Not called before `start` has resolved. */
  failed(code: string, message: string): void;
}

export class LiveRun {
  readonly spec: LiveSpec;
  readonly #pipeline: GstPipeline;
  readonly #clock: Clock;
  readonly #listener: LiveListener;
  readonly #shown = Promise.withResolvers<void>();
  #playedMonoUs = 0;
  #encode: boolean;
  #isShown = false;
  #hasLeftNull = false;
  #released = false;

  constructor(options: { readonly pipeline: GstPipeline; readonly spec: LiveSpec; readonly clock: Clock; readonly listener: LiveListener }) {
    this.spec = options.spec;
    this.#pipeline = options.pipeline;
    this.#clock = options.clock;
    this.#listener = options.listener;
    this.#encode = options.spec.encode;
    this.#shown.promise.catch(() => undefined);
    this.#pipeline.set('live_valve', 'drop', !this.#encode);
    this.#pipeline.onMessage((message) => this.#onMessage(message));
  }

  /** Resolves with the instant of play when the first frame has come from the camera. */
  async start(): Promise<number> {
    this.#playedMonoUs = this.#clock.monoUs();
    this.#pipeline.play();
    const cancel = new AbortController();
    this.#clock.sleepMs(SIGN_MS, cancel.signal).then(
      () => {
        if (!this.#hasLeftNull && !this.#released) this.#pipeline.readOn();
      },
      () => undefined,
    );
    const late = this.#clock.sleepMs(this.spec.firstFrameTimeoutMs, cancel.signal).then(
      () => true,
      () => false,
    );
    try {
      if (await Promise.race([this.#shown.promise.then(() => false), late])) {
        throw new TouchlineError({ kind: 'timeout', code: 'camera_no_frames', message: `The camera delivered no frame within ${this.spec.firstFrameTimeoutMs / 1000} s. Check its cable and power.` });
      }
    } finally {
      cancel.abort();
    }
    this.#isShown = true;
    return this.#playedMonoUs;
  }

  /** Somebody else wants the camera: no first frame is waited for any more. Without effect on a picture that is shown. */
  giveUp(): void {
    this.#shown.reject(new TouchlineError({ kind: 'conflict', code: 'preview_displaced', message: 'The camera was taken while its picture was started.' }));
  }

  encode(on: boolean): void {
    this.#encode = on;
    this.#pipeline.set('live_valve', 'drop', !on);
    if (on) this.keyframe();
  }

  keyframe(): void {
    this.#pipeline.set('encoded_meter', 'request-keyframe', true);
  }

  /** Synchronous, and as slow as the camera stack. */
  release(): void {
    this.#released = true;
    this.#pipeline.stop();
  }

  /** Null while frames come from the camera. */
  stall(): Stall | null {
    const ageMs = this.#pipeline.get('source_meter', 'last-frame-age-ms');
    if (!this.#isShown || typeof ageMs !== 'number' || ageMs <= this.spec.stallMs) return null;
    return { code: 'camera_stalled', message: `The camera delivered no new frame for ${(ageMs / 1000).toFixed(1)} s.` };
  }

  state(): LiveState {
    return { runId: this.spec.runId, playedMonoUs: this.#playedMonoUs, encode: this.#encode, source: this.#meter('source_meter'), encoded: this.#meter('encoded_meter') };
  }

  #meter(name: string): MeterStats | null {
    const stats = meterStats.parseJson(String(this.#pipeline.get(name, 'stats')));
    return stats.ok ? stats.value : null;
  }

  #onMessage(message: BusMessage): void {
    if (this.#released) return;
    if (message.type === 'error') {
      const error = pipelineError(message);
      this.#shown.reject(error);
      if (this.#isShown) this.#listener.failed(error.code, error.message);
    } else if (isPipelineChange(message)) {
      this.#hasLeftNull = true;
    } else if (message.type === 'element' && message.name === 'framemeter-first-frame') {
      const frame = firstFrame.check(message.fields);
      if (frame.ok && frame.value.meter === 'source_meter') this.#shown.resolve();
      this.#listener.changed();
    }
  }
}
