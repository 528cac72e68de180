/** Viewers come and go, politely or not: the daemon is afterwards as it was before. */
import ndc from 'node-datachannel';
import t from 'tap';
import { type Resources, resourcesOf } from '../support/process-resources.js';
import { Rig, until } from '../support/rig.js';
import { HeadlessViewer, startSession } from '../support/webrtc-client.js';
import { WsClient } from '../support/ws-client.js';

const JOINS = 200;
/** The first ones load code and fill pools. */
const WARM_UP = 50;
/** Connections of this test that are still being closed. */
const TOLERANCE = 3;
/** Less than a quarter of a viewer's packets that are kept to be sent again. */
const MAX_GROWTH_MIB = 30;

t.teardown(() => ndc.cleanup());

/** Ways to come and to go, in turns. */
const VISITS: readonly ((url: string, client: WsClient) => Promise<void>)[] = [
  async (_url, client) => {
    const viewer = await HeadlessViewer.join(client, 'main_cam0');
    await until(() => viewer.packets > 0, 'a picture');
    await viewer.leave();
  },
  async (_url, client) => {
    const viewer = await HeadlessViewer.join(client, 'main_cam1');
    await viewer.leave();
  },
  // The socket is cut in the middle of signalling: while the camera is opened, before the offer, after the answer.
  async (url) => {
    const other = await WsClient.greeted(url);
    other.send({ v: 1, type: 'webrtc_start', data: { stream_kind: 'main_cam1' } });
    await other.settled();
    other.socket.terminate();
  },
  async (url) => {
    const other = await WsClient.greeted(url);
    await startSession(other, 'main_cam0');
    other.socket.terminate();
  },
  async (url) => {
    const other = await WsClient.greeted(url);
    const viewer = await HeadlessViewer.join(other, 'main_cam1');
    other.socket.terminate();
    viewer.vanish();
  },
];

async function visits(rig: Rig, count: number): Promise<Resources> {
  const client = await WsClient.greeted(rig.url);
  const lasting = await HeadlessViewer.join(client, 'main_cam0');
  for (let visit = 0; visit < count; visit += 1) await VISITS[visit % VISITS.length]?.(rig.url, client);
  const before = lasting.packets;
  await until(() => lasting.packets > before + 20, 'who was there all the time still gets packets');
  await lasting.leave();
  await client.end();
  await until(async () => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf() === 'idle', 'the cameras are free');
  return resourcesOf(rig.pid);
}

t.test(`${JOINS} viewers join and leave, some of them rudely, and nothing of them stays`, async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const before = await visits(rig, WARM_UP);
  let after = await visits(rig, JOINS);
  t.match((await rig.get('/api/v1/preview')).body, { preview_active: false, webrtc_streams: [] });
  const few = (): boolean => after.fileDescriptors <= before.fileDescriptors + TOLERANCE && after.threads <= before.threads + TOLERANCE;
  await until(
    async () => {
      after = await resourcesOf(rig.pid);
      return few();
    },
    'file descriptors and threads are as before',
    10_000,
    () => JSON.stringify({ before, after }),
  );
  const grownMiB = after.residentMiB - before.residentMiB;
  t.ok(grownMiB < MAX_GROWTH_MIB, `memory grew by ${grownMiB.toFixed(1)} MiB`);
  t.comment(JSON.stringify({ before, after }));
  t.equal(await rig.endDaemon(), 0, 'and it ends well');
});
