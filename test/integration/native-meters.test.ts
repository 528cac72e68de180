/** Touchline's own elements in real pipelines: what they count, draw and deliver is what happened. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import t from 'tap';
import { readFrameStamps } from '../support/framestamp.js';
import { launch, play } from '../support/native-pipeline.js';
import { temporaryFolder } from '../support/pipeline-tools.js';

const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n);

/** The frame counters in a video file, in the order in which a player shows them. */
async function stampsIn(path: string, width: number, height: number): Promise<(number | null)[]> {
  const { stdout } = await execa('ffmpeg', ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'gray', '-'], {
    encoding: 'buffer',
  });
  return readFrameStamps(stdout, width, height);
}

const countingUp = (length: number, modulo = length): number[] => Array.from({ length }, (_, i) => i % modulo);

t.test('framemeter', async (t) => {
  t.test('counts each frame and byte that passes, and dates them by the monotonic clock', async (t) => {
    const before = monotonicUs();
    const run = play(
      t,
      `videotestsrc num-buffers=50 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! framemeter name=m
        ! fakesink`,
    );
    await run.ended();
    const stats = run.meter('m');
    t.match(stats, { frames: 50, bytes: 50 * 64 * 48 * 1.5, keyframes: 50, missed: 0 });
    t.ok((stats.firstFrameMonoUs ?? 0) >= before, 'first frame after the start');
    t.ok((stats.lastFrameMonoUs ?? 0) >= (stats.firstFrameMonoUs ?? Infinity), 'last frame not before the first');
    t.ok((stats.lastFrameMonoUs ?? Infinity) <= monotonicUs(), 'last frame before now');
  });

  t.test('knows nothing before the first frame', async (t) => {
    const run = play(t, 'appsrc ! framemeter name=m ! fakesink');
    t.same(run.meter('m'), {
      ...{ frames: 0, bytes: 0, keyframes: 0, missed: 0, firstFrameMonoUs: null, lastFrameMonoUs: null },
      ...{ lastFrameAgeMs: null, largestGapMs: null, fps: null },
    });
    t.equal(run.element('m')['last-frame-age-ms'], -1);
  });

  t.test('announces the first frame once, with its own name and the time that the stats show', async (t) => {
    const run = play(t, 'videotestsrc num-buffers=10 ! framemeter name=source_meter ! fakesink');
    await run.ended();
    const announced = run.messages.filter(({ name }) => name === 'framemeter-first-frame');
    t.equal(announced.length, 1);
    t.match(announced[0], {
      meter: 'source_meter',
      'mono-us': String(run.meter('source_meter').firstFrameMonoUs),
    });
  });

  t.test('counts from zero, and announces again, when the pipeline is started again', async (t) => {
    const run = play(t, 'videotestsrc num-buffers=10 ! framemeter name=m ! fakesink');
    await run.ended();
    run.stop();
    t.equal(run.meter('m').frames, 10, 'readable after the stop');
    run.play();
    await run.until('ten frames again', () => run.meter('m').frames === 10);
    run.stop();
    t.equal(run.meter('m').frames, 10, 'not twenty');
  });

  t.test('counts the frames that should have come in between as missed', async (t) => {
    const half = play(
      t,
      `videotestsrc num-buffers=50 ! video/x-raw,framerate=30/1 ! capssetter caps=video/x-raw,framerate=60/1
        ! framemeter name=m ! fakesink`,
    );
    await half.ended();
    t.match(half.meter('m'), { frames: 50, missed: 49 }, 'thirty frames per second where sixty were promised');

    const lossy = play(
      t,
      `videotestsrc num-buffers=400 ! video/x-raw,width=32,height=32,framerate=30/1 ! framemeter name=before
        ! identity drop-probability=0.2 ! framemeter name=after ! fakesink`,
    );
    await lossy.ended();
    const { frames, missed } = lossy.meter('after');
    t.equal(lossy.meter('before').missed, 0);
    t.ok(frames < 400 && missed > 0, `${400 - frames} lost, ${missed} missed`);
    // What is lost before the first or after the last frame that came is no gap.
    t.ok(frames + missed <= 400 && frames + missed >= 385, `${frames} + ${missed} of 400`);
  });

  t.test('misses nothing in a stream with B-frames, which come out of order', async (t) => {
    const run = play(
      t,
      `videotestsrc num-buffers=90 pattern=ball ! video/x-raw,width=64,height=64,framerate=30/1
        ! x264enc bframes=3 b-adapt=false key-int-max=30 ! video/x-h264,profile=main ! framemeter name=m ! fakesink`,
    );
    await run.ended();
    t.match(run.meter('m'), { frames: 90, missed: 0, keyframes: 3 });
  });

  t.test('shows a source that has gone quiet by the age of its last frame and a falling rate', async (t) => {
    const run = play(
      t,
      `videotestsrc is-live=true num-buffers=31 ! video/x-raw,width=32,height=32,framerate=30/1 ! framemeter name=m
        ! fakesink`,
    );
    await run.ended();
    const rate = run.meter('m').fps ?? 0;
    t.ok(rate > 25 && rate < 35, `${rate} fps while it ran`);
    await run.until('half a second of silence', () => (run.meter('m').lastFrameAgeMs ?? 0) > 500);
    t.ok((run.meter('m').fps ?? 0) < rate * 0.8, 'falls');
    await run.until('more than two seconds of silence', () => run.meter('m').fps === 0);
    t.ok((run.meter('m').largestGapMs ?? Infinity) < 1000, 'the silence that lasts is no gap yet');
  });

  t.test('counts what comes in lists of buffers, one by one', async (t) => {
    const path = join(await temporaryFolder(t), 'packets');
    const run = play(
      t,
      `videotestsrc num-buffers=20 pattern=snow ! video/x-raw,width=320,height=240 ! x264enc tune=zerolatency
        ! rtph264pay mtu=300 ! framemeter name=m ! filesink location=${path}`,
    );
    await run.ended();
    t.equal(run.meter('m').bytes, (await stat(path)).size);
    t.ok(run.meter('m').frames > 20, 'packets, not pictures');
  });
});

