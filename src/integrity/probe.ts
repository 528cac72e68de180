/**
 * Is a segment a video file that others can play? ffprobe reads the container's metadata only: the cost does not grow
 * with the length (contract 5.5; counting frames timed out on ten-minute segments and called good files bad).
 */
import { stat } from 'node:fs/promises';
import { execa } from '#execa';
import { Type } from '#typebox';
import type { Clock } from '../lib/clock.js';
import { compileSchema } from '../lib/schema.js';

const CACHE_MS = 10_000;
const CACHE_ENTRIES = 200;
/** From the end of its time to the end of a process that can be ended. */
const KILLED_WITHIN_MS = 1500;

const ffprobeOutput = compileSchema(
  Type.Object({
    streams: Type.Optional(
      Type.Array(
        Type.Object({
          codec_name: Type.Optional(Type.String()),
          avg_frame_rate: Type.Optional(Type.String()),
          nb_frames: Type.Optional(Type.String()),
        }),
      ),
    ),
    format: Type.Optional(
      Type.Object({ duration: Type.Optional(Type.String()), bit_rate: Type.Optional(Type.String()), size: Type.Optional(Type.String()) }),
    ),
  }),
);

/** Outcome of one ffprobe run over one segment (contract 5.5). */
export interface ProbeResult {
  readonly checked: boolean;
  readonly ok: boolean | null;
  readonly error: string | null;
  readonly cached: boolean;
  /** As ffprobe prints them; null when not ok. */
  readonly durationSeconds: string | null;
  readonly bitRate: string | null;
  readonly avgFrameRate: string | null;
  /** Frames according to the container; null for an unfinalised file. */
  readonly frames: number | null;
}

interface CacheEntry {
  readonly result: ProbeResult;
  readonly monoMs: number;
}

/** Not yet probed, or cannot be: the contract's placeholder. */
export const UNCHECKED: ProbeResult = {
  checked: false,
  ok: null,
  error: null,
  cached: false,
  durationSeconds: null,
  bitRate: null,
  avgFrameRate: null,
  frames: null,
};

export class Prober {
  readonly #clock: Clock;
  readonly #cache = new Map<string, CacheEntry>();
  /** Not yet ended, by the same key. */
  readonly #running = new Map<string, Promise<ProbeResult>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Never rejects: whatever goes wrong is in the result. */
  async probe(path: string, timeoutMs: number): Promise<ProbeResult> {
    const key = await this.#key(path);
    if (key === null) return { ...UNCHECKED, checked: true, ok: false, error: 'segment_not_found' };
    const known = this.#cache.get(key);
    if (known !== undefined && this.#clock.monoMs() - known.monoMs < CACHE_MS) return { ...known.result, cached: true };
    const result = await this.#run(key, path, timeoutMs);
    this.#cache.set(key, { result, monoMs: this.#clock.monoMs() });
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= CACHE_ENTRIES) break;
      this.#cache.delete(oldest);
    }
    return result;
  }

  /** One process per file, however many ask. One that a dead disk holds cannot be ended, and keeps nobody waiting. */
  async #run(key: string, path: string, timeoutMs: number): Promise<ProbeResult> {
    const running = this.#running.get(key) ?? runFfprobe(path, timeoutMs).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    const cancel = new AbortController();
    const late = this.#clock.sleepMs(timeoutMs + KILLED_WITHIN_MS, cancel.signal).then(
      () => timedOut(timeoutMs),
      () => timedOut(timeoutMs),
    );
    try {
      return await Promise.race([running, late]);
    } finally {
      cancel.abort();
    }
  }

  async #key(path: string): Promise<string | null> {
    try {
      const { mtimeMs, size } = await stat(path);
      return `${path}\0${mtimeMs}\0${size}`;
    } catch {
      return null;
    }
  }
}

function bad(error: string): ProbeResult {
  return { ...UNCHECKED, checked: true, ok: false, error };
}

function timedOut(timeoutMs: number): ProbeResult {
  return bad(`ffprobe_exception:timed out after ${timeoutMs / 1000} s`);
}

async function runFfprobe(path: string, timeoutMs: number): Promise<ProbeResult> {
  const child = await execa(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=codec_name,avg_frame_rate,nb_frames:format=duration,size,bit_rate', '-of', 'json', path],
    { reject: false, timeout: timeoutMs, forceKillAfterDelay: 500, stdin: 'ignore', maxBuffer: 64 * 1024 },
  );
  if (child.code === 'ENOENT') return { ...UNCHECKED, error: 'ffprobe_not_available' };
  if (child.timedOut) return timedOut(timeoutMs);
  if (child.exitCode === undefined) return bad(`ffprobe_exception:${child.shortMessage ?? 'did not run'}`);
  if (child.exitCode !== 0) return bad(String(child.stderr).trim().split('\n')[0] || `ffprobe_exit_${child.exitCode}`);
  const output = ffprobeOutput.parseJson(String(child.stdout));
  if (!output.ok) return bad('ffprobe_exception:unreadable output');
  const stream = output.value.streams?.[0];
  if (stream === undefined) return bad('no_video_stream');
  const frames = Number(stream.nb_frames);
  return {
    checked: true,
    ok: true,
    error: null,
    cached: false,
    durationSeconds: output.value.format?.duration ?? null,
    bitRate: output.value.format?.bit_rate ?? null,
    avgFrameRate: stream.avg_frame_rate ?? null,
    frames: stream.nb_frames === undefined || !Number.isInteger(frames) ? null : frames,
  };
}
