/**
 * Records with `segmentsink` in a `gst-launch-1.0` of its own and looks at the files with ffprobe and ffmpeg, which know
 * nothing about how they were written.
 */
import { open, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from '#execa';
import { Type } from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';

export const PLUGIN_FOLDER = resolve('build/native');

/** A picture that is large enough for `framestamp` and small enough to encode many times a second. */
export const WIDTH = 160;
export const HEIGHT = 96;
export const FPS = 30;

/** A pipeline's elements; a property whose value holds spaces must be the last token of its own string. */
export type Elements = readonly (string | readonly string[])[];

/** The arguments of gst-launch-1.0 for elements that are linked one after the other. */
export function pipelineArguments(elements: Elements): string[] {
  return elements.flatMap((element, index) => [
    ...(index === 0 ? [] : ['!']),
    ...(typeof element === 'string' ? element.split(' ') : element),
  ]);
}

/** `frames` stamped pictures, as fast as they can be encoded (or in real time); one keyframe every `gop` frames. */
export function encodedSource(options: { frames?: number; gop: number; live?: boolean; encoder?: string }): Elements {
  const { frames, gop, live = false, encoder = '' } = options;
  const count = frames === undefined ? '' : ` num-buffers=${String(frames)}`;
  return [
    `videotestsrc pattern=ball is-live=${String(live)}${count}`,
    `video/x-raw,format=I420,width=${String(WIDTH)},height=${String(HEIGHT)},framerate=${String(FPS)}/1`,
    'framestamp',
    `x264enc speed-preset=ultrafast bitrate=2000 key-int-max=${String(gop)} ${encoder}`.trim(),
    'h264parse',
  ];
}

/** One element message of the sink, fields as printed. */
export interface SinkMessage {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The sink's messages and the end of stream, in order, from the output of `gst-launch-1.0 -m`. */
export function readMessages(output: string): SinkMessage[] {
  return output.split('\n').flatMap((line) => {
    const [, name, rest = ''] = /^Got message .*: (touchline-segment-\w+), (.*);$/.exec(line) ?? [];
    if (name !== undefined) {
      const fields = rest.matchAll(/([\w-]+)=\(\w+\)("(?:[^"\\]|\\.)*"|[^,]*)/g);
      return [{ name, fields: Object.fromEntries(Array.from(fields, ([, key = '', value = '']) => [key, value])) }];
    }
    return line.startsWith('Got EOS') ? [{ name: 'eos', fields: {} }] : [];
  });
}

/** Full paths of the MP4 files of a folder, sorted by name. */
export async function segmentsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.mp4')).sort().map((name) => join(folder, name));
}

const ProbeSchema = compileSchema(
  Type.Object({
    streams: Type.Array(
      Type.Object({ nb_frames: Type.Optional(Type.String()), nb_read_packets: Type.String(), start_time: Type.String() }),
      { minItems: 1, maxItems: 1 },
    ),
    format: Type.Object({ duration: Type.String() }),
  }),
);

export interface Probe {
  /** Packets that ffprobe read. */
  readonly packets: number;
  /** Frames that the index claims; NaN when it claims nothing. */
  readonly indexed: number;
  readonly startSeconds: number;
  readonly durationSeconds: number;
}

/** Null when ffprobe cannot read the file or complains about it. */
export async function probe(file: string): Promise<Probe | null> {
  const result = await execa(
    'ffprobe',
    ['-v', 'error', '-count_packets', '-show_entries', 'stream=nb_frames,nb_read_packets,start_time:format=duration',
      '-of', 'json', file],
    { reject: false },
  );
  if (result.exitCode !== 0 || result.stderr !== '') return null;
  const parsed = ProbeSchema.parseJson(result.stdout);
  const [stream] = parsed.ok ? parsed.value.streams : [];
  if (!parsed.ok || stream === undefined) return null;
  return {
    packets: Number(stream.nb_read_packets),
    indexed: Number(stream.nb_frames),
    startSeconds: Number(stream.start_time),
    durationSeconds: Number(parsed.value.format.duration),
  };
}

/** The file's pictures in order of presentation as tightly packed GRAY8. Throws when the decoder complains. */
export async function decode(file: string, seekSeconds = 0): Promise<Uint8Array> {
  const seek = seekSeconds > 0 ? ['-ss', String(seekSeconds)] : [];
  const result = await execa(
    'ffmpeg',
    ['-v', 'error', ...seek, '-i', file, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'],
    { encoding: 'buffer' },
  );
  const complaint = Buffer.from(result.stderr).toString();
  if (complaint !== '') throw new Error(complaint);
  return result.stdout;
}

/** The types of the file's top-level boxes, in order. */
export async function boxesOf(file: string): Promise<string[]> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const boxes: string[] = [];
    const header = Buffer.alloc(16);
    for (let at = 0; at + 8 <= size; ) {
      await handle.read(header, 0, 16, at);
      boxes.push(header.toString('latin1', 4, 8));
      const short = header.readUInt32BE(0);
      if (short === 0) break;
      at += short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    }
    return boxes;
  } finally {
    await handle.close();
  }
}
