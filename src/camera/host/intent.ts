/**
 * What this camera is supposed to be doing, so that a host that comes up after a crash goes on by itself. Written
 * before the first frame, removed before a stop: what is being stopped is not resumed.
 */
import { Type, type Static } from '#typebox';
import { readJsonFile, removeDurably, writeFileDurably } from '../../lib/durable-file.js';
import { compileSchema } from '../../lib/schema.js';
import { FailureSchema, intentPath, RecordingSpecSchema, type Failure } from '../protocol.js';

const IntentSchema = Type.Object({
  v: Type.Literal(1),
  bootId: Type.String(),
  spec: RecordingSpecSchema,
  /** Starts of this run so far, less one. */
  resumes: Type.Number(),
  /** See pace.ts; absent where somebody else spaces out the restarts. */
  resumedMonoUs: Type.Optional(Type.Number()),
  hurried: Type.Optional(Type.Number()),
});
export type Intent = Static<typeof IntentSchema>;

const intentFile = compileSchema(IntentSchema);
const failureFile = compileSchema(FailureSchema);

export class HostFiles {
  readonly #intentPath: string;
  readonly #failurePath: string;

  constructor(runtimeDir: string, camera: number) {
    this.#intentPath = intentPath(runtimeDir, camera);
    this.#failurePath = `${runtimeDir}/camera${camera}.failure.json`;
  }

  /** Null when there is none; a corrupt one counts as none and comes back as `corrupt` for the log. */
  async readIntent(): Promise<{ readonly intent: Intent | null; readonly corrupt: string | null }> {
    const file = await readJsonFile(this.#intentPath, intentFile);
    if ('value' in file) return { intent: file.value, corrupt: null };
    return { intent: null, corrupt: 'reason' in file ? file.reason : null };
  }

  async writeIntent(intent: Intent): Promise<void> {
    await writeFileDurably(this.#intentPath, JSON.stringify(intent), { mode: 0o600 });
  }

  async clearIntent(): Promise<void> {
    await removeDurably(this.#intentPath);
  }

  async readFailure(): Promise<Failure | null> {
    const file = await readJsonFile(this.#failurePath, failureFile);
    return 'value' in file ? file.value : null;
  }

  async writeFailure(failure: Failure): Promise<void> {
    await writeFileDurably(this.#failurePath, JSON.stringify(failure), { mode: 0o600 });
  }

  async clearFailure(): Promise<void> {
    await removeDurably(this.#failurePath);
  }
}
