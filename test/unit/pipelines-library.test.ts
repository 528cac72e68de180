/** The shipped pipelines folder, and what is said about one with mistakes. */
import t from 'tap';
import { loadPipelineLibrary, QUALITIES } from '../../src/pipelines/index.js';
import { brief, PIPELINES, propertiesOf, request, spoiltCopy, violationsOf } from '../support/pipeline-tools.js';

const library = await loadPipelineLibrary(PIPELINES);

t.test('the six profiles are there, each with the kind of source that it needs', async (t) => {
  t.strictSame(Object.fromEntries(library.profiles().map(({ name, sourceKind }) => [name, sourceKind])), {
    file: 'file',
    ip: 'url',
    'jetson-nvenc': 'none',
    'jetson-x264': 'none',
    sim: 'none',
    usb: 'device',
  });
});

t.test('every recording pipeline has its meters and queues, and no file name', async (t) => {
  for (const { name } of library.profiles()) {
    const { text } = library.renderRecording(request(name));
    const names = [...text.matchAll(/(\S+) name=(\S+)/g)].map(([, factory, own]) => `${own} ${factory}`);
    const expected = [
      'source_meter framemeter',
      'capture_queue queue',
      'encoded_meter framemeter',
      'encoded_queue queue',
      'segments segmentsink',
    ];
    t.strictSame(
      names.filter((own) => expected.includes(own)),
      expected,
      name,
    );
    const queues = text.split(/\s!\s/).filter((part) => part.startsWith('queue'));
    t.equal(queues[0]?.includes('leaky=downstream'), name !== 'ip', `${name}: only raw frames may be dropped`);
    t.notMatch(queues[1], /leaky/, `${name}: encoded frames wait for the disk`);
    t.notMatch(text.split(/\s!\s/).at(-1), /location/, `${name}: the host names the files`);
  }
});

t.test('the x264 presets are those of the contract (5.9)', async (t) => {
  const contract = {
    fast: {
      'speed-preset': 'ultrafast',
      bframes: 0,
      'rc-lookahead': 0,
      bitrate: 20000,
      'qp-min': 18,
      'qp-max': 34,
      buffer: 40000,
    },
    balanced: {
      'speed-preset': 'superfast',
      bframes: 1,
      'rc-lookahead': 10,
      bitrate: 22000,
      'qp-min': 18,
      'qp-max': 32,
      buffer: 44000,
    },
    high: {
      'speed-preset': 'superfast',
      bframes: 1,
      'rc-lookahead': 10,
      bitrate: 25000,
      'qp-min': 18,
      'qp-max': 32,
      buffer: 50000,
    },
  };
  for (const quality of QUALITIES) {
    const { text, expected } = library.renderRecording(request('jetson-x264', { quality }));
    const properties = propertiesOf(text, 'x264enc');
    const { buffer, ...wanted } = contract[quality];
    for (const [name, value] of Object.entries(wanted))
      t.equal(properties.get(name), String(value), `${quality} ${name}`);
    t.equal(
      (Number(properties.get('bitrate')) * Number(properties.get('vbv-buf-capacity'))) / 1000,
      buffer,
      `${quality} buffer`,
    );
    t.equal(properties.get('pass'), 'cbr', 'the buffer is filled at the bit rate itself');
    t.equal(properties.get('aud'), 'false');
    t.match(properties.get('option-string'), /scenecut=0.*open-gop=0.*repeat-headers=1/);
    t.ok(Number(properties.get('key-int-max')) <= 90, `${quality} keyframe distance`);
    t.equal(expected.bitrateKbps, wanted.bitrate);
  }
});

t.test('the simulated cameras are encoded as the benchmark says', async (t) => {
  const { text, expected } = library.renderRecording(request('sim'));
  const properties = propertiesOf(text, 'x264enc');
  t.equal(properties.get('speed-preset'), 'ultrafast');
  t.strictSame(expected, { width: 640, height: 360, framerate: 30, bitrateKbps: 2000 });
  for (const quality of QUALITIES) {
    const own = propertiesOf(library.renderRecording(request('sim', { quality })).text, 'x264enc');
    t.strictSame(
      [own.get('bframes'), own.get('rc-lookahead'), own.get('threads')],
      ['0', '0', '1'],
      `${quality}: no frame is held back`,
    );
  }
});

t.test('the hardware encoder counts in bits per second, and every keyframe can begin a segment', async (t) => {
  const { text } = library.renderRecording(request('jetson-nvenc', { quality: 'high' }));
  const properties = propertiesOf(text, 'nvv4l2h264enc');
  t.equal(properties.get('bitrate'), '25000000');
  t.equal(properties.get('vbv-size'), '50000000');
  t.equal(properties.get('idrinterval'), properties.get('iframeinterval'));
  t.equal(properties.get('insert-sps-pps'), 'true');
});

