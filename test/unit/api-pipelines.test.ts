import t from 'tap';
import { PipelinesBody } from '../../src/api/contract/pipelines.js';
import { presentPipelines } from '../../src/api/presenters/pipelines.js';
import { onTheWire } from '../support/wire.js';

const CAMERA = 'rtspsrc name=source location="rtsp://coach:p@ssword@10.0.0.7:554/1" user-pw=hunter2 ! rtph264depay';

t.test('no password of a camera leaves the daemon with the text of its pipeline', async (t) => {
  const body = presentPipelines({
    profile: 'ip',
    cameras: new Map([
      [1, { recording: `${CAMERA} ! segmentsink name=segments`, live: `${CAMERA} ! udpsink name=rtp port=5005` }],
      [0, { recording: 'videotestsrc ! fakesink', live: 'videotestsrc ! x264enc ! fakesink' }],
    ]),
  });
  onTheWire(PipelinesBody, body);
  t.notMatch(JSON.stringify(body), /coach|p@ss|ssword|hunter2/);
  t.match(body.cameras['camera_1']?.recording, /location="rtsp:\/\/\*\*\*@10\.0\.0\.7:554\/1"/);
  t.strictSame(Object.keys(body.cameras), ['camera_0', 'camera_1']);
  t.strictSame(body.cameras['camera_0']?.elements, ['videotestsrc', 'fakesink', 'x264enc']);
});
