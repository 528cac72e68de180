/**
 * The only door to GStreamer: a thin, typed face of the `gstreamer-superficial` binding.
 *
 * What the binding does (read in its source, 1.7.4), and what follows:
 * - `play`/`stop` change the state synchronously on the JavaScript thread and drop the result: a camera stack that
 *   hangs there hangs the process, errors come over the bus only.
 * - `pollBus` parks a libuv worker in a wait without end. It comes back with the next message, so the bus must not
 *   be flushed when the pipeline goes to NULL: the messages of that very change wake the worker. The binding's own
 *   `auto-flush-bus` accessor has no effect in this version of Node.js, so the text says it.
 * - It ends polling when it delivers a message of a pipeline that is in NULL. One that cannot even leave that state (a
 *   device that is not there) has its error behind other messages, where nobody reads it: `readOn`.
 * - 64-bit integers arrive as strings.
 * - A pipeline is never freed. A host therefore runs few pipelines in its life.
 */
import { createRequire } from 'node:module';
import { Type, type Static } from '#typebox';
import { TouchlineError } from '../../errors.js';
import { compileSchema } from '../../lib/schema.js';

interface BindingElement {
  [property: string]: unknown;
}

interface BindingPipeline {
  play(): void;
  pause(): void;
  stop(): void;
  sendEOS(): void;
  findChild(name: string): BindingElement | undefined;
  pollBus(callback: (message: unknown) => void): void;
}

interface Binding {
  readonly Pipeline: new (description: string) => BindingPipeline;
}

const BusMessageSchema = Type.Object({
  type: Type.String(),
  /** Structure name of an element message; full element path of an error. */
  name: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  debug: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  'new-state': Type.Optional(Type.String()),
  _src_element_name: Type.Optional(Type.String()),
});
/** A bus message; fields of element messages beyond these are kept in `fields`. */
export type BusMessage = Static<typeof BusMessageSchema> & { readonly fields: Readonly<Record<string, unknown>> };

const busMessage = compileSchema(BusMessageSchema);
const fieldRecord = compileSchema(Type.Record(Type.String(), Type.Unknown()));

/** Loads GStreamer into this process; takes about 20 ms. */
export function loadGStreamer(): (description: string) => GstPipeline {
  const binding: Binding = createRequire(import.meta.url)('gstreamer-superficial');
  return (description) => new GstPipeline(binding, description);
}

/** An error message of the bus as our own error. */
export function pipelineError(message: BusMessage): TouchlineError {
  const element = message._src_element_name ?? 'pipeline';
  const text = `${element}: ${message.message ?? 'unknown error'}${typeof message.debug === 'string' ? ` (${message.debug})` : ''}`;
  if (/No space left on device/i.test(text)) return new TouchlineError({ kind: 'no_space', code: 'disk_full', message: text });
  // The segment sink ends its words with the name of the error, and has no errors but those of the disk.
  const errno = element === SEGMENT_SINK ? /\((E[A-Z0-9]+)\)/.exec(text)?.[1] : undefined;
  return new TouchlineError({ kind: 'unavailable', code: errno === undefined ? 'pipeline_error' : (DISK_CODES.get(errno) ?? 'disk_fault'), message: text });
}

/** A pipeline that can leave its first state says so at once; after so long without, see `readOn`. */
export const SIGN_MS = 200;

/** Whether the pipeline itself, and not one of its elements, has another state. */
export function isPipelineChange({ type, _src_element_name: source }: BusMessage): boolean {
  return type === 'state-changed' && /^pipeline\d+$/.test(source ?? '');
}

const SEGMENT_SINK = 'segments';
const DISK_CODES: ReadonlyMap<string, string> = new Map([
  ['EDQUOT', 'disk_full'],
  ['EROFS', 'disk_read_only'],
  ['ENOENT', 'disk_gone'],
  ['ENODEV', 'disk_gone'],
  ['ENXIO', 'disk_gone'],
  ['ESTALE', 'disk_gone'],
  ['ENOTCONN', 'disk_gone'],
]);

export class GstPipeline {
  readonly #pipeline: BindingPipeline;
  readonly #children = new Map<string, BindingElement>();
  #listener: (message: BusMessage) => void = () => undefined;
  /** Messages that came without `readOn`. */
  #polled = 0;

  /** Throws TouchlineError `pipeline_invalid` with GStreamer's own words when the text cannot be built. */
  constructor(binding: Binding, description: string) {
    try {
      this.#pipeline = new binding.Pipeline(`pipeline.( auto-flush-bus=false ${description} )`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TouchlineError({ kind: 'unavailable', code: 'pipeline_invalid', message: reason, cause: error });
    }
  }

  /** Bus messages in order, until the pipeline has been stopped. */
  onMessage(listener: (message: BusMessage) => void): void {
    this.#listener = listener;
    this.#pipeline.pollBus((raw) => {
      this.#polled += 1;
      this.#deliver(raw);
    });
  }

  /** Reads the bus of a pipeline that stays in NULL up to its error. Harmless where the binding turns out to poll still. */
  readOn(): void {
    const before = this.#polled;
    const next = (): void =>
      this.#pipeline.pollBus((raw) => {
        if (this.#deliver(raw) !== 'error' && this.#polled === before) next();
      });
    next();
  }

  /** Type of the message; null for one that is none. */
  #deliver(raw: unknown): string | null {
    const message = busMessage.check(raw);
    const fields = fieldRecord.check(raw);
    if (!message.ok || !fields.ok) return null;
    this.#listener({ ...message.value, fields: fields.value });
    return message.value.type;
  }

  pause(): void {
    this.#pipeline.pause();
  }

  play(): void {
    this.#pipeline.play();
  }

  stop(): void {
    this.#pipeline.stop();
  }

  sendEos(): void {
    this.#pipeline.sendEOS();
  }

  has(element: string): boolean {
    return this.#child(element) !== undefined;
  }

  get(element: string, property: string): unknown {
    return this.#child(element)?.[property];
  }

  /** Throws TouchlineError `pipeline_incomplete` when the pipeline has no such element. */
  set(element: string, property: string, value: string | boolean | number): void {
    const child = this.#child(element);
    if (child === undefined) {
      throw new TouchlineError({
        kind: 'unavailable',
        code: 'pipeline_incomplete',
        message: `The pipeline has no element named "${element}". Add name=${element} to its template.`,
      });
    }
    child[property] = value;
  }

  #child(name: string): BindingElement | undefined {
    // Each look-up in the binding takes a reference that is never given back.
    const known = this.#children.get(name);
    if (known !== undefined) return known;
    const child = this.#pipeline.findChild(name);
    if (child !== undefined) this.#children.set(name, child);
    return child;
  }
}