t.test('a keyframe comes every second, and after 90 frames at the latest', async (t) => {
  for (const [framerate, frames] of [
    [30, '30'],
    [25, '25'],
    [29.97, '30'],
    [1, '1'],
    [120, '90'],
  ] as const) {
    const { text } = library.renderRecording(request('sim', { video: { width: null, height: null, framerate } }));
    t.equal(propertiesOf(text, 'x264enc').get('key-int-max'), frames, `${framerate}`);
  }
});

t.test('what is in the encoder and not yet on disk stays under a second, in every quality', async (t) => {
  for (const { name } of library.profiles()) {
    for (const quality of QUALITIES) {
      const { text } = library.renderRecording(request(name, { quality }));
      const number = (factory: string, property: string): number =>
        Number(propertiesOf(text, factory).get(property) ?? 0);
      // Frames that x264 holds back: lookahead, reordering, and one per thread but the first (measured: decision 0003).
      const threads = Math.max(1, number('x264enc', 'threads'));
      const heldFrames = number('x264enc', 'rc-lookahead') + number('x264enc', 'bframes') + threads - 1;
      const unsafeMs = number('segmentsink', 'fragment-duration-ms') + number('segmentsink', 'sync-interval-ms');
      const latestMs = (heldFrames * 1000) / 30 + unsafeMs;
      t.ok(unsafeMs > 0 && latestMs <= 900, `${name} ${quality}: ${latestMs} ms, and 100 ms are left for the disk`);
    }
  }
});

t.test('another bit rate takes the buffer and the quantiser with it', async (t) => {
  const render = (bitrateKbps: number | null) =>
    propertiesOf(library.renderRecording(request('jetson-x264', { bitrateKbps })).text, 'x264enc');
  t.strictSame(
    [render(10000).get('bitrate'), render(10000).get('qp-min'), render(10000).get('qp-max')],
    ['10000', '18', '40'],
  );
  t.strictSame(
    [render(40000).get('bitrate'), render(40000).get('qp-min'), render(40000).get('qp-max')],
    ['40000', '12', '34'],
  );
  t.equal(render(64).get('qp-max'), '51', 'to its end at most');
  const hardware = propertiesOf(
    library.renderRecording(request('jetson-nvenc', { bitrateKbps: 5000 })).text,
    'nvv4l2h264enc',
  );
  t.strictSame([hardware.get('bitrate'), hardware.get('vbv-size')], ['5000000', '10000000']);
});

t.test('crop and rotation reach the converter in its own words', async (t) => {
  const crop = { left: 480, right: 480, top: 0, bottom: 408 };
  const jetson = library.renderRecording(request('jetson-x264', { crop, rotation: 90 }));
  t.match(jetson.text, /nvvidconv name=converter\s+left=480 right=3360 top=0 bottom=1752\s+flip-method=3/);
  t.match(jetson.expected, { width: 1752, height: 2880 });
  const sim = library.renderRecording(request('sim', { crop: { left: 101, right: 0, top: 20, bottom: 0 } }));
  t.match(sim.text, /videocrop left=100 right=0 top=20 bottom=0/);
  t.match(sim.expected, { width: 540, height: 340 });
  const plain = library.renderRecording(request('sim'));
  t.notMatch(plain.elements.join(), /videocrop|videoflip/, 'what is not wanted costs nothing');
});

t.test('a limited crop and an exposure without effect are said, not hidden', async (t) => {
  const crop = { left: 480, right: 480, top: 0, bottom: 408 };
  const { notes, expected } = library.renderRecording(request('sim', { crop, exposureCompensation: 1 }));
  t.match(expected, { width: 16, height: 16 });
  t.match(notes, [/16x16 pixels are left/, /cannot change the exposure/]);
});

