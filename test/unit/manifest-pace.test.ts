import t from 'tap';
import { manifestPauseMs } from '../../src/recording/manifest-pace.js';

t.test('a manifest is written when it is wanted, and takes no more than a twentieth of the time', async (t) => {
  t.equal(manifestPauseMs(1500, 0), 1500, 'the first');
  t.equal(manifestPauseMs(5000, 20), 5000);
  t.equal(manifestPauseMs(1500, 400), 8000, 'one of thousands of files');
  t.equal(manifestPauseMs(5000, 100), 5000);
  t.equal(manifestPauseMs(1500, 20_000), 60_000, 'but once a minute whatever it costs');
});
