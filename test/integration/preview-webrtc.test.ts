/** Live pictures in a browser, over WebRTC, as the dashboard of FootballVision asks for them (contract 4.6, 12.4). */
import t, { type Test } from 'tap';
import { openBrowser, viewerPage } from '../support/browser.js';
import { Rig, until } from '../support/rig.js';

async function rigOf(t: Test): Promise<Rig> {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  return rig;
}

const text = async (rig: Rig, path: string): Promise<string> => JSON.stringify((await rig.get(path)).body);
const mode = async (rig: Rig): Promise<unknown> => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf();

t.test('two viewers see one camera and one the other, move, and leave it as they found it', async (t) => {
  const rig = await rigOf(t);
  const browser = await openBrowser(t);
  const page = await viewerPage(browser, rig.url);
  const seen = await page.evaluate(`(async () => {
    const connection = await viewers.connect(${JSON.stringify(`${rig.url.replace('http', 'ws')}/ws`)});
    const all = [];
    for (const kind of ['main_cam0', 'main_cam1', 'main_cam0']) all.push(await viewers.watch(connection, kind));
    const before = await Promise.all(all.map(viewers.statistics));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const after = await Promise.all(all.map(viewers.statistics));
    connection.send('webrtc_stop', { session_id: all[1].session });
    const ended = await connection.next(({ type, data }) => type === 'webrtc_state' && data.session_id === all[1].session && data.state === 'stopped', 'the end');
    return all.map(({ firstPictureMs }, i) => ({ firstPictureMs, decoded: after[i].decoded - before[i].decoded, lost: after[i].lost, dropped: after[i].dropped - before[i].dropped, keyframesAsked: after[i].keyframesAsked - before[i].keyframesAsked, ended: ended.data.state }));
  })()`);
  for (const viewer of Object(seen)) {
    t.ok(viewer.decoded >= 30, `the picture moves: ${viewer.decoded} frames in two seconds`);
    t.equal(viewer.lost, 0);
    t.ok(viewer.dropped <= 2 && viewer.keyframesAsked <= 2, 'the decoder is content with what it gets');
  }
  await until(async () => !(await text(rig, '/api/v1/preview')).includes('main_cam1","camera_id"'), 'the stopped viewer is gone');
  t.match((await rig.get('/api/v1/preview')).body, { preview_active: true, webrtc_supported: true, cameras: { camera_0: { active: true, transport: 'webrtc' }, camera_1: { active: false } } });
  t.equal(await mode(rig), 'preview');
  await page.close();
  await until(async () => (await mode(rig)) === 'idle', 'the cameras are free when the page is closed');
  t.match((await rig.get('/api/v1/preview')).body, { preview_active: false, webrtc_streams: [] });
});

t.test('a recording takes the camera from its viewers, who are told', async (t) => {
  const rig = await rigOf(t);
  const page = await viewerPage(await openBrowser(t), rig.url);
  await page.evaluate(`(async () => {
    globalThis.connection = await viewers.connect(${JSON.stringify(`${rig.url.replace('http', 'ws')}/ws`)});
    globalThis.viewer = await viewers.watch(connection, 'main_cam0');
  })()`);
  await rig.record('match');
  await until(async () => (await page.evaluate('viewer.stopped')) === true, 'the viewer is told');
  t.equal(await mode(rig), 'recording');
  const refused = await page.evaluate(`viewers.watch(connection, 'main_cam0').then(() => 'shown', (error) => error.message)`);
  t.equal(refused, 'Recording is active. Stop recording before starting preview.');
  t.match((await rig.stop()).body, { success: true });
});

t.test('what somebody started over REST goes on when the last viewer has left', async (t) => {
  const rig = await rigOf(t);
  await rig.post('/api/v1/preview', { camera_id: 0, transport: 'hls' });
  const page = await viewerPage(await openBrowser(t), rig.url);
  await page.evaluate(`viewers.connect(${JSON.stringify(`${rig.url.replace('http', 'ws')}/ws`)}).then((connection) => viewers.watch(connection, 'main_cam0')).then(() => 'shown')`);
  await page.close();
  await until(async () => (await text(rig, '/api/v1/preview')).includes('"webrtc_streams":[]'), 'the viewer is gone');
  t.match((await rig.get('/api/v1/preview')).body, { cameras: { camera_0: { active: true } } });
  t.equal(await mode(rig), 'preview');
});

t.test('a viewer sees the picture again after its camera process died', async (t) => {
  const rig = await rigOf(t);
  const page = await viewerPage(await openBrowser(t), rig.url);
  const decoded = async (): Promise<number> => Number(await page.evaluate('viewers.statistics(viewer).then(({ decoded }) => decoded)'));
  await page.evaluate(`(async () => {
    globalThis.connection = await viewers.connect(${JSON.stringify(`${rig.url.replace('http', 'ws')}/ws`)});
    globalThis.viewer = await viewers.watch(connection, 'main_cam0');
  })()`);
  await rig.signalHost(0, 'SIGKILL');
  await until(async () => (await text(rig, '/api/v1/preview')).includes('"state":"error"'), 'the loss shows');
  const before = await decoded();
  await until(async () => (await decoded()) > before + 30, 'the same viewer goes on');
});
