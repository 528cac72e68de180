/** Live pictures over WebRTC for a second, independent client library, in all the ways in which clients signal. */
import t, { type Test } from 'tap';
import { LossyPath } from '../support/lossy-path.js';
import { Rig, until } from '../support/rig.js';
import { type WeriftOptions, WeriftViewer } from '../support/werift-viewer.js';
import { WsClient } from '../support/ws-client.js';

const [WIDTH, HEIGHT] = [640, 360];

async function connected(t: Test): Promise<{ readonly rig: Rig; readonly client: WsClient }> {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const client = await WsClient.greeted(rig.url);
  t.teardown(() => client.end());
  return { rig, client };
}

async function joined(t: Test, client: WsClient, options: WeriftOptions): Promise<WeriftViewer> {
  const viewer = await WeriftViewer.join(client, 'main_cam0', options);
  t.teardown(() => viewer.close());
  return viewer;
}

/** A machine that is busy with other tests encodes not every frame; what is encoded arrives. */
const MOST = 0.8;

/** All that was sent has come, and shows the camera's frames in their order, hardly any left out. */
async function seesEveryFrame(t: Test, viewer: WeriftViewer, atLeast: number): Promise<void> {
  await until(async () => (await viewer.counters(WIDTH, HEIGHT)).length >= atLeast, `${atLeast} frames`, 30_000);
  await until(() => viewer.missingPackets === 0, 'every packet has come, if need be again');
  // The newest frame may not be whole yet.
  const counters = (await viewer.counters(WIDTH, HEIGHT)).slice(0, -1);
  t.ok(counters.every((counter, index) => counter !== null && (index === 0 || counter > (counters[index - 1] ?? 0))), `in order: ${counters.join()}`);
  const span = (counters.at(-1) ?? 0) - (counters[0] ?? 0) + 1;
  t.ok(counters.length / span >= MOST, `${counters.length} of ${span} frames`);
}

t.test('a client of another library sees every frame, whichever way it signals', async (t) => {
  const { rig, client } = await connected(t);
  const ways = [
    { form: 'data', candidates: 'trickled' },
    { form: 'flat', candidates: 'trickled' },
    { form: 'data', candidates: 'early' },
    { form: 'data', candidates: 'gathered' },
    { form: 'flat', candidates: 'gathered' },
    { form: 'data', candidates: 'none' },
  ] as const;
  for (const way of ways) {
    const viewer = await joined(t, client, way);
    await until(() => viewer.packets.filter(({ header }) => header.marker).length > 15, `pictures with ${JSON.stringify(way)}`);
    await seesEveryFrame(t, viewer, 15);
    const messages = { data: { data: { session_id: viewer.session } }, flat: { session_id: viewer.session } };
    client.send({ v: 1, type: 'webrtc_stop', ...messages[way.form] });
    await until(async () => !JSON.stringify((await rig.get('/api/v1/preview')).body['webrtc_streams']).includes(viewer.session), 'the session is over');
  }
  t.strictSame(client.broken, [], 'every message is as the contract says');
  t.strictSame(client.all('webrtc_error'), []);
});

t.test('a viewer that lost a picture gets a keyframe when it asks for one', async (t) => {
  const { client } = await connected(t);
  const viewer = await joined(t, client, { form: 'data', candidates: 'trickled' });
  await until(() => viewer.keyframes.length > 0, 'the first keyframe');
  for (let asked = 1; asked <= 3; asked += 1) {
    const before = viewer.keyframes.length;
    await viewer.askForKeyframe();
    await until(() => viewer.keyframes.length > before, 'the keyframe that was asked for');
  }
  const [first = 0, ...rest] = viewer.keyframes.slice(0, 4);
  const gaps = rest.map((one, index) => one - (index === 0 ? first : (rest[index - 1] ?? 0)));
  t.ok(Math.max(...gaps) < 0.8, `keyframes came after ${gaps.map((gap) => gap.toFixed(2)).join(', ')} s, sooner than the encoder makes them by itself`);
});

t.test('what the network loses is sent again, and every frame is seen', async (t) => {
  const { client } = await connected(t);
  const everyTenth = (index: number): boolean => index % 10 === 0;
  // The port of the rig is known only by its candidate, whose place the lossy path takes.
  const rigPort = Promise.withResolvers<number>();
  const other = await joined(t, client, {
    form: 'data',
    candidates: 'none',
    rewrite: (candidate) => {
      rigPort.resolve(Number(/ (\d+) typ host/.exec(candidate)?.[1]));
      return candidate;
    },
  });
  const lossy = await LossyPath.open(await rigPort.promise, everyTenth);
  t.teardown(() => lossy.close());
  const viewer = await joined(t, client, { form: 'data', candidates: 'none', rewrite: (candidate) => candidate.replace(/ \d+ typ host/, ` ${lossy.port} typ host`) });
  await until(() => lossy.lost.length >= 20, 'packets were lost', 30_000);
  const lost = lossy.lost.slice(0, 20);
  await until(() => lost.every((sequence) => viewer.packets.some(({ header }) => header.sequenceNumber === sequence)), 'they were sent again');
  await seesEveryFrame(t, viewer, 10);
  t.ok(other.packets.length > 0, 'another viewer is not concerned');
});
