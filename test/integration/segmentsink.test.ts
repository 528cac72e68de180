/**
 * The recorder's heart: `segmentsink` in real pipelines. Faults of the disk come from test/support/disk-faults.c, which
 * intercepts system calls; everything else is the real thing.
 */
import { mkdirSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { Type } from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';
import { readFrameStamps } from '../support/framestamp.js';
import {
  boxesOf, decode, encodedSource, FPS, HEIGHT, pipelineArguments, PLUGIN_FOLDER, probe, readMessages, segmentsIn,
  WIDTH, type Elements,
} from '../support/segment-recording.js';

t.setTimeout(110_000);
const scratch = t.testdir({ first: {} });
const environment = { GST_PLUGIN_PATH: PLUGIN_FOLDER, GST_REGISTRY: join(scratch, 'registry.bin') };
const faultLibrary = join(scratch, 'faults.so');
const Observed = compileSchema(
  Type.Object({
    slowestReadMs: Type.Number(),
    stats: Type.Object({
      segmentsOpened: Type.Integer(), segmentsClosed: Type.Integer(), frames: Type.Integer(),
      droppedBeforeKeyframe: Type.Integer(), bytes: Type.Integer(), syncedBytes: Type.Integer(), syncErrors: Type.Integer(),
      slowestSyncMs: Type.Number(), finalising: Type.Integer(),
      current: Type.Object({
        index: Type.Integer(), location: Type.String(), frames: Type.Integer(), bytes: Type.Integer(),
        syncedBytes: Type.Integer(), syncAgeMs: Type.Number(),
      }),
    }),
  }),
);
const ORDINARY = ['ftyp', 'free', 'mdat', 'moov'];

function recorder(elements: Elements, options: { fault?: string; flags?: string[] } = {}) {
  const fault = options.fault === undefined ? {} : { LD_PRELOAD: faultLibrary, DISK_FAULT: options.fault };
  return execa('gst-launch-1.0', [...(options.flags ?? ['-m']), ...pipelineArguments(elements)], {
    env: { ...environment, ...fault, LC_ALL: 'C.UTF-8' },
    reject: false,
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
}

function sink(prefix: string, properties = ''): readonly string[] {
  return [...`segmentsink ${properties}`.trim().split(' '), `location-prefix=${prefix}`];
}

/** Waits for `condition`; false when the recorder ended before. */
async function reached(recording: Promise<unknown>, condition: () => Promise<boolean>): Promise<boolean> {
  let ended = false;
  void recording.finally(() => (ended = true));
  while (!(await condition())) {
    if (ended) return false;
    await delay(10);
  }
  return true;
}

/** A folder of the test's own. */
function folderOf(test: Test): string {
  const folder = join(test.testdir({}), 'segments');
  mkdirSync(folder);
  return folder;
}

t.before(async () => {
  await execa('cc', ['-shared', '-fPIC', '-O1', '-o', faultLibrary, 'test/support/disk-faults.c', '-ldl']);
});

for (const encoder of ['bframes=0', 'bframes=1 b-adapt=false']) {
  t.test(`every frame is in exactly one ordinary MP4, in order (${encoder})`, async (t) => {
    const folder = folderOf(t);
    const { stdout } = await recorder([
      ...encodedSource({ frames: 90, gop: 15, encoder }),
      sink(`${folder}/s`, 'segment-duration-ms=500'),
    ]);
    const files = await segmentsIn(folder);
    t.ok(files.length >= 3, 'there are several segments');

    const stamps: (number | null)[] = [];
    const frames: number[] = [];
    for (const file of files) {
      const found = await probe(file);
      const pictures = readFrameStamps(await decode(file), WIDTH, HEIGHT);
      t.match(found, { packets: pictures.length, indexed: pictures.length, startSeconds: 0 });
      t.equal(found?.durationSeconds.toFixed(2), (pictures.length / FPS).toFixed(2));
      t.same(await boxesOf(file), ORDINARY, 'one moov, no moof');
      stamps.push(...pictures);
      frames.push(pictures.length);
    }
    const afterSeek = readFrameStamps(await decode(files[0] ?? '', 0.2), WIDTH, HEIGHT);
    t.same(afterSeek, stamps.slice((frames[0] ?? 0) - afterSeek.length, frames[0]), 'a player can seek in it');
    t.ok(afterSeek.length > 0 && afterSeek.length < (frames[0] ?? 0));

    const [first = 0] = stamps;
    t.same(stamps, Array.from({ length: 90 }, (_, index) => (first ?? 0) + index), 'no frame is missing or twice');

    const messages = readMessages(stdout);
    const closed = messages.filter(({ name }) => name === 'touchline-segment-closed');
    const byIndex = closed.toSorted((a, b) => Number(a.fields['index']) - Number(b.fields['index']));
    t.same(byIndex.map(({ fields }) => Number(fields['frames'])), frames, 'what it says is what is there');
    t.ok(closed.every(({ fields }) => fields['finalised'] === 'true' && fields['synced'] === 'true'));
    t.equal(messages.at(-1)?.name, 'eos', 'EOS comes after the last file is closed');
    for (const { fields } of closed) {
      const { size } = await stat(files[Number(fields['index'])] ?? '');
      t.equal(Number(fields['bytes']), size);
    }
  });
}

t.test('whichever write, sync or link a crash interrupts, every file that has a name plays', async (t) => {
  const folder = folderOf(t);
  const interrupt = async (call: string, at: number): Promise<boolean> => {
    const own = join(folder, `${call}${String(at)}`);
    mkdirSync(own);
    const { signal } = await recorder(
      [...encodedSource({ frames: 7, gop: 4 }), sink(`${own}/s`, 'segment-duration-ms=100 fragment-duration-ms=60')],
      { fault: `${call}@${String(at)}=kill`, flags: ['-q'] },
    );
    const files = await segmentsIn(own);
    const packets = await Promise.all(files.map(async (file) => (await probe(file))?.packets ?? 0));
    t.ok(packets.every((count) => count > 0), `${call} ${String(at)}: ${packets.join(', ')} frames`);
    if (packets.length > 1) t.ok((packets[0] ?? 0) >= 2, 'the segment before has lost no more than its last fragment');
    return signal === 'SIGKILL';
  };
  const walk = async (call: string, from: number, step: number): Promise<number> => {
    for (let at = from; ; at += step) if (!(await interrupt(call, at))) return at;
  };
  const [odd, even, ...others] = await Promise.all([
    walk('pwrite', 1, 2), walk('pwrite', 2, 2), walk('fdatasync', 1, 1), walk('fsync', 1, 1), walk('linkat', 1, 1),
  ]);
  t.ok(odd > 15 && even > 15 && others.every((calls) => calls > 2), 'the whole recording was walked through');
});

t.test('kill -9 costs at most half a second of what the camera delivered', async (t) => {
  const killed = async (folder: string, untilFrames: number): Promise<number> => {
    mkdirSync(folder);
    const thumbnails = join(folder, 'source.raw');
    const [picture = '', caps = '', ...rest] = encodedSource({ gop: 60, live: true });
    const process = recorder(
      [picture, caps, ['tee', 'name=source', 'source.'], 'queue', 'videoscale', 'video/x-raw,width=16,height=16',
        'videoconvert', 'video/x-raw,format=GRAY8', ['filesink', 'buffer-mode=unbuffered', `location=${thumbnails}`,
          'source.'], 'queue', ...rest, sink(`${folder}/s`, 'segment-duration-ms=2000')],
      { flags: ['-q'] },
    );
    const delivered = async (): Promise<number> => {
      const size = await stat(thumbnails).then((file) => file.size, () => 0);
      return size / 256;
    };
    t.ok(await reached(process, async () => (await delivered()) >= untilFrames));
    process.kill('SIGKILL');
    await process;
    const files = await segmentsIn(folder);
    const found = await Promise.all(files.map(async (file) => (await probe(file))?.packets ?? Number.NaN));
    return (await delivered()) - found.reduce((sum, count) => sum + count, 0);
  };
  const folder = folderOf(t);
  // The second of these moments is close to the boundary between two segments.
  const moments = [25, 60, 75].map((frames) => frames + Math.floor(Math.random() * 10));
  const lost = await Promise.all(moments.map((frames) => killed(join(folder, String(frames)), frames)));
  for (const frames of lost) t.ok(frames <= FPS / 2, `${String(frames)} frames lost`);
});

t.test('a full disk is an error that says so and costs nothing that was written', async (t) => {
  const folder = folderOf(t);
  const { exitCode, stderr } = await recorder(
    [...encodedSource({ frames: 60, gop: 15 }), sink(`${folder}/s`, 'segment-duration-ms=500')],
    { fault: 'pwrite@60+=28' },
  );
  t.not(exitCode, 0);
  t.match(stderr.split('\n').find((line) => line.startsWith('ERROR')),
    /segmentsink.*: cannot write segment ".*s\d\d\.mp4": No space left on device \(ENOSPC\)/);
  const files = await segmentsIn(folder);
  t.ok(files.length > 1);
  for (const file of files) t.ok((await probe(file))?.packets, 'plays');
});

t.test('data that the disk could not keep stop the recording', async (t) => {
  const folder = folderOf(t);
  const { exitCode, stderr } = await recorder(
    [...encodedSource({ gop: 15, live: true }), sink(`${folder}/s`, 'sync-interval-ms=200')],
    { fault: 'fdatasync@2=5' },
  );
  t.not(exitCode, 0);
  t.match(stderr, /cannot sync segment ".*": Input\/output error \(EIO\)/);
});

t.test('data that the disk could not keep stop the recording, although their segment ends before the disk says so', async (t) => {
  const folder = folderOf(t);
  // The second sync begins in the first segment, and fails when the next one has long begun.
  const { exitCode, stderr } = await recorder(
    [...encodedSource({ gop: 15, live: true, frames: 150 }), sink(`${folder}/s`, 'segment-duration-ms=1000 sync-interval-ms=200')],
    { fault: 'fdatasync@2=d1500,5' },
  );
  t.not(exitCode, 0);
  t.match(stderr, /cannot finalise segment ".*s00\.mp4": Input\/output error \(EIO\)/);
  t.not((await boxesOf(join(folder, 's00.mp4'))).join(), ORDINARY.join(), 'nothing relies on an index of what may be gone');
  t.ok((await probe(join(folder, 's00.mp4')))?.packets, 'what is there plays');
});

t.test('an existing file is never overwritten', async (t) => {
  const folder = folderOf(t);
  await writeFile(join(folder, 's01.mp4'), 'the cup final');
  const { exitCode, stderr } = await recorder([
    ...encodedSource({ frames: 60, gop: 15 }), sink(`${folder}/s`, 'segment-duration-ms=500'),
  ]);
  t.not(exitCode, 0);
  t.match(stderr, /cannot create segment ".*s01\.mp4": File exists \(EEXIST\)/);
  t.equal(await readFile(join(folder, 's01.mp4'), 'utf8'), 'the cup final');
  t.same(await readdir(folder), ['s00.mp4', 's01.mp4']);
  t.same(await boxesOf(join(folder, 's00.mp4')), ORDINARY, 'the segment before it is finished');
});

t.test('a file system without nameless files is recorded on all the same, and overwritten as little', async (t) => {
  const folder = folderOf(t);
  const record = () =>
    recorder([...encodedSource({ frames: 45, gop: 15 }), sink(`${folder}/s`, 'segment-duration-ms=1000')],
      { fault: 'tmpfile@1+=95' });
  t.equal((await record()).exitCode, 0);
  const files = await segmentsIn(folder);
  t.same(await Promise.all(files.map(async (file) => (await probe(file))?.indexed)), [30, 15]);
  t.match((await record()).stderr, /cannot create segment ".*s00\.mp4": File exists/);
  t.same(await Promise.all(files.map(async (file) => (await probe(file))?.indexed)), [30, 15]);
});

t.test('two recorders that race for one name: one gets it, the other an error', async (t) => {
  const folder = folderOf(t);
  const run = () => recorder([...encodedSource({ frames: 30, gop: 15, live: true }), sink(`${folder}/s`)]);
  const results = await Promise.all([run(), run()]);
  t.same(results.map(({ exitCode }) => exitCode === 0).sort(), [false, true]);
  t.match(results.map(({ stderr }) => stderr).join(''), /File exists/);
  t.equal((await probe(join(folder, 's00.mp4')))?.packets, 30);
});

t.test('a prefix may hold whatever a file name may hold', async (t) => {
  const folder = folderOf(t);
  const name = '100%d %s "Käfer" \\ \'7\' $HOME;*';
  await recorder([...encodedSource({ frames: 10, gop: 5 }), sink(`${folder}/${name}`, 'start-index=7')]);
  t.same(await readdir(folder), [`${name}07.mp4`]);
});

t.test('a stop without end of stream is quick and leaves what was recorded', async (t) => {
  const folder = folderOf(t);
  const process = recorder([...encodedSource({ gop: 30, live: true }), sink(`${folder}/s`)]);
  t.ok(await reached(process, async () => (await segmentsIn(folder)).length > 0));
  const began = performance.now();
  process.kill('SIGINT');
  const { stdout } = await process;
  t.ok(performance.now() - began < 3000);
  t.ok((await probe(join(folder, 's00.mp4')))?.packets);
  t.notMatch(stdout, /Got EOS/);
});

t.test('a disk that hangs holds up neither the statistics nor the stream', async (t) => {
  const folder = folderOf(t);
  const pipeline = pipelineArguments([...encodedSource({ gop: 15, live: true }),
    [...sink(`${folder}/s`, 'name=sink segment-duration-ms=500')]]).join(' ');
  const { stdout } = await execa(process.execPath, ['build/test/support/watch-segmentsink.js', pipeline, '2500'], {
    env: { ...environment, LD_PRELOAD: faultLibrary, DISK_FAULT: 'fdatasync@2+=d60000' }, reject: false, timeout: 20_000,
  });
  const observed = Observed.parseJson(stdout);
  if (!observed.ok) {
    t.fail('no statistics', { stdout });
    return;
  }
  const { slowestReadMs, stats } = observed.value;
  t.ok(slowestReadMs < 100, `${String(slowestReadMs)} ms`);
  t.ok(stats.frames > 50, `${String(stats.frames)} frames`);
  t.match(stats, { droppedBeforeKeyframe: 0, syncErrors: 0, segmentsClosed: 0 });
  t.ok(stats.segmentsOpened >= 3 && stats.finalising >= 2, 'segments wait for the disk in the background');
  t.ok(stats.syncedBytes > 0 && stats.syncedBytes < stats.bytes, 'and it does not claim more than it knows');
  t.match(stats.current, { index: stats.segmentsOpened - 1, syncedBytes: 0 });
});

t.test('a hundred segments leave no descriptor and no thread behind', async (t) => {
  const folder = folderOf(t);
  const process = recorder([
    'videotestsrc is-live=true', 'video/x-raw,width=64,height=64,framerate=100/1',
    'x264enc speed-preset=ultrafast tune=zerolatency key-int-max=1', 'h264parse', sink(`${folder}/s`, 'segment-duration-ms=15'),
  ]);
  let most = { descriptors: 0, threads: 0 };
  const finished = await reached(process, async () => {
    const [descriptors, threads] = await Promise.all(
      ['fd', 'task'].map((kind) => readdir(`/proc/${String(process.pid)}/${kind}`).then((names) => names.length, () => 0)),
    );
    most = { descriptors: Math.max(most.descriptors, descriptors ?? 0), threads: Math.max(most.threads, threads ?? 0) };
    return (await readdir(folder)).length >= 100;
  });
  process.kill('SIGKILL');
  await process;
  t.ok(finished);
  t.ok(most.descriptors > 5 && most.descriptors < 40, `${String(most.descriptors)} descriptors`);
  t.ok(most.threads > 3 && most.threads < 40, `${String(most.threads)} threads`);
});
