/**
 * The small pictures beside what a host runs. Each is a pipeline of its own that takes frames from the tap: whatever
 * becomes of it, the pipeline that records knows nothing of it. One that nobody watches is paused, not ended, because a
 * change of state runs on the thread that looks after the recording.
 */
import type { Logger } from 'pino';
import { TouchlineError } from '../../errors.js';
import { compileSchema } from '../../lib/schema.js';
import { MeterStatsSchema, type MonitorName, type MonitorState, type Params } from '../protocol.js';
import { pipelineError, type GstPipeline } from './gst.js';

const meterStats = compileSchema(MeterStatsSchema);

/** Each one keeps a thread of the process until the end of the run, also when it failed or its place was taken. */
const MAX_PIPELINES = 6;
const MAX_FAILURES = 3;

interface Monitor {
  readonly text: string;
  readonly pipeline: GstPipeline;
  on: boolean;
  error: string | null;
}

export interface MonitorSlotOptions {
  readonly createPipeline: (description: string) => GstPipeline;
  readonly log: Logger;
  readonly onChange: () => void;
}

export class MonitorSlot {
  readonly #options: MonitorSlotOptions;
  /** Newest last. */
  readonly #monitors = new Map<MonitorName, Monitor[]>();

  constructor(options: MonitorSlotOptions) {
    this.#options = options;
  }

  /** True when a pipeline had to be made for it. Throws what GStreamer says of its text, or `monitor_failed` after too many failures. */
  watch({ picture, pipeline: text, on, maxRate, rtpPort }: Params<'watch'>): boolean {
    const known = this.#newest(picture);
    // A daemon that came later listens elsewhere, and an edit of the configuration changes more than that.
    const isSame = known !== null && known.error === null && withoutPort(known.text) === withoutPort(text);
    if (isSame || !on) {
      if (known !== null && known.error === null) {
        this.#slow(known, maxRate);
        if (known.pipeline.has('rtp')) known.pipeline.set('rtp', 'port', rtpPort);
        this.#pause(known, !on);
      }
      return false;
    }
    const made = this.#monitors.get(picture) ?? [];
    if (made.length >= MAX_PIPELINES || made.filter(({ error }) => error !== null).length >= MAX_FAILURES) throw new TouchlineError({ kind: 'unavailable', code: 'monitor_failed', message: `The small picture failed: ${known?.error ?? 'it was changed too often during this recording'}` });
    const monitor: Monitor = { text, pipeline: this.#options.createPipeline(text), on: true, error: null };
    if (known !== null && known.error === null) this.#pause(known, true);
    this.#monitors.set(picture, [...made, monitor]);
    monitor.pipeline.onMessage((message) => {
      if (message.type !== 'error' || monitor.error !== null) return;
      monitor.error = pipelineError(message).message;
      this.#options.log.warn({ picture, reason: monitor.error }, 'a small picture failed; the recording is not touched');
      this.#pause(monitor, true);
      this.#options.onChange();
    });
    this.#slow(monitor, maxRate);
    monitor.pipeline.play();
    return true;
  }

  keyframe(): void {
    const monitor = this.#newest('stream');
    if (monitor !== null && monitor.on) monitor.pipeline.set('monitor_meter', 'request-keyframe', true);
  }

  state(): Record<MonitorName, MonitorState | null> {
    return { stills: this.#stateOf('stills'), stream: this.#stateOf('stream') };
  }

  /** Synchronous. Only when no file of the run is open any more. */
  end(): void {
    const all = [...this.#monitors.values()].flat();
    this.#monitors.clear();
    for (const { pipeline } of all) pipeline.stop();
  }

  #newest(picture: MonitorName): Monitor | null {
    return this.#monitors.get(picture)?.at(-1) ?? null;
  }

  /** Not a stream that the camera has encoded: each of its frames needs the ones before. */
  #slow({ pipeline }: Monitor, maxRate: number): void {
    if (Number(pipeline.get('monitor_source', 'max-rate')) > 0) pipeline.set('monitor_source', 'max-rate', maxRate);
  }

  #pause(monitor: Monitor, paused: boolean): void {
    monitor.on = !paused;
    monitor.pipeline.set('monitor_source', 'paused', paused);
  }

  #stateOf(picture: MonitorName): MonitorState | null {
    const monitor = this.#newest(picture);
    if (monitor === null) return null;
    const stats = meterStats.parseJson(String(monitor.pipeline.get('monitor_meter', 'stats')));
    return { on: monitor.on, error: monitor.error, meter: stats.ok ? stats.value : null };
  }
}

const withoutPort = (text: string): string => text.replace(/\bport=\d+/, 'port=');