t.test('framestamp', async (t) => {
  t.test('draws a counter that each frame still carries after lossy encoding', async (t) => {
    const path = join(await temporaryFolder(t), 'stamped.mp4');
    const { exitCode, output } = await launch(
      `videotestsrc num-buffers=150 pattern=snow ! video/x-raw,format=NV12,width=322,height=182,framerate=30/1
        ! framestamp ! x264enc speed-preset=ultrafast bitrate=150 ! mp4mux ! filesink location=${path}`,
    );
    t.equal(exitCode, 0, output);
    t.same(await stampsIn(path, 322, 182), countingUp(150));
  });

  t.test('passes what it cannot write unaltered', async (t) => {
    const folder = await temporaryFolder(t);
    // Widths without padding at the end of a row, whose bytes are anything.
    for (const caps of ['video/x-raw,format=RGB,width=320,height=180', 'video/x-raw,format=I420,width=96,height=60']) {
      for (const filter of ['identity', 'framestamp']) {
        const output = `filesink location=${folder}/${filter}`;
        await launch(`videotestsrc num-buffers=3 pattern=ball ! ${caps} ! ${filter} ! ${output}`);
      }
      t.ok((await readFile(join(folder, 'identity'))).equals(await readFile(join(folder, 'framestamp'))), caps);
    }
    const { exitCode, output } = await launch(
      `nvarguscamerasrc num-buffers=3 ! video/x-raw(memory:NVMM),width=320,height=180 ! framestamp ! nvvidconv
        ! video/x-raw,format=GRAY8 ! filesink location=${folder}/nvmm`,
    );
    t.equal(exitCode, 0, output);
    t.same(readFrameStamps(await readFile(join(folder, 'nvmm')), 320, 180), [null, null, null], 'device memory');
  });
});

