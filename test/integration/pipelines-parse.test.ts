/** Every profile as GStreamer reads it, and what is said about a template that GStreamer refuses. */
import t from 'tap';
import { loadPipelineLibrary, QUALITIES, ROTATIONS, type PipelineLibrary } from '../../src/pipelines/index.js';
import { loadBinding } from '../support/gst-binding.js';
import { NO_CROP, PIPELINES, request, spoiltCopy } from '../support/pipeline-tools.js';

const gst = loadBinding();
const library = await loadPipelineLibrary(PIPELINES);

function complaintOf(text: string): string | null {
  try {
    gst.parse(text);
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

for (const { name } of library.profiles()) {
  t.test(`profile ${name} parses in every quality, crop and rotation that it allows`, async (t) => {
    const isFixed = name === 'ip';
    const crops = isFixed ? [NO_CROP] : [NO_CROP, { left: 10, right: 20, top: 30, bottom: 40 }];
    const video = isFixed ? {} : { video: { width: 1280, height: 720, framerate: 25 } };
    for (const quality of QUALITIES) {
      for (const crop of crops) {
        for (const rotation of isFixed ? [0 as const] : ROTATIONS) {
          for (const camera of [0, 1]) {
            const { text } = library.renderRecording(request(name, { quality, crop, rotation, camera, ...video }));
            const complaint = complaintOf(text);
            if (complaint !== null) t.fail(complaint, { text });
          }
        }
      }
    }
    t.equal(complaintOf(library.renderRecording(request(name)).text), null);
  });
}

t.test('raw USB cameras are a matter of one word in the profile', async (t) => {
  const folder = await spoiltCopy(t, {
    'profiles/usb.json': (text) => text.replace('"format": "mjpeg"', '"format": "raw"'),
  });
  const { text, elements } = (await loadPipelineLibrary(folder)).renderRecording(request('usb'));
  t.equal(complaintOf(text), null);
  t.notMatch(elements.join(), /jpegdec/);
});

async function explained(
  t: Tap,
  file: string,
  from: string,
  to: string,
): Promise<ReturnType<PipelineLibrary['explainParseError']>> {
  const spoilt = await loadPipelineLibrary(await spoiltCopy(t, { [file]: (text) => text.replace(from, to) }));
  const { text } = spoilt.renderRecording(request('sim'));
  return spoilt.explainParseError(complaintOf(text) ?? 'it parsed', text);
}
type Tap = Parameters<typeof spoiltCopy>[0];

t.test('a template that GStreamer refuses is reported with the element and the reason', async (t) => {
  t.match(await explained(t, 'encoders/x264.gst', 'key-int-max', 'key-int-maxx'), {
    element: 'x264enc',
    reason: 'element x264enc has no property "key-int-maxx"',
    hint: /gst-inspect-1\.0 x264enc/,
  });
  t.match(await explained(t, 'encoders/x264.gst', 'h264parse', 'h264parser'), {
    element: 'h264parser',
    reason: /no element "h264parser" on this machine/,
    hint: /spelling/,
  });
  t.match(await explained(t, 'encoders/x264.gst', 'leaky=downstream', 'leaky=down'), {
    element: 'queue',
    reason: 'element queue does not take "down" as its property "leaky"',
  });
  t.match(await explained(t, 'encoders/x264.gst', 'video/x-h264', 'video/x-h265'), {
    element: 'h264parse',
    reason: /h264parse does not handle video\/x-h265/,
  });
  t.match(await explained(t, 'sources/videotestsrc.gst', 'format=I420', 'format=I421'), { reason: /I421/ });
  t.match(await explained(t, 'sources/videotestsrc.gst', '! video/x-raw', '! ! video/x-raw'), {
    element: null,
    reason: 'the text is not a pipeline',
  });
  t.match(
    await explained(t, 'sources/videotestsrc.gst', '! framestamp name=stamp', '! video/x-raw\n! framestamp name=stamp'),
    {
      element: null,
      reason: /only one format/,
    },
  );
});
