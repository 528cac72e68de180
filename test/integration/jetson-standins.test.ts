/**
 * The stand-ins for NVIDIA's elements accept what the real ones accept, refuse what they refuse, and fail when told to:
 * otherwise a template that passes here would fail on the rig.
 */
import { rm, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { launch, play, type LaunchOptions } from '../support/native-pipeline.js';
import { temporaryFolder } from '../support/pipeline-tools.js';

const NVMM = 'video/x-raw(memory:NVMM)';
const CAMERA = `nvarguscamerasrc ! ${NVMM},width=64,height=48,framerate=30/1`;

interface Documented {
  readonly pipeline: (element: string) => string;
  readonly set: string;
}

const stream = (codec: string): string => `video/x-${codec},stream-format=byte-stream,alignment=au`;

const DOCUMENTED: Readonly<Record<string, Documented>> = {
  nvarguscamerasrc: {
    pipeline: (element) => `${element} ! fakesink`,
    set: `sensor-id=3 sensor-mode=-1 wbmode=9 aelock=true awblock=true "exposuretimerange=13000 33000000"
      "gainrange=1 16" "ispdigitalgainrange=1 1" exposurecompensation=-2 tnr-mode=2 ee-mode=0 tnr-strength=1
      ee-strength=-1 aeantibanding=3 saturation=2 num-buffers=2 do-timestamp=true blocksize=4096 timeout=0
      bufapi-version=true silent=false`,
  },
  nvvidconv: {
    pipeline: (element) => `${CAMERA} ! ${element} ! fakesink num-buffers=2`,
    set: `left=4 right=60 top=2 bottom=46 flip-method=upper-left-diagonal interpolation-method=6 output-buffers=8
      compute-hw=2 silent=true bl-output=false`,
  },
  nvv4l2h264enc: {
    pipeline: (element) => `${CAMERA} ! ${element} ! ${stream('h264')} ! fakesink num-buffers=2`,
    set: `bitrate=2000000 peak-bitrate=3000000 control-rate=0 preset-level=4 profile=4 iframeinterval=15 idrinterval=15
      insert-sps-pps=true insert-aud=true insert-vui=true maxperf-enable=true num-B-Frames=2 qp-range=10,40:10,40:10,40
      vbv-size=100000 EnableTwopassCBR=true MeasureEncoderLatency=true ratecontrol-enable=true disable-cabac=true
      SliceIntraRefreshInterval=0 poc-type=2`,
  },
  nvv4l2h265enc: {
    pipeline: (element) => `${CAMERA} ! ${element} ! ${stream('h265')} ! fakesink num-buffers=2`,
    set: `bitrate=2000000 control-rate=1 preset-level=1 iframeinterval=15 idrinterval=15 insert-sps-pps=true
      maxperf-enable=true`,
  },
};

t.test('accepts every documented property', async (t) => {
  for (const [element, { pipeline, set }] of Object.entries(DOCUMENTED)) {
    const { exitCode, output } = await launch(pipeline(`${element} ${set}`));
    t.equal(exitCode, 0, `${element}\n${exitCode === 0 ? '' : output}`);
  }
});

t.test('refuses a misspelt property and a value that the property does not have', async (t) => {
  const wrong = [
    ['nvarguscamerasrc', 'sensorid=0', /no property "sensorid"/],
    ['nvarguscamerasrc', 'wbmode=disco', /could not set property "wbmode"/],
    ['nvarguscamerasrc', 'gainrange=sixteen', /no value for gainrange/],
    ['nvvidconv', 'lefft=4', /no property "lefft"/],
    ['nvvidconv', 'flip-method=upside-down', /could not set property "flip-method"/],
    ['nvv4l2h264enc', 'bit-rate=1', /no property "bit-rate"/],
    ['nvv4l2h264enc', 'profile=extended', /could not set property "profile"/],
    ['nvv4l2h265enc', 'poc-type=1', /no property "poc-type"/],
  ] as const;
  for (const [element, setting, message] of wrong) {
    const { exitCode, output } = await launch(DOCUMENTED[element]?.pipeline(`${element} ${setting}`) ?? '');
    t.not(exitCode, 0, `${element} ${setting}`);
    t.match(output, message);
  }
});

t.test('links only what the real elements link', async (t) => {
  const plain = 'videotestsrc num-buffers=2 ! video/x-raw,format=NV12,width=64,height=48';
  const refused = [
    `${CAMERA} ! videoconvert ! x264enc ! fakesink`,
    `${CAMERA} ! x264enc ! fakesink`,
    `${plain} ! nvv4l2h264enc ! fakesink`,
    `${plain} ! nvvidconv ! video/x-raw,format=I420 ! fakesink`,
    `${CAMERA} ! nvvidconv ! ${NVMM},format=RGBA ! nvv4l2h264enc ! fakesink`,
  ];
  for (const pipeline of refused) {
    const { exitCode, output } = await launch(pipeline);
    t.not(exitCode, 0, pipeline);
    t.match(output, /could not link|not-negotiated/);
  }
  const accepted = [
    `${CAMERA} ! nvvidconv ! video/x-raw,format=I420 ! videoconvert ! x264enc ! fakesink num-buffers=2`,
    `${plain} ! nvvidconv ! ${NVMM} ! nvv4l2h264enc ! fakesink`,
    `${CAMERA} ! nvvidconv ! ${NVMM},format=RGBA ! nvvidconv ! ${NVMM},format=NV12 ! nvv4l2h264enc
      ! fakesink num-buffers=2`,
  ];
  for (const pipeline of accepted) {
    const { exitCode, output } = await launch(pipeline);
    t.equal(exitCode, 0, `${pipeline}\n${exitCode === 0 ? '' : output}`);
  }
});

/** The first picture of a pipeline as its luma plane. */
async function firstPicture(t: Parameters<typeof temporaryFolder>[0], pipeline: string): Promise<Buffer> {
  const path = join(await temporaryFolder(t), 'picture');
  const source = `nvarguscamerasrc num-buffers=1 ! ${NVMM},width=64,height=48,framerate=30/1`;
  const { exitCode, output } = await launch(`${source} ! ${pipeline} ! filesink location=${path}`);
  if (exitCode !== 0) throw new Error(output);
  return readFile(path);
}

t.test('nvvidconv takes left, right, top and bottom as the edges of what is kept', async (t) => {
  const whole = await firstPicture(t, 'nvvidconv ! video/x-raw,format=NV12');
  const cropped = await firstPicture(t, 'nvvidconv left=16 right=48 top=10 bottom=42 ! video/x-raw,format=NV12');
  t.equal(cropped.length, 32 * 32 * 1.5, 'the size of the rectangle');
  const rows = Array.from({ length: 32 }, (_, y) => whole.subarray((y + 10) * 64 + 16, (y + 10) * 64 + 48));
  t.ok(cropped.subarray(0, 32 * 32).equals(Buffer.concat(rows)), 'the pixels of the rectangle');
});

t.test('nvvidconv refuses a rectangle that is empty or not inside of the picture', async (t) => {
  const impossible = [
    'left=8',
    'left=40 right=40 bottom=48',
    'right=65 bottom=48',
    'right=64 bottom=49',
    'right=20 top=20 bottom=10',
  ];
  for (const edges of impossible) {
    const { exitCode, output } = await launch(`${CAMERA} ! nvvidconv ${edges} ! video/x-raw ! fakesink`);
    t.not(exitCode, 0, edges);
    t.match(output, /crop rectangle does not fit/);
  }
});

t.test('nvvidconv flips and turns as its names say, and scales to what is asked for', async (t) => {
  const directions = {
    ...{ none: 'identity', counterclockwise: '90l', 'rotate-180': '180', clockwise: '90r', 'horizontal-flip': 'horiz' },
    ...{ 'upper-right-diagonal': 'ur-ll', 'vertical-flip': 'vert', 'upper-left-diagonal': 'ul-lr' },
  };
  for (const [method, direction] of Object.entries(directions)) {
    const ours = await firstPicture(t, `nvvidconv flip-method=${method} ! video/x-raw,format=NV12`);
    const videoflip = `videoflip video-direction=${direction}`;
    const theirs = await firstPicture(t, `nvvidconv ! video/x-raw,format=NV12 ! ${videoflip}`);
    t.ok(ours.equals(theirs), method);
  }
  const scaled = await firstPicture(t, 'nvvidconv flip-method=1 ! video/x-raw,format=GRAY8,width=24,height=32');
  t.equal(scaled.length, 24 * 32);
});

/** How often each type of NAL unit occurs in a byte stream. */
function nalTypes(stream: Buffer): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const next = (from: number): number => stream.indexOf('\x00\x00\x01', from, 'latin1');
  for (let at = next(0); at >= 0; at = next(at + 3)) {
    const type = (stream[at + 3] ?? 0) & 0x1f;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}

const noise = (frames: number): string =>
  `videotestsrc pattern=snow num-buffers=${frames} ! video/x-raw,format=NV12,width=320,height=240,framerate=30/1
    ! nvvidconv`;

t.test('nvv4l2h264enc', async (t) => {
  const encode = async (settings: string): Promise<Buffer> => {
    const path = join(await temporaryFolder(t), 'stream');
    const { exitCode, output } = await launch(`${noise(60)} ! nvv4l2h264enc ${settings} ! filesink location=${path}`);
    if (exitCode !== 0) throw new Error(output);
    return readFile(path);
  };

  t.test('takes its bitrate in bits per second', async (t) => {
    for (const bitrate of [500_000, 4_000_000]) {
      const perSecond = ((await encode(`bitrate=${bitrate}`)).length * 8) / 2;
      t.ok(perSecond > bitrate / 2 && perSecond < bitrate * 2, `${perSecond} bit/s when asked for ${bitrate}`);
    }
  });

  t.test('changes its bitrate while playing', async (t) => {
    const source = noise(-1).replace('videotestsrc', 'videotestsrc is-live=true');
    const run = play(t, `${source} ! nvv4l2h264enc name=enc bitrate=4000000 ! framemeter name=m ! fakesink`);
    const bytesOfNext = async (frames: number): Promise<number> => {
      const start = run.meter('m');
      await run.until(`${frames} frames`, () => run.meter('m').frames >= start.frames + frames);
      const end = run.meter('m');
      return (end.bytes - start.bytes) / (end.frames - start.frames);
    };
    await bytesOfNext(30);
    const before = await bytesOfNext(30);
    run.element('enc')['bitrate'] = 400_000;
    await bytesOfNext(30);
    const after = await bytesOfNext(30);
    t.ok(after < before / 2, `${before} bytes per frame, then ${after}`);
  });

  t.test('makes keyframes at idrinterval, with headers at each only when insert-sps-pps asks for it', async (t) => {
    const [idr, sps, pps] = [5, 7, 8];
    const every = nalTypes(await encode('idrinterval=15 insert-sps-pps=true'));
    t.same([every.get(sps), every.get(pps)], [4, 4]);
    const once = nalTypes(await encode('idrinterval=15'));
    t.same([once.get(sps), once.get(pps)], [1, 1]);
    t.equal(once.get(idr), every.get(idr), 'as many keyframes');
  });

  t.test('makes a keyframe when one is asked for', async (t) => {
    const folder = await temporaryFolder(t);
    const { exitCode, output } = await launch(
      `${noise(60)} ! nvv4l2h264enc idrinterval=1000 ! h264parse ! splitmuxsink send-keyframe-requests=true
        max-size-time=500000000 location=${join(folder, '%02d.mp4')}`,
    );
    t.equal(exitCode, 0, output);
    t.equal((await readdir(folder)).length, 4, 'files of half a second each');
  });

  t.test('exists but does not open on a board without NVENC', async (t) => {
    const { exitCode, output } = await launch(`${CAMERA} ! nvv4l2h264enc ! fakesink`, {
      env: { TOUCHLINE_TEST_JETSON_NO_NVENC: '1' },
    });
    t.not(exitCode, 0);
    t.match(output, /Could not open device '\/dev\/nvhost-msenc'/);
  });
});

t.test('a camera fails as it is told to', async (t) => {
  const camera = (fault: string, options: LaunchOptions = {}, source = CAMERA): ReturnType<typeof launch> =>
    launch(`${source} ! fakesink silent=false num-buffers=20`, {
      ...options,
      env: { ...options.env, TOUCHLINE_TEST_JETSON_FAULT: fault },
    });

  t.test('no-session: refuses to start', async (t) => {
    const { exitCode, output, timestampsMs } = await camera('no-session');
    t.not(exitCode, 0);
    t.match(output, /Failed to create CaptureSession/);
    t.equal(timestampsMs.length, 0);
  });

  t.test('error-after: an error after so many frames', async (t) => {
    const { exitCode, output, timestampsMs } = await camera('error-after:5');
    t.not(exitCode, 0);
    t.match(output, /Argus Error Status/);
    // gst-launch prints frames and errors from different threads: it may leave before the last frame is printed.
    t.ok(timestampsMs.length === 5 || timestampsMs.length === 4, `${timestampsMs.length} frames`);
  });

  t.test('abort-after: the process dies of SIGABRT', async (t) => {
    t.equal((await camera('abort-after:5')).signal, 'SIGABRT');
  });

  t.test('@sensor: spares the other cameras', async (t) => {
    const spared = await camera('no-session@1');
    t.equal(spared.exitCode, 0, spared.output);
    t.equal(spared.timestampsMs.length, 20);
    const hit = await camera('no-frames@7,no-session@1', {}, CAMERA.replace(' ', ' sensor-id=1 '));
    t.match(hit.output, /Failed to create CaptureSession/);
  });

  t.test('a fault that does not exist is an error, not a camera that works', async (t) => {
    for (const fault of ['no-frame', 'stop-after', 'error-after:soon', 'no-frames@left']) {
      const { exitCode, output } = await camera(fault);
      t.not(exitCode, 0, fault);
      t.match(output, /There is no fault/);
    }
  });

  t.test('no-frames and stop-after: silence without an error, until the file that says so is gone', async (t) => {
    const path = join(await temporaryFolder(t), 'fault');
    process.env['TOUCHLINE_TEST_JETSON_FAULT_FILE'] = path;
    t.teardown(() => delete process.env['TOUCHLINE_TEST_JETSON_FAULT_FILE']);
    await writeFile(path, 'no-frames\n');
    const run = play(t, `${CAMERA} ! framemeter name=m ! fakesink`);
    await run.until('playing', () => run.messages.some(({ type }) => type === 'stream-start'));
    t.equal(run.meter('m').frames, 0);
    await writeFile(path, 'stop-after:10');
    await run.until('silence after the tenth frame', () => (run.meter('m').lastFrameAgeMs ?? 0) > 300);
    t.equal(run.meter('m').frames, 10);
    await rm(path);
    await run.until('more frames', () => run.meter('m').frames > 20);
    t.ok(run.meter('m').missed > 5, 'the silence is a gap in the timestamps');
    t.notOk(run.messages.some(({ type }) => type === 'error'));
  });

  for (const [fault, marker] of [
    ['hang-on-start', /Setting pipeline to PAUSED/],
    ['hang-on-eos', /Waiting for EOS/],
    ['hang-on-stop', /Setting pipeline to NULL/],
  ] as const) {
    t.test(`${fault}: nothing goes on until the fault is gone`, async (t) => {
      const path = join(await temporaryFolder(t), 'fault');
      await writeFile(path, fault);
      const seen: string[] = [];
      const reached = new Promise<void>((resolve) => {
        const onLine = (line: string): void => void (seen.push(line), marker.test(line) && resolve());
        const ending = launch(`${CAMERA} ! fakesink silent=false`, {
          env: { TOUCHLINE_TEST_JETSON_FAULT_FILE: path },
          interruptAfterFrames: 5,
          onLine,
        });
        t.teardown(() => ending);
      });
      await reached;
      const before = seen.length;
      // That something does not happen can only be watched for a while.
      await delay(400);
      t.ok(seen.length <= before + 1, seen.slice(before).join('\n'));
      await rm(path);
    });
  }

  t.test('one process at a time has a sensor', async (t) => {
    const env = { TOUCHLINE_TEST_JETSON_LOCK_DIR: await temporaryFolder(t) };
    const start = (sensor: number): ReturnType<typeof launch> =>
      camera('', { env }, CAMERA.replace(' ', ` sensor-id=${sensor} `));
    const results = await Promise.all([start(0), start(0), start(1)]);
    const refused = results.map(({ output }) => output.includes('Failed to create CaptureSession'));
    t.same(refused.filter(Boolean).length, 1, 'one of the two with the same sensor');
    t.equal(refused[2], false, 'not the other sensor');
    t.equal((await camera('', { env })).exitCode, 0, 'free again');
    t.ok((await stat(join(env.TOUCHLINE_TEST_JETSON_LOCK_DIR, 'sensor-0.lock'))).isFile());
  });
});