t.test('loopfilesrc', async (t) => {
  const folder = await temporaryFolder(t);
  const stamped = join(folder, 'stamped.mp4');
  const made = await launch(
    `videotestsrc num-buffers=20 ! video/x-raw,width=160,height=120,framerate=25/1 ! framestamp
      ! x264enc bframes=2 ! video/x-h264,profile=main ! mp4mux ! filesink location=${stamped}`,
  );
  t.equal(made.exitCode, 0, made.output);
  const ffmpeg = (...args: string[]): Promise<unknown> => execa('ffmpeg', ['-v', 'error', ...args]);
  const sound = ['-f', 'lavfi', '-i', 'sine=d=0.8'];
  await ffmpeg('-i', stamped, ...sound, '-c:v', 'copy', '-c:a', 'aac', join(folder, 'sound.mp4'));
  await ffmpeg('-i', stamped, ...sound, '-c:v', 'copy', '-c:a', 'libopus', join(folder, 'clip.mkv'));
  await ffmpeg('-i', stamped, '-c:v', 'mjpeg', '-q:v', '2', join(folder, 'clip.avi'));
  await ffmpeg(...sound, '-c:a', 'aac', join(folder, 'sound-only.mp4'));

  for (const name of ['sound.mp4', 'clip.mkv', 'clip.avi']) {
    t.test(`plays ${name} for ever: each frame in its place, at its pace, on one timeline`, async (t) => {
      const raw = join(await temporaryFolder(t), 'raw');
      const started = performance.now();
      const { exitCode, output, timestampsMs } = await launch(
        `loopfilesrc location=${join(folder, name)} ! identity silent=false eos-after=56 ! videoconvert
          ! video/x-raw,format=GRAY8 ! filesink async=false location=${raw}`,
      );
      const elapsedMs = performance.now() - started;
      t.equal(exitCode, 0, output);
      t.same(readFrameStamps(await readFile(raw), 160, 120), countingUp(55, 20));
      const steps = timestampsMs.slice(1).map((pts, i) => Math.round(pts - (timestampsMs[i] ?? 0)));
      t.same(new Set(steps), new Set([40]), 'every step is one frame');
      t.ok((timestampsMs[0] ?? Infinity) < 1500, `begins at ${timestampsMs[0]} ms of running time`);
      t.ok(elapsedMs > 54 * 40, `took ${elapsedMs} ms`);
      t.equal(output.match(/GstEventSegment/g)?.length, 1, 'one segment');
      t.match(output, /Pipeline is live/);
    });
  }

  t.test('ends at once when EOS is asked for', async (t) => {
    const path = join(await temporaryFolder(t), 'recorded.mp4');
    const { exitCode, output } = await launch(
      `loopfilesrc location=${stamped} ! identity silent=false ! x264enc tune=zerolatency ! mp4mux
        ! filesink async=false location=${path}`,
      { interruptAfterFrames: 30 },
    );
    t.equal(exitCode, 0, output);
    t.match(output, /Got EOS/);
    const stamps = await stampsIn(path, 160, 120);
    t.same(stamps, countingUp(stamps.length, 20));
    t.ok(stamps.length >= 30 && stamps.length < 60, `${stamps.length} frames`);
  });

  t.test('reports a file that it cannot play as an error', async (t) => {
    const text = join(folder, 'notes.txt');
    await writeFile(text, 'The first half was better.\n'.repeat(200));
    const errors = [
      [join(folder, 'missing.mp4'), /No such file/],
      [join(folder, 'sound-only.mp4'), /The file holds no video/],
      [folder, /is a directory/],
      [text, /text file/],
    ] as const;
    for (const [location, message] of errors) {
      const { exitCode, output } = await launch(`loopfilesrc location=${location} ! fakesink`);
      t.not(exitCode, 0, location);
      t.match(output, message);
    }
  });
});
