/** Runs rendered pipelines under gst-launch-1.0 and looks at what they leave behind. */
import { createInterface } from 'node:readline';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import { toArguments } from '../../src/pipelines/index.js';
import { PLUGIN_PATH } from './pipeline-tools.js';

export const GST_ENV = { GST_PLUGIN_PATH: PLUGIN_PATH, LC_ALL: 'C' };

export interface RecordedFile {
  readonly path: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Records into `folder` until `segments` segments are closed, then ends the stream as Ctrl-C does. Throws with what
 * gst-launch printed when it ends by itself.
 */
export async function recordSegments(text: string, folder: string, segments: number): Promise<readonly RecordedFile[]> {
  const child = execa('gst-launch-1.0', ['-e', '-m', ...toArguments(text), `location-prefix=${join(folder, 'seg_')}`], {
    env: GST_ENV,
    reject: false,
    all: true,
    timeout: 60_000,
  });
  let closed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('touchline-segment-closed')) closed += 1;
    if (closed === segments && line.includes('touchline-segment-closed')) child.kill('SIGINT');
  }
  const { exitCode, all } = await child;
  if (exitCode !== 0 || closed < segments)
    throw new Error(`gst-launch-1.0 ended with ${exitCode}: ${String(all).slice(-2000)}`);
  const names = (await readdir(folder)).filter((name) => name.startsWith('seg_')).sort();
  return Promise.all(names.map((name) => probe(join(folder, name))));
}

async function probe(path: string): Promise<RecordedFile> {
  const entries = 'stream=width,height,nb_read_packets';
  const args = [
    '-v',
    'error',
    '-count_packets',
    '-select_streams',
    'v',
    '-show_entries',
    entries,
    '-of',
    'csv=p=0',
    path,
  ];
  const { stdout } = await execa('ffprobe', args);
  const [width, height, frames] = stdout.split(',').map(Number);
  return { path, width: width ?? 0, height: height ?? 0, frames: frames ?? 0 };
}

/** A clip of moving bars. */
export async function makeClip(path: string, size: string, framesPerSecond: number, seconds: number): Promise<void> {
  const source = `testsrc2=size=${size}:rate=${framesPerSecond}`;
  const output = ['-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', path];
  await execa('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...output]);
}
