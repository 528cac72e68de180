/** Which secrets a report knows from the configuration, and hides wherever they stand. */
import t from 'tap';
import { secretHider } from '../../src/cli/report/secrets.js';

t.test('a password that stands in the query or the path of an address is known, and hidden also where it stands alone', async (t) => {
  const sources = [
    'rtsp://10.0.5.14:554/user=admin_password=FmfqzKK7_channel=1_stream=0.sdp?real_stream',
    'srt://10.0.5.15:7001?passphrase=ten%20letters&pbkeylen=16',
    'http://10.0.5.16/live.cgi?loginuse=admin&loginpas=kq8',
  ];
  const hide = secretHider([JSON.stringify({ sources })]);
  for (const source of sources) t.notMatch(hide(source), /FmfqzKK7|ten%20letters|kq8/);
  t.equal(hide('tried FmfqzKK7, then "ten letters", then kq8, and never kq89'), 'tried ***, then "***", then ***, and never kq89');
  t.equal(hide('channel 1 of admin at 10.0.5.14:554, real_stream'), 'channel 1 of admin at 10.0.5.14:554, real_stream', 'what stands beside it is no secret');
});
