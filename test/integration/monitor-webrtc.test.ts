/** The small stream of a recording in a browser, under kinds of its own: it is no preview and holds no camera. */
import t from 'tap';
import { openBrowser, viewerPage } from '../support/browser.js';
import { Rig, until } from '../support/rig.js';

t.test('a recording is watched over WebRTC, by several, and its end is told to them', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const page = await viewerPage(await openBrowser(t), rig.url);
  await page.evaluate(`(async () => { globalThis.connection = await viewers.connect(${JSON.stringify(`${rig.url.replace('http', 'ws')}/ws`)}); })()`);
  const refusal = (kind: string): Promise<unknown> => page.evaluate(`viewers.watch(connection, '${kind}').then(() => 'shown', (error) => error.message)`);
  t.equal(await refusal('monitor_cam0'), 'Camera 0 does not record now; main_cam0 is its live picture.');
  await rig.record('match');
  t.match(await refusal('main_cam0'), /Recording is active/);
  const seen = await page.evaluate(`(async () => {
    globalThis.all = [];
    for (const kind of ['monitor_cam0', 'monitor_cam1', 'monitor_cam0']) all.push(await viewers.watch(connection, kind));
    const before = await Promise.all(all.map(viewers.statistics));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const after = await Promise.all(all.map(viewers.statistics));
    return all.map(({ firstPictureMs }, i) => ({ firstPictureMs, decoded: after[i].decoded - before[i].decoded, lost: after[i].lost }));
  })()`);
  for (const viewer of Object(seen)) {
    t.ok(viewer.decoded >= 10, `the picture moves: ${viewer.decoded} frames in two seconds`);
    t.equal(viewer.lost, 0);
  }
  t.match((await rig.get('/api/v1/preview')).body, { preview_active: false, webrtc_streams: [{ stream_kind: 'monitor_cam0' }, { stream_kind: 'monitor_cam1' }, { stream_kind: 'monitor_cam0' }] });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'recording' });
  t.match((await rig.stop()).body, { success: true, graceful_stop: true });
  await until(async () => (await page.evaluate('all.every(({ stopped }) => stopped)')) === true, 'everybody is told');
  t.strictSame((await rig.get('/api/v1/preview')).body['webrtc_streams'], [], 'and counted no more');
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'idle' });
  for (const camera of [0, 1]) {
    const ended = (await rig.journal('match', camera)).find((entry) => entry['kind']?.valueOf() === 'run-ended');
    t.equal(ended?.['framesMissed']?.valueOf(), 0);
    t.equal(ended?.['framesInSegments']?.valueOf(), ended?.['framesAtSource']?.valueOf());
  }
});

t.test('a daemon that takes over a recording shows it to viewers of its own', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const browser = await openBrowser(t);
  const watch = async (): Promise<unknown> => {
    const page = await viewerPage(browser, rig.url);
    return page.evaluate(`(async () => {
      const connection = await viewers.connect(${JSON.stringify(`${rig.url.replace('http', 'ws')}/ws`)});
      return (await viewers.watch(connection, 'monitor_cam0')).firstPictureMs;
    })()`);
  };
  await rig.record('match');
  t.ok(Number(await watch()) > 0, 'it is seen');
  await rig.crashDaemon();
  await rig.startDaemon();
  await until(async () => (await rig.get('/api/v1/recording')).body['recording']?.valueOf() === true, 'the recording is taken over');
  t.ok(Number(await watch()) > 0, 'it is seen again');
  t.match((await rig.stop()).body, { success: true, graceful_stop: true });
});