t.test('what a profile cannot do is refused with each reason', async (t) => {
  const turned = request('ip', {
    crop: { left: 2, right: 0, top: 0, bottom: 0 },
    rotation: 90,
    video: { width: 640, height: null, framerate: null },
  });
  t.strictSame(brief(await violationsOf(() => library.renderRecording(turned))), [
    'crop: unsupported',
    'rotation: unsupported',
    'video width: unsupported',
    'video: unsupported',
  ]);
  t.strictSame(
    brief(
      await violationsOf(() =>
        library.renderRecording(request('file', { crop: { left: 2, right: 0, top: 0, bottom: 0 } })),
      ),
    ),
    ['crop: unsupported'],
  );
  t.strictSame(brief(await violationsOf(() => library.renderRecording(request('file', { source: null })))), [
    'source: required',
  ]);
  t.strictSame(brief(await violationsOf(() => library.renderRecording(request('usb', { source: '/etc/passwd' })))), [
    'source: value',
  ]);
  t.strictSame(brief(await violationsOf(() => library.renderRecording(request('sim', { source: '/x' })))), [
    'source: unsupported',
  ]);
  t.strictSame(brief(await violationsOf(() => library.renderRecording(request('simm')))), ['profile: enum']);
  t.strictSame(
    brief(
      await violationsOf(() =>
        library.renderRecording(
          request('sim', {
            crop: { left: -1, right: 1.5, top: 0, bottom: 0 },
            exposureCompensation: 3,
            segmentSeconds: 0,
          }),
        ),
      ),
    ),
    ['crop.left: minimum', 'crop.right: type', 'exposureCompensation: maximum', 'segmentSeconds: minimum'],
  );
});

t.test('all mistakes in all files are told at once, with file, place and what was expected', async (t) => {
  const folder = await spoiltCopy(t, {
    'profiles/sim.json': (text) =>
      text.replace('"threads": 1', '"threds": 1, "width": 3').replace('"framerate": 30', '"framerate": "30"'),
    'profiles/usb.json': (text) =>
      text.replace('"mjpeg"', '"mpeg"').replace('"source": "v4l2"', '"source": "v4l2", "colour": "red"'),
    'profiles/ip.json': (text) => text.replace('"encoder": "passthrough"', '"encoder": "passthru"'),
    'profiles/file.json': (text) => text.replace('8000', '"8000"'),
    'profiles/broken.json': '{',
    'encoders/nvenc.gst': (text) => text.replace('{{maxperf:bool}}', '{{maxperf:boolean}}'),
    'sources/empty.gst': '# nothing\n',
  });
  const found = brief(await violationsOf(() => loadPipelineLibrary(folder)));
  t.strictSame(found.toSorted(), [
    'encoders/nvenc.gst.line 8: template',
    'profiles/broken.json: json_invalid',
    'profiles/file.json.quality.high.bitrate_kbps: value',
    'profiles/ip.json.encoder: enum',
    'profiles/sim.json.video.framerate: type',
    'profiles/usb.json.colour: unknown_key',
    'sources/empty.gst: template',
  ]);
});

t.test('settings that no template uses are refused with the ones that are', async (t) => {
  const folder = await spoiltCopy(t, {
    'profiles/sim.json': (text) => text.replaceAll('"threads": 1', '"threds": 1, "gop_frames": 3'),
    'profiles/usb.json': (text) => text.replace('"mjpeg"', '"mpeg"'),
    'encoders/x264.json': (text) => text.replaceAll('"qp_max": 32', '"qp_max": 99'),
  });
  const violations = await violationsOf(() => loadPipelineLibrary(folder));
  const message = (path: string): string =>
    violations.find((violation) => violation.path.join('.') === path)?.message ?? '';
  t.match(message('profiles/sim.json.settings.threds'), /did you mean "threads"\?.*pattern/);
  t.match(message('profiles/sim.json.live.settings.threds'), /did you mean "threads"\?/);
  t.match(message('profiles/sim.json.settings.gop_frames'), /worked out by Touchline/);
  t.equal(message('profiles/usb.json.settings.format'), 'must be one of raw, mjpeg');
  t.equal(message('encoders/x264.json.quality.high.qp_max'), 'must be a whole number between 0 and 51');
});

t.test('a template that lost a meter is refused before it records blindly', async (t) => {
  const folder = await spoiltCopy(t, {
    'outputs/segments.gst': (text) => text.replace('framemeter name=encoded_meter', 'identity'),
  });
  const violations = await violationsOf(() => loadPipelineLibrary(folder));
  t.equal(violations.length, library.profiles().length);
  t.match(violations[0]?.message, /name=encoded_meter/);
});

t.test('a folder that is not there is told as such', async (t) => {
  await t.rejects(loadPipelineLibrary('/nowhere'), {
    kind: 'unavailable',
    code: 'folder_missing',
    message: /\/nowhere\/sources/,
  });
});

t.test('every element that the profiles use has a package', async (t) => {
  for (const { name, elements } of library.profiles()) {
    t.strictSame(
      elements.filter((element) => library.packageForElement(element) === null),
      [],
      name,
    );
  }
  t.equal(library.packageForElement('x264enc'), 'gstreamer1.0-plugins-ugly');
  t.equal(library.packageForElement('nvvidconv'), 'JetPack');
  t.equal(library.packageForElement('framemeter'), 'Touchline itself (make build)');
  t.equal(library.packageForElement('nope'), null);
});
