/** Reading of pipeline text: elements, shell form, redaction, GStreamer's error messages. */
import t from 'tap';
import { elementsOf, explainParseError, redactPipeline, toShellCommand } from '../../src/pipelines/index.js';

t.test('elements are found between caps, properties and references', async (t) => {
  const text = `videotestsrc name=s pattern=smpte ! video/x-raw,format=I420 ! "video/x-raw, width=4" ! tee name = t
    t. ! queue ! x264enc option-string="a ! fakesink" ! filesink location=\\"a\\\\040!\\" t.src_1 ! queue ! s.sink`;
  t.strictSame(elementsOf(text), ['videotestsrc', 'tee', 'queue', 'x264enc', 'filesink']);
});

t.test('a shell gets each part as one word', async (t) => {
  t.equal(
    toShellCommand(`a x="it's" ! video/x-raw(memory:NVMM) ! b`),
    `gst-launch-1.0 -e a 'x="it'\\''s"' \\\n  '!' 'video/x-raw(memory:NVMM)' \\\n  '!' b`,
  );
});

t.test('credentials are not shown', async (t) => {
  const shown = redactPipeline(
    'rtspsrc location="rtsp://admin:se%20cret@10.0.0.5/stream?channel=1" user-pw=secret ! fakesink',
  );
  t.notMatch(shown, /admin|se%20cret|=secret/);
  t.match(shown, /10\.0\.0\.5\/stream\?channel=1.*! fakesink/);
});

const TEXT = 'videotestsrc name=source ! x264enc name=encoder ! video/x-raw ! queue name=capture_queue ! fakesink';

t.test("GStreamer's messages become element, reason and fix", async (t) => {
  // As GStreamer 1.20 and 1.22 print them.
  const cases = [
    ['no element "x264encc"', 'x264encc', /no element "x264encc" on this machine/, /spelling/],
    ['no element "x264enc"', 'x264enc', /no element/, /apt install gstreamer1\.0-plugins-ugly/],
    ['no element "nvvidconv"', 'nvvidconv', /no element/, /JetPack/],
    ['no element "video"', null, /one format/, /element between/],
    [
      'no property "speed-presett" in element "x264enc"',
      'x264enc',
      /no property "speed-presett"/,
      /gst-inspect-1\.0 x264enc/,
    ],
    ['no property "speed" in element "encoder"', 'x264enc', /x264enc has no property "speed"/, /gst-inspect/],
    [
      'could not set property "speed-preset" in element "x264enc" to "quick"',
      'x264enc',
      /does not take "quick"/,
      /gst-inspect/,
    ],
    [
      "could not link encoder to capture_queue, encoder can't handle caps video/x-raw",
      'x264enc',
      /x264enc does not handle video\/x-raw/,
      /converter/,
    ],
    [
      'could not link source to encoder, neither element can handle caps video/x-raw, format=(string)I421',
      'videotestsrc',
      /neither handles video\/x-raw, format/,
      /spelling/,
    ],
    ['could not link h264parse7 to queue3', 'h264parse', /h264parse cannot be linked to queue/, /gst-inspect/],
    ['could not link source to encoder with caps image/jpeg', 'videotestsrc', /with image\/jpeg/, /overlap/],
    ['could not parse caps "video/x-raw,format=("', null, /not the description of a format/, /format=I420/],
    ['No sink-element named "nope" - omitting link', null, /"nope"/, /name=/],
    ['syntax error', null, /not a pipeline/, /"!"/],
    ['Internal data stream error. streaming stopped, reason not-negotiated (-4)', null, /no format/, /camera/],
  ] as const;
  const packages = new Map([
    ['x264enc', 'gstreamer1.0-plugins-ugly'],
    ['nvvidconv', 'JetPack'],
  ]);
  for (const [message, element, reason, hint] of cases) {
    const explained = explainParseError(message, `${TEXT} ! h264parse`, (factory) => packages.get(factory) ?? null);
    t.equal(explained.element, element, message);
    t.match(explained.reason, reason, message);
    t.match(explained.hint, hint, message);
  }
});

t.test('an unknown message is passed on without its secrets', async (t) => {
  const { reason } = explainParseError('Could not open rtsp://u:secret@cam/1', TEXT);
  t.match(reason, /^Could not open rtsp:/);
  t.notMatch(reason, /secret/);
});
