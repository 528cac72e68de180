/** The shipped profiles record for real, and the files are what was asked for. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import t from 'tap';
import { loadPipelineLibrary, type RecordingRequest } from '../../src/pipelines/index.js';
import { readFrameStamps } from '../support/framestamp.js';
import { makeClip, recordSegments, type RecordedFile } from '../support/gst-launch.js';
import { startRtspCamera } from '../support/rtsp-camera.js';
import { PIPELINES, request, temporaryFolder } from '../support/pipeline-tools.js';

const library = await loadPipelineLibrary(PIPELINES);

interface Recording {
  readonly files: readonly RecordedFile[];
  readonly expected: ReturnType<typeof library.renderRecording>['expected'];
}

/** Two segments of a second each, the second cut short. */
async function record(
  t: Parameters<typeof temporaryFolder>[0],
  profile: string,
  changes: Partial<RecordingRequest>,
): Promise<Recording> {
  const folder = await temporaryFolder(t);
  const { text, expected } = library.renderRecording(request(profile, { segmentSeconds: 1, ...changes }));
  return { files: await recordSegments(text, folder, 1), expected };
}

/** What x264 wrote into the stream about its own settings. */
async function encoderOptions({ files }: Recording): Promise<ReadonlyMap<string, string>> {
  const bytes = await readFile(files[0]?.path ?? '');
  const options = /options: ([\x20-\x7e]+)/.exec(bytes.toString('latin1'))?.[1] ?? '';
  return new Map(
    options.split(' ').map((option): [string, string] => [option.split('=')[0] ?? '', option.split('=')[1] ?? '']),
  );
}

const sizeOf = ({ files }: Recording): (number | undefined)[] => [files[0]?.width, files[0]?.height];

t.test('sim: each frame of the source is in the files once, a segment is a second', async (t) => {
  const recording = await record(t, 'sim', {});
  t.equal(recording.files[0]?.frames, 30);
  t.strictSame(sizeOf(recording), [640, 360]);
  const stamps: (number | null)[] = [];
  for (const { path } of recording.files) {
    const args = ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
    const { stdout } = await execa('ffmpeg', args, { encoding: 'buffer', maxBuffer: 512 * 1024 * 1024 });
    stamps.push(...readFrameStamps(stdout, 640, 360));
  }
  t.ok(stamps.length >= 30);
  t.strictSame(
    stamps,
    stamps.map((_, index) => index),
    'counted without a gap from the first one on',
  );
  const options = await encoderOptions(recording);
  for (const [name, value] of Object.entries({
    bitrate: '2000',
    vbv_maxrate: '2000',
    vbv_bufsize: '4000',
    qpmin: '18',
    qpmax: '34',
    bframes: '0',
    keyint: '30',
    scenecut: '0',
    rc_lookahead: '0',
    threads: '1',
    rc: 'cbr',
  }))
    t.equal(options.get(name), value, name);
});

t.test('sim: crop and rotation give the size that was announced', async (t) => {
  const recording = await record(t, 'sim', {
    crop: { left: 101, right: 40, top: 21, bottom: 0 },
    rotation: 90,
    camera: 1,
  });
  t.strictSame(sizeOf(recording), [recording.expected.width, recording.expected.height]);
  t.strictSame(sizeOf(recording), [340, 500]);
});

t.test('file: footage of any size and rate becomes a camera of 30 frames a second', async (t) => {
  const clip = join(await temporaryFolder(t), `it's "left" 球.mp4`);
  await makeClip(clip, '322x240', 10, 1);
  const recording = await record(t, 'file', { source: clip });
  t.strictSame(sizeOf(recording), [322, 240]);
  t.equal(recording.files[0]?.frames, 30);
});

t.test('file: another size can be asked for, and cropped', async (t) => {
  const clip = join(await temporaryFolder(t), 'left.mp4');
  await makeClip(clip, '320x240', 25, 1);
  const recording = await record(t, 'file', {
    source: clip,
    video: { width: 480, height: 270, framerate: 25 },
    crop: { left: 80, right: 0, top: 0, bottom: 70 },
  });
  t.strictSame(sizeOf(recording), [400, 200]);
  t.equal(recording.files[0]?.frames, 25);
});

t.test('ip: the stream of a network camera is kept as it comes', async (t) => {
  const camera = await startRtspCamera({ width: 320, height: 240 }, `pass'word!`);
  t.teardown(() => camera.close());
  const recording = await record(t, 'ip', { source: camera.url });
  t.strictSame(sizeOf(recording), [320, 240]);
  t.ok((recording.files[0]?.frames ?? 0) >= 30, 'a second at least, up to the next keyframe of the camera');
  t.equal((await encoderOptions(recording)).get('keyint'), '15', 'encoded by the camera, not again');
});

const SMALL_SENSOR = {
  video: { width: 640, height: 360, framerate: 30 },
  crop: { left: 80, right: 80, top: 0, bottom: 68 },
};

for (const profile of ['jetson-nvenc', 'jetson-x264']) {
  t.test(`${profile}: the template that the rigs use records, with its crop`, async (t) => {
    const recording = await record(t, profile, { ...SMALL_SENSOR, bitrateKbps: 2000 });
    t.strictSame(sizeOf(recording), [480, 292]);
    t.strictSame(sizeOf(recording), [recording.expected.width, recording.expected.height]);
    t.equal(recording.files[0]?.frames, 30);
  });
}

t.test('jetson-x264: the preset that the rigs record with is what the encoder does', async (t) => {
  const options = await encoderOptions(await record(t, 'jetson-x264', { ...SMALL_SENSOR, quality: 'high' }));
  for (const [name, value] of Object.entries({
    bitrate: '25000',
    vbv_maxrate: '25000',
    vbv_bufsize: '50000',
    qpmin: '18',
    qpmax: '32',
    bframes: '1',
    scenecut: '0',
    rc_lookahead: '10',
    rc: 'cbr',
    intra_refresh: '0',
  }))
    t.equal(options.get(name), value, name);
});
