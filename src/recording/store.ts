/**
 * What the daemon has promised to record, so that the next daemon knows it. The hosts record without it; it holds
 * what they do not know: which cameras belong together and what happens after the stop.
 */
import { rename } from 'node:fs/promises';
import { Type, type Static } from '#typebox';
import type { Logger } from 'pino';
import { RecordingSpecSchema } from '../camera/protocol.js';
import { type JsonFile, readJsonFile, removeDurably, writeFileDurably } from '../lib/durable-file.js';
import type { Clock } from '../lib/clock.js';
import { compileSchema } from '../lib/schema.js';
import { warnWhenSlow } from '../telemetry/slow.js';

const InterruptionSchema = Type.Object({
  /** `machine_restarted`: power cut, crash or restart. `processes_died`: daemon and camera hosts together, in one boot. `disk_missing`: it goes on on another disk. */
  cause: Type.Union([Type.Literal('machine_restarted'), Type.Literal('processes_died'), Type.Literal('disk_missing')]),
  /** Wall clock when the match was taken up again; with a null length not to be believed. */
  resumedEpochMs: Type.Number(),
  /** From the last sign of life to the new start; null when the clock of the machine cannot be right. */
  lengthMs: Type.Union([Type.Number(), Type.Null()]),
});
export type Interruption = Static<typeof InterruptionSchema>;

export const StoredRecordingSchema = Type.Object({
  v: Type.Literal(1),
  matchId: Type.String(),
  matchDir: Type.String(),
  bootId: Type.String(),
  startedMonoUs: Type.Number(),
  startedEpochMs: Type.Number(),
  processAfterRecording: Type.Boolean(),
  requireAllCameras: Type.Boolean(),
  /** Its stop had begun: whoever finds this ends what is left of it, and never goes on recording. */
  stopping: Type.Boolean(),
  cameras: Type.Array(Type.Object({ camera: Type.Number(), spec: RecordingSpecSchema })),
  /** Cameras that did not start, in a recording that may go without them. */
  failed: Type.Array(Type.Object({ camera: Type.Number(), reason: Type.String() })),
  /** How often the match was interrupted and taken up again; absent: never. */
  interruptionCount: Type.Optional(Type.Integer({ minimum: 0 })),
  /** The newest of these, oldest first. */
  interruptions: Type.Optional(Type.Array(InterruptionSchema)),
});
export type StoredRecording = Static<typeof StoredRecordingSchema>;

const storedRecording = compileSchema(StoredRecordingSchema);

export class RecordingStore {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(stateDir: string, clock: Clock, log: Logger) {
    this.#path = `${stateDir}/recording.json`;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Null when there is none. A corrupt one is put aside; in its place counts what `instead` knows: without it a power cut
   * that spoils the file would end the match.
   */
  async read(instead: () => Promise<StoredRecording | null> = async () => null): Promise<StoredRecording | null> {
    const file = await this.#read();
    if ('value' in file) return file.value;
    if ('missing' in file) return null;
    this.#log.error({ file: this.#path, reason: file.reason }, 'state file is unreadable, putting it aside');
    await rename(this.#path, `${this.#path}.corrupt`).catch((error: unknown) => this.#log.error({ err: error }, 'the unreadable state file could not be put aside'));
    return instead();
  }

  /** The same, and changes nothing; null also when it cannot be read. */
  async peek(): Promise<StoredRecording | null> {
    const file = await this.#read();
    return 'value' in file ? file.value : null;
  }

  /** A disk that cannot be read is no reason not to start. */
  #read(): Promise<JsonFile<StoredRecording>> {
    return readJsonFile(this.#path, storedRecording).catch((error: unknown) => ({ corrupt: true, reason: String(error) }));
  }

  async write(recording: StoredRecording): Promise<void> {
    await warnWhenSlow(this.#clock, this.#log, 'store the recording', () => writeFileDurably(this.#path, JSON.stringify(recording), { mode: 0o600 }));
  }

  async clear(): Promise<void> {
    await removeDurably(this.#path);
  }
}
