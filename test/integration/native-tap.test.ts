/** frametap and tapsrc: one pipeline looks at what passes another, and cannot be noticed by it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from '#execa';
import t from 'tap';
import { loadPipelineLibrary } from '../../src/pipelines/index.js';
import { play } from '../support/native-pipeline.js';
import { temporaryFolder } from '../support/pipeline-tools.js';

const SOURCE = 'videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=180,framerate=30/1';
/** Tests of this file share a process, and channels are known in it by name. */
const tap = (channel: string, more = ''): string => `frametap channel=${channel} ${more}`;

t.test('hands on at most so many frames a second as are wanted, always the newest', async (t) => {
  const run = play(t, `${SOURCE} ! ${tap('rate')} ! framemeter name=all ! fakesink`);
  const look = play(t, 'tapsrc channel=rate max-rate=10 ! framemeter name=some ! fakesink sync=false async=false');
  await run.until('ninety frames', () => run.meter('all').frames >= 90);
  const { frames } = look.meter('some');
  t.ok(frames >= 20 && frames <= 36, `${frames} of 90`);
});

t.test('a reader that stands still holds up nothing and gets on when it goes on', async (t) => {
  const run = play(t, `${SOURCE} ! ${tap('stuck')} ! framemeter name=all ! fakesink`);
  const look = play(t, 'tapsrc channel=stuck ! framemeter name=some ! identity sleep-time=700000 ! fakesink sync=false async=false');
  await run.until('sixty frames', () => run.meter('all').frames >= 60);
  const { missed, largestGapMs } = run.meter('all');
  t.equal(missed, 0);
  t.ok((largestGapMs ?? Infinity) < 500, `the longest gap is ${largestGapMs} ms`);
  t.ok(look.meter('some').frames <= 6, 'while the reader took few');
});

t.test('takes nothing while it is paused, and the newest afterwards', async (t) => {
  const run = play(t, `${SOURCE} ! ${tap('pause')} ! framemeter name=all ! fakesink`);
  const look = play(t, 'tapsrc name=source channel=pause ! framemeter name=some ! fakesink sync=false async=false');
  await look.until('it reads', () => look.meter('some').frames > 5);
  look.element('source')['paused'] = true;
  const from = run.meter('all').frames;
  await run.until('the camera goes on', () => run.meter('all').frames >= from + 30);
  const paused = look.meter('some').frames;
  await run.until('the camera goes on still', () => run.meter('all').frames >= from + 60);
  t.equal(look.meter('some').frames, paused);
  look.element('source')['paused'] = false;
  await look.until('it reads again', () => look.meter('some').frames > paused + 5);
});

t.test('begins an encoded stream with a keyframe, and can be told to take nothing else', async (t) => {
  const encoder = 'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au';
  const run = play(t, `${SOURCE} ! ${encoder} ! ${tap('encoded', 'frames=60')} ! framemeter name=all ! fakesink`);
  await run.until('it runs', () => run.meter('all').frames > 20);
  const whole = play(t, 'tapsrc channel=encoded ! framemeter name=m ! avdec_h264 name=d ! framemeter name=decoded ! fakesink sync=false async=false');
  const keys = play(t, 'tapsrc channel=encoded keyframes-only=true ! framemeter name=m ! fakesink sync=false async=false');
  await keys.until('some keyframes', () => keys.meter('m').frames >= 4);
  t.equal(keys.meter('m').keyframes, keys.meter('m').frames, 'nothing but keyframes');
  const { frames, keyframes } = whole.meter('m');
  t.ok(frames >= 40 && keyframes >= 3, `${frames} frames with ${keyframes} keyframes`);
  t.ok(whole.meter('decoded').frames >= frames - 3, 'and they can be decoded');
});

t.test('white stays white and black stays black in a still picture', async (t) => {
  const library = await loadPipelineLibrary(join(import.meta.dirname, '..', '..', '..', 'gst-pipelines'));
  const none = { left: 0, right: 0, top: 0, bottom: 0 };
  const request = { profile: 'sim', camera: 0, crop: none, rotation: 0, exposureCompensation: 0, source: null, video: { width: null, height: null, framerate: null } } as const;
  for (const [pattern, expected] of [['white', 255], ['black', 0]] as const) {
    const file = join(await temporaryFolder(t), 'picture.jpg');
    const text = library.renderMonitor(request, 'stills', { fps: 10, width: 320, file, rtpPort: 5000 })?.text ?? '';
    play(t, `videotestsrc is-live=true pattern=${pattern} ! video/x-raw,format=I420,width=640,height=360,framerate=30/1 ! ${tap(`still-${pattern}`)} ! fakesink`);
    const run = play(t, text.replace('tapsrc ', `tapsrc channel=still-${pattern} `));
    await run.until('there is a picture', () => existsSync(file));
    const { stdout } = await execa('ffmpeg', ['-v', 'error', '-i', file, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { encoding: 'buffer', stdin: 'ignore' });
    t.equal(stdout.length, 320 * 180 * 3);
    t.ok(Math.abs((stdout[0] ?? -1) - expected) <= 3, `${pattern} is ${stdout[0]}`);
  }
});

t.test('neither end minds when the other one comes, goes or fails', async (t) => {
  const picture = join(await temporaryFolder(t), 'no', 'such', 'folder', 'picture.jpg');
  const early = play(t, 'tapsrc channel=ends ! framemeter name=some ! fakesink sync=false async=false');
  const run = play(t, `${SOURCE} ! ${tap('ends')} ! framemeter name=all ! fakesink`);
  const failing = play(t, `tapsrc channel=ends ! jpegenc ! multifilesink location=${picture} sync=false async=false`);
  await failing.until('it fails', () => failing.messages.some(({ type }) => type === 'error'));
  await early.until('who came first reads', () => early.meter('some').frames > 10);
  early.stop();
  const from = run.meter('all').frames;
  await run.until('the camera goes on', () => run.meter('all').frames > from + 30);
  t.equal(run.meter('all').missed, 0);
  t.notOk(run.messages.some(({ type }) => type === 'error'));
  const late = play(t, 'tapsrc channel=ends ! framemeter name=some ! fakesink sync=false async=false');
  await late.until('who comes later reads', () => late.meter('some').frames > 5);
  run.stop();
  late.stop();
  const again = play(t, `${SOURCE} ! ${tap('ends')} ! framemeter name=all ! fakesink`);
  const reader = play(t, 'tapsrc channel=ends ! framemeter name=some ! fakesink sync=false async=false');
  await reader.until('a second life', () => reader.meter('some').frames > 5);
  t.equal(again.meter('all').missed, 0);
});
