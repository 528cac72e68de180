/** Runs pipelines with Touchline's own elements and the Jetson stand-ins, in a process of their own and in this one. */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from '#execa';
import { Type, type Static } from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';
import { GST_ENV } from './gst-launch.js';

export interface Launched {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly output: string;
  /** Presentation timestamps that `silent=false` elements printed, in milliseconds. */
  readonly timestampsMs: readonly number[];
}

export interface LaunchOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Sends SIGINT once this many timestamps have been printed. */
  readonly interruptAfterFrames?: number;
  /** Called with each line of standard output. */
  readonly onLine?: (line: string) => void;
}

const TIMESTAMP = /pts: (\d+):(\d+):(\d+\.\d+)/;

/** Splits at blanks, except within double quotes, which are taken away. */
function argumentsOf(pipeline: string): string[] {
  return (pipeline.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((part) => part.replaceAll('"', ''));
}

/** Runs `gst-launch-1.0 -v -e` until it ends by itself or is interrupted; never longer than 30 s. */
export async function launch(pipeline: string, options: LaunchOptions = {}): Promise<Launched> {
  const child = execa('gst-launch-1.0', ['-v', '-e', ...argumentsOf(pipeline)], {
    env: { ...GST_ENV, ...options.env },
    reject: false,
    all: true,
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  const timestampsMs: number[] = [];
  // Not the merged output: an error may come in the middle of a line.
  for await (const line of createInterface({ input: child.stdout })) {
    const [, hours, minutes, seconds] = TIMESTAMP.exec(line) ?? [];
    if (seconds !== undefined) {
      timestampsMs.push((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
      if (timestampsMs.length === options.interruptAfterFrames) child.kill('SIGINT');
    }
    options.onLine?.(line);
  }
  const result = await child;
  return { exitCode: result.exitCode, signal: result.signal, output: result.all, timestampsMs };
}

const number = Type.Number();
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);
const statsSchema = Type.Object(
  {
    frames: number,
    bytes: number,
    keyframes: number,
    missed: number,
    firstFrameMonoUs: numberOrNull,
    lastFrameMonoUs: numberOrNull,
    lastFrameAgeMs: numberOrNull,
    largestGapMs: numberOrNull,
    fps: numberOrNull,
  },
  { additionalProperties: false },
);
const stats = compileSchema(statsSchema);
export type MeterStats = Static<typeof statsSchema>;

const messageSchema = Type.Object({
  type: Type.String(),
  name: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  meter: Type.Optional(Type.String()),
  'mono-us': Type.Optional(Type.String()),
});
const message = compileSchema(messageSchema);

interface BindingPipeline {
  play(): void;
  stop(): void;
  findChild(name: string): Record<string, unknown>;
  pollBus(listener: (raw: unknown) => void): void;
}
type Binding = { readonly Pipeline: new (text: string) => BindingPipeline };

function isBinding(value: unknown): value is Binding {
  return typeof value === 'object' && value !== null && 'Pipeline' in value && typeof value.Pipeline === 'function';
}

export interface RunningPipeline {
  readonly messages: readonly Static<typeof messageSchema>[];
  play(): void;
  stop(): void;
  /** A named element, its properties as they are. */
  element(name: string): Record<string, unknown>;
  meter(name: string): MeterStats;
  /** Resolves when `condition` holds; throws with `what` when it doesn't within 15 s. */
  until(what: string, condition: () => boolean): Promise<void>;
  /** Resolves at the end of the stream; throws the error that came instead. */
  ended(): Promise<void>;
}

/** Starts a pipeline in this process. It is stopped when the test ends. */
export function play(t: { teardown(clean: () => void): void }, text: string): RunningPipeline {
  for (const [name, value] of Object.entries(GST_ENV)) process.env[name] = value;
  const binding: unknown = createRequire(import.meta.url)('gstreamer-superficial');
  if (!isBinding(binding)) throw new Error('gstreamer-superficial has another shape than expected');
  // The binding's thread that waits for messages ends with those of the last change of state, unless they are flushed
  // away. In the text, because Node 24 does not pass an assignment on to the binding's own setter.
  const pipeline = new binding.Pipeline(`pipeline.( auto-flush-bus=false ${text} )`);
  const messages: Static<typeof messageSchema>[] = [];
  pipeline.pollBus((raw) => {
    const checked = message.check(raw);
    if (checked.ok) messages.push(checked.value);
  });
  t.teardown(() => pipeline.stop());
  pipeline.play();

  const meter = (name: string): MeterStats => {
    const checked = stats.parseJson(String(pipeline.findChild(name)['stats']));
    if (!checked.ok) throw new Error(`the stats of ${name} have another shape: ${JSON.stringify(checked.violations)}`);
    return checked.value;
  };
  const until = async (what: string, condition: () => boolean): Promise<void> => {
    const deadline = performance.now() + 15_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
      await delay(5);
    }
  };
  const ended = (): Promise<void> =>
    until('end of stream', () => {
      const error = messages.find(({ type }) => type === 'error');
      if (error !== undefined) throw new Error(error.message ?? 'an error without words');
      return messages.some(({ type }) => type === 'eos');
    });
  return {
    messages,
    play: () => pipeline.play(),
    stop: () => pipeline.stop(),
    element: (name) => pipeline.findChild(name),
    meter,
    until,
    ended,
  };
}
