/**
 * One recording pipeline from its text to its end. It knows GStreamer's messages and the native elements' numbers;
 * what they mean for the host is decided by the host.
 */
import { Type } from '#typebox';
import { TouchlineError } from '../../errors.js';
import type { Clock } from '../../lib/clock.js';
import { compileSchema } from '../../lib/schema.js';
import type { JournalFact } from '../journal.js';
import { DISK_PATIENCE_MS, MeterStatsSchema, SinkStatsSchema, type MeterStats, type RecordingSpec, type RunState, type SinkStats } from '../protocol.js';
import { isPipelineChange, pipelineError, SIGN_MS, type BusMessage, type GstPipeline } from './gst.js';
import type { ProgressFacts } from './progress.js';
import { isHeldUp } from './stall.js';

const meterStats = compileSchema(MeterStatsSchema);
const sinkStats = compileSchema(SinkStatsSchema);
const segmentOpened = compileSchema(Type.Object({ location: Type.String(), index: Type.Number() }));
// The binding delivers 64-bit integers as strings.
const segmentClosed = compileSchema(
  Type.Object({
    location: Type.String(),
    index: Type.Number(),
    frames: Type.Number(),
    bytes: Type.String({ pattern: '^[0-9]+$' }),
    'duration-ms': Type.Number(),
    finalised: Type.Boolean(),
    synced: Type.Boolean(),
    error: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
);
const firstFrame = compileSchema(Type.Object({ meter: Type.String(), 'mono-us': Type.String({ pattern: '^[0-9]+$' }) }));

export interface RunListener {
  /** A fact worth a journal entry. */
  fact(fact: JournalFact): void;
  /** Something that a client wants to know at once (first frame, new segment). */
  changed(): void;
  /** The pipeline cannot go on. */
  failed(code: string, message: string): void;
}

export interface EosOutcome {
  readonly eosReceived: boolean;
  readonly timedOut: boolean;
  readonly error: string | null;
  /** The camera did not end by itself: it may hang as well when it is shut down. */
  readonly forced: boolean;
}

const BASE_NAME = /[^/]+$/;
const DISK_POLL_MS = 200;

/** Waits are settled by bus messages; each of these is at most once in a pipeline's life. */
interface Pending {
  resolve(): void;
  reject(error: TouchlineError): void;
}

export class PipelineRun {
  readonly spec: RecordingSpec;
  readonly stamp: string;
  readonly resumes: number;
  readonly #pipeline: GstPipeline;
  readonly #listener: RunListener;
  readonly #clock: Clock;
  #paused: Pending | null = null;
  #hasLeftNull = false;
  #ended: Pending | null = null;
  #error: TouchlineError | null = null;
  #playedMonoUs: number | null = null;
  #segment: string | null = null;
  #segmentOpenedMonoUs: number | null = null;
  /** As the pipeline's text has it, in the encoder's own unit; null while nobody asked. */
  #configuredBitrate: number | null = null;
  #bitrateShare = 1;
  #released = false;

  constructor(options: {
    readonly pipeline: GstPipeline;
    readonly spec: RecordingSpec;
    readonly stamp: string;
    readonly resumes: number;
    readonly locationPrefix: string;
    readonly clock: Clock;
    readonly listener: RunListener;
  }) {
    this.spec = options.spec;
    this.stamp = options.stamp;
    this.resumes = options.resumes;
    this.#pipeline = options.pipeline;
    this.#clock = options.clock;
    this.#listener = options.listener;
    this.#pipeline.set('segments', 'location-prefix', options.locationPrefix);
    for (const meter of ['source_meter', 'encoded_meter']) {
      if (!this.#pipeline.has(meter)) {
        throw new TouchlineError({ kind: 'unavailable', code: 'pipeline_incomplete', message: `The pipeline has no framemeter named "${meter}".` });
      }
    }
    this.#pipeline.onMessage((message) => this.#onMessage(message));
  }

  /** Opens the camera without delivering frames. Rejects with the element's own error, or `camera_open_timeout`. */
  async open(timeoutMs: number): Promise<void> {
    const paused = new Promise<void>((resolve, reject) => {
      this.#paused = { resolve, reject };
    });
    this.#pipeline.pause();
    if (this.#error !== null) throw this.#error;
    await this.#within(paused, Math.min(SIGN_MS, timeoutMs), () => {
      if (!this.#hasLeftNull) this.#pipeline.readOn();
    });
    await this.#within(paused, timeoutMs, () => {
      throw new TouchlineError({
        kind: 'timeout',
        code: 'camera_open_timeout',
        message: `The camera did not open within ${timeoutMs / 1000} s. Check its cable and power.`,
      });
    });
  }

  /** Frames flow from now on. Returns the monotonic instant just before the call. */
  play(): number {
    this.#playedMonoUs = this.#clock.monoUs();
    this.#pipeline.play();
    return this.#playedMonoUs;
  }

  /**
   * End of stream, then waits until the last segment is final and synced. A camera that swallows the end of stream
   * (nvargus may) costs two thirds of the time; then the segment sink is told to finish by itself, so the file is
   * final even so. That gives up what still waits for the disk: a disk that is behind gets DISK_PATIENCE_MS to take it.
   */
  async finish(timeoutMs: number): Promise<EosOutcome> {
    if (this.#error !== null) return { eosReceived: false, timedOut: false, error: this.#error.message, forced: false };
    let ended = false;
    const end = new Promise<void>((resolve, reject) => {
      this.#ended = { resolve, reject };
    }).then(() => {
      ended = true;
    });
    end.catch(() => undefined);
    try {
      this.#pipeline.sendEos();
      await this.#within(end, (timeoutMs * 2) / 3, () => undefined);
      const deadlineMonoMs = this.#clock.monoMs() + DISK_PATIENCE_MS;
      for (let isBehind = true; isBehind && !ended && this.#clock.monoMs() < deadlineMonoMs; ) {
        isBehind = this.isDiskBehind();
        // Behind the last frame comes the end.
        await this.#within(end, DISK_POLL_MS, () => undefined);
      }
      if (ended) return { eosReceived: true, timedOut: false, error: null, forced: false };
      const waiting = this.#framesWaiting();
      this.#pipeline.set('segments', 'finish', true);
      await this.#within(end, timeoutMs / 3, () => undefined);
      return { eosReceived: ended, timedOut: !ended, error: waiting > 0 ? `The disk did not take the last ${waiting} frames in time.` : null, forced: true };
    } catch (error) {
      return { eosReceived: false, timedOut: false, error: error instanceof Error ? error.message : String(error), forced: true };
    }
  }

  /** Synchronous, and as slow as the camera stack: nothing may be waiting for this process any more. */
  release(): void {
    this.#released = true;
    this.#pipeline.stop();
  }

  /** From the next frame on. Without effect where the camera encodes. */
  tune(bitrateShare: number): void {
    if (this.#configuredBitrate === null) {
      const bitrate = this.#pipeline.has('encoder') ? this.#pipeline.get('encoder', 'bitrate') : null;
      this.#configuredBitrate = typeof bitrate === 'number' ? bitrate : null;
    }
    if (this.#configuredBitrate !== null) this.#pipeline.set('encoder', 'bitrate', Math.round(this.#configuredBitrate * bitrateShare));
    this.#bitrateShare = bitrateShare;
  }

  /** Why the pipeline cannot go on, null while it can. */
  get failure(): TouchlineError | null {
    return this.#error;
  }

  get playedMonoUs(): number | null {
    return this.#playedMonoUs;
  }

  get segment(): string | null {
    return this.#segment;
  }

  state(): RunState {
    return {
      runId: this.spec.runId,
      matchId: this.spec.matchId,
      matchDir: this.spec.matchDir,
      stamp: this.stamp,
      resumes: this.resumes,
      playedMonoUs: this.#playedMonoUs,
      source: this.meter('source_meter'),
      encoded: this.meter('encoded_meter'),
      sink: this.sink(),
      segment: this.#segment,
      segmentOpenedMonoUs: this.#segmentOpenedMonoUs,
      bitrateShare: this.#bitrateShare,
    };
  }

  /** Milliseconds since the newest frame, null before the first: cheap enough to be asked often. */
  frameAgeMs(meter: 'source_meter' | 'encoded_meter'): number | null {
    const age = this.#pipeline.get(meter, 'last-frame-age-ms');
    return typeof age === 'number' && age >= 0 ? age : null;
  }

  /** How frames come since play; null before it. */
  flow(): ProgressFacts['flow'] {
    if (this.#playedMonoUs === null) return null;
    const { stallMs, firstFrameTimeoutMs } = this.spec;
    const frameAgeMs = this.frameAgeMs('source_meter');
    const isLate = frameAgeMs !== null && frameAgeMs > stallMs;
    return {
      sincePlayMs: (this.#clock.monoUs() - this.#playedMonoUs) / 1000,
      frameAgeMs,
      isHeldUp: isLate && isHeldUp(frameAgeMs, () => this.isDiskBehind()),
      stallMs,
      firstFrameTimeoutMs,
    };
  }

  meter(name: 'source_meter' | 'encoded_meter'): MeterStats | null {
    const stats = meterStats.parseJson(String(this.#pipeline.get(name, 'stats')));
    return stats.ok ? stats.value : null;
  }

  sink(): SinkStats | null {
    const stats = sinkStats.parseJson(String(this.#pipeline.get('segments', 'stats')));
    return stats.ok ? stats.value : null;
  }

  /** Frames that the encoder delivered wait for the segment sink. */
  isDiskBehind(): boolean {
    return this.#framesWaiting() > 0;
  }

  #framesWaiting(): number {
    const encoded = this.meter('encoded_meter')?.frames ?? 0;
    const sink = this.sink();
    return sink === null ? encoded : Math.max(0, encoded - sink.frames - sink.droppedBeforeKeyframe);
  }

  #onMessage(message: BusMessage): void {
    switch (message.type) {
      case 'error':
        this.#onError(message);
        return;
      case 'eos':
        this.#ended?.resolve();
        return;
      case 'state-changed':
        if (!isPipelineChange(message)) return;
        this.#hasLeftNull = true;
        if (message['new-state'] === 'GST_STATE_PAUSED') this.#paused?.resolve();
        return;
      case 'element':
        this.#onElement(message);
        return;
      default:
        return;
    }
  }

  #onError(message: BusMessage): void {
    if (this.#released) return;
    const error = pipelineError(message);
    const first = this.#error === null;
    this.#error ??= error;
    this.#paused?.reject(error);
    this.#ended?.reject(error);
    if (first) this.#listener.failed(error.code, error.message);
  }

  #onElement(message: BusMessage): void {
    if (message.name === 'touchline-segment-opened') {
      const opened = segmentOpened.check(message.fields);
      if (!opened.ok) return;
      this.#segment = BASE_NAME.exec(opened.value.location)?.[0] ?? null;
      this.#segmentOpenedMonoUs = this.#clock.monoUs();
      if (this.#segment !== null) this.#listener.fact({ kind: 'segment-opened', name: this.#segment, index: opened.value.index });
      this.#listener.changed();
    } else if (message.name === 'touchline-segment-closed') {
      const closed = segmentClosed.check(message.fields);
      if (!closed.ok) return;
      const { location, index, frames, bytes, finalised, synced, error } = closed.value;
      this.#listener.fact({
        kind: 'segment-closed',
        name: BASE_NAME.exec(location)?.[0] ?? location,
        index,
        frames,
        bytes: Number(bytes),
        durationMs: closed.value['duration-ms'],
        finalised,
        synced,
        error: error ?? null,
      });
      this.#listener.changed();
    } else if (message.name === 'framemeter-first-frame') {
      const frame = firstFrame.check(message.fields);
      if (frame.ok && frame.value.meter === 'source_meter') {
        this.#listener.fact({ kind: 'first-frame', frameMonoUs: Number(frame.value['mono-us']) });
      }
      this.#listener.changed();
    }
  }

  /** Runs `onTimeout` (which may throw) when the promise has not settled in time. */
  async #within(promise: Promise<void>, timeoutMs: number, onTimeout: () => void): Promise<void> {
    const cancel = new AbortController();
    const timer = this.#clock.sleepMs(timeoutMs, cancel.signal).then(
      () => true,
      () => false,
    );
    try {
      const late = await Promise.race([promise.then(() => false), timer]);
      if (late) onTimeout();
    } finally {
      cancel.abort();
    }
  }
}
