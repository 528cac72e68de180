/**
 * Writes down now and then that a recording is going on, so that after a power cut somebody can tell how long ago that
 * was. The video files tell it too, and more exactly, but only while a camera delivers.
 */
import { Type, type Static } from '#typebox';
import type { Logger } from 'pino';
import { bootId, type Clock } from '../lib/clock.js';
import { readJsonFile, removeDurably, writeFileDurably } from '../lib/durable-file.js';
import { Exclusive } from '../lib/exclusive.js';
import { compileSchema } from '../lib/schema.js';
import { RepeatedFault } from '../telemetry/repeated-fault.js';
import { StoredRecordingSchema, type StoredRecording } from './store.js';

/** Three syncs of a small file each time: the shorter it is, the more it costs the disk. */
const INTERVAL_MS = 10_000;

const SignOfLifeSchema = Type.Object({
  v: Type.Literal(1),
  bootId: Type.String(),
  monoUs: Type.Number(),
  epochMs: Type.Number(),
  recording: StoredRecordingSchema,
});
export type SignOfLife = Static<typeof SignOfLifeSchema>;

const signOfLife = compileSchema(SignOfLifeSchema);

export class Heartbeat {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #fault: RepeatedFault;
  readonly #disk = new Exclusive();
  #beating: AbortController | null = null;

  constructor(stateDir: string, clock: Clock, log: Logger) {
    this.#path = `${stateDir}/recording.alive.json`;
    this.#clock = clock;
    this.#fault = new RepeatedFault(clock, log, 'the sign of life of the recording cannot be written');
  }

  /** Null when there is none that can be understood. */
  async read(): Promise<SignOfLife | null> {
    const file = await readJsonFile(this.#path, signOfLife);
    return 'value' in file ? file.value : null;
  }

  /** From now on, until `pause` or `end`. Nobody waits for the disk. */
  begin(recording: StoredRecording): void {
    this.pause();
    const beating = new AbortController();
    this.#beating = beating;
    void this.#beat(recording, beating.signal);
  }

  /** No further signs; the newest one stays. */
  pause(): void {
    this.#beating?.abort();
    this.#beating = null;
  }

  /** There is no recording any more. Rejects when the disk refuses. */
  async end(): Promise<void> {
    this.pause();
    await this.#disk.run(() => removeDurably(this.#path));
  }

  async #beat(recording: StoredRecording, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#disk.run(() => this.#write(recording, signal));
      await this.#clock.sleepMs(INTERVAL_MS, signal).catch(() => undefined);
    }
  }

  async #write(recording: StoredRecording, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const sign: SignOfLife = { v: 1, bootId: bootId(), monoUs: this.#clock.monoUs(), epochMs: this.#clock.nowEpochMs(), recording };
    try {
      await writeFileDurably(this.#path, JSON.stringify(sign), { mode: 0o600 });
      this.#fault.cleared();
    } catch (error) {
      this.#fault.occurred(error);
    }
  }
}
