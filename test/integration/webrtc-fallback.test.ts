/** What viewers get where WebRTC does not get through, and what a rig does that cannot do it. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ndc from 'node-datachannel';
import t from 'tap';
import { addPictureReader, openBrowser, viewerPage } from '../support/browser.js';
import { Rig, until } from '../support/rig.js';
import { HeadlessViewer, startSession } from '../support/webrtc-client.js';
import { WsClient } from '../support/ws-client.js';

const WITHOUT_WEBRTC = pathToFileURL(join(import.meta.dirname, '../../../test/fixtures/without-webrtc.mjs')).href;
const OWN_LIMIT = 8;

t.teardown(() => ndc.cleanup());

t.test('where UDP is blocked HLS plays, beside a viewer who gets WebRTC', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const browser = await openBrowser(t);
  const [blocked, open] = [await viewerPage(browser, rig.url), await viewerPage(browser, rig.url)];
  for (const page of [blocked, open]) {
    await addPictureReader(page);
    await page.evaluate(`viewers.connect(${JSON.stringify(`${rig.url.replace('http', 'ws')}/ws`)}).then((connection) => { globalThis.connection = connection; })`);
  }
  // A browser that may use relays only, and knows none, is a browser behind a firewall: no packet of it arrives.
  await blocked.evaluate(`globalThis.RTCPeerConnection = class extends RTCPeerConnection { constructor(options) { super({ ...options, iceTransportPolicy: 'relay' }); } addIceCandidate() { return Promise.resolve(); } }`);
  await open.evaluate(`viewers.watch(connection, 'main_cam0').then((viewer) => { globalThis.viewer = viewer; })`);
  t.match(await blocked.evaluate(`viewers.watch(connection, 'main_cam0').then(() => 'shown', (error) => error.message)`), /no picture/);
  t.match((await rig.post('/api/v1/preview', { camera_id: 0, transport: 'hls' })).body, { success: true, transport: 'hls' });
  await blocked.evaluate(`pictures.playHls('/hls/cam0.m3u8').then((player) => { globalThis.player = player; })`);
  const counter = async (page: typeof open, video: string): Promise<number> => Number(await page.evaluate(`pictures.watch(${video}, 1).then(([{ counter }]) => counter)`));
  const [late, live] = [await counter(blocked, 'player.video'), await counter(open, 'viewer.video')];
  await until(async () => (await counter(blocked, 'player.video')) > late + 30 && (await counter(open, 'viewer.video')) > live + 30, 'both pictures move', 30_000);
  t.match(await blocked.evaluate('player.errors.filter(({ fatal }) => fatal)'), []);
});

for (const without of ['library', 'udp']) {
  t.test(`a rig without ${without === 'udp' ? 'a free UDP port' : 'the WebRTC library'} says so, shows HLS and records`, async (t) => {
    const rig = await Rig.start({ env: { NODE_OPTIONS: `--import=${WITHOUT_WEBRTC}`, WITHOUT: without } });
    t.teardown(() => rig.dispose());
    t.match(rig.output, /over HLS only/);
    t.match((await rig.get('/api/v1/preview')).body, { webrtc_supported: false });
    const client = await WsClient.greeted(rig.url);
    await t.rejects(startSession(client, 'main_cam0'), { message: 'WebRTC runtime is not available' });
    await t.rejects(startSession(client, 'main_cam9'), { message: 'Unsupported stream_kind: main_cam9' });
    await client.end();
    t.match((await rig.post('/api/v1/preview', { transport: 'webrtc' })).body, { success: true, transport: 'hls' }, 'the transport that works');
    await until(async () => (await fetch(`${rig.url}/hls/cam0.m3u8`)).status === 200, 'the picture is there');
    await rig.record('match');
    t.match((await rig.stop()).body, { success: true });
    t.equal(await rig.endDaemon(), 0);
  });
}

t.test('a UDP port that somebody else has is named to the viewer, and the next one gets through when it is free', async (t) => {
  const taken = createSocket('udp4');
  taken.bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  const rig = await Rig.start({ env: { TOUCHLINE_WEBRTC_UDP_PORT: String(port) } });
  t.teardown(() => rig.dispose());
  const client = await WsClient.greeted(rig.url);
  t.teardown(() => client.end());
  await t.rejects(HeadlessViewer.join(client, 'main_cam0'), { message: new RegExp(`UDP port ${port} of the rig`) });
  taken.close();
  const viewer = await HeadlessViewer.join(client, 'main_cam0');
  await until(() => viewer.packets > 0, 'a picture');
  await viewer.leave();
});

t.test('one connection cannot take the places of all others', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const greedy = await WsClient.greeted(rig.url);
  for (let session = 0; session < OWN_LIMIT; session += 1) await startSession(greedy, 'main_cam0');
  await t.rejects(startSession(greedy, 'main_cam1'), { message: /This connection has 8 live pictures already/ });
  const other = await WsClient.greeted(rig.url);
  t.ok(await startSession(other, 'main_cam1'), 'others are not concerned');
  await greedy.end();
  await other.end();
  await until(async () => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf() === 'idle', 'the cameras are free');
});

t.test('STUN and TURN reach browsers in the form that they take, and the log never', async (t) => {
  const secret = 'p:s/s@w%ord';
  const configured = [
    { urls: [`turn://rig:${encodeURIComponent(secret)}@127.0.0.1:9?transport=udp`] },
    { urls: ['stun://127.0.0.1:9', 'stuns:127.0.0.1:9'] },
    { urls: ['turn:127.0.0.1:9?transport=tcp', 'turns:127.0.0.1:9'], username: 'rig', credential: secret },
    { urls: ['turn:nobody.example:9'] },
  ];
  const folder = await mkdtemp(join(tmpdir(), 'touchline-ice-'));
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify({ webrtc_ice_servers: configured }));
  const rig = await Rig.start({ folder, env: { TOUCHLINE_CONFIG: config, TOUCHLINE_LOG_LEVEL: 'trace' } });
  t.teardown(() => rig.dispose());
  const servers = [
    { urls: ['stun:127.0.0.1:9', 'stuns:127.0.0.1:9'] },
    { urls: ['turn:127.0.0.1:9?transport=udp'], username: 'rig', credential: secret },
    { urls: ['turn:127.0.0.1:9?transport=tcp', 'turns:127.0.0.1:9'], username: 'rig', credential: secret },
  ];
  t.strictSame((await rig.get('/api/v1/preview')).body['ice_servers'], servers, 'STUN before TURN, and what no browser takes is left out');
  const page = await viewerPage(await openBrowser(t), rig.url);
  const taken = await page.evaluate(`(async () => {
    const { ice_servers } = await (await fetch('/api/v1/preview')).json();
    const connection = await viewers.connect(${JSON.stringify(`${rig.url.replace('http', 'ws')}/ws`)});
    const viewer = await viewers.watch(connection, 'main_cam0');
    const { iceServers } = viewer.peer.getConfiguration();
    return { same: JSON.stringify(iceServers.map(({ urls }) => urls)) === JSON.stringify(ice_servers.map(({ urls }) => urls)), credential: iceServers[1].credential };
  })()`);
  t.match(taken, { same: true, credential: secret }, 'and a picture comes with them');
  for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret)]) t.notOk(rig.output.includes(form), 'the secret is in no log');
  t.match(rig.output, /nobody\.example/, 'what is left out is named');
});
