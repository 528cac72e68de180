import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { CHANNELS } from '../../src/api/contract/ws-common.js';
import { systemClock } from '../../src/lib/clock.js';
import { resourcesOf } from '../../test/support/process-resources.js';
import { until, type Rig } from '../../test/support/rig.js';
import type { Drill } from './drill.js';
import { accountsOf } from './kit/account.js';
import { CAMERAS } from './kit/deaths.js';
import { fact, nothingLost, times } from './kit/findings.js';
import { isWhole } from './kit/look.js';
import type { Scene } from './kit/scene.js';

const MATCH = 'slow-clients';
const OLD_MATCH = 'before';
const CLIENTS = 200;
const PAUSE_MS = 20;


export const slowClients: Drill = {
  name: 'slow-clients',
  breaks: `${CLIENTS} clients at once that send half a request, or never read what they asked for`,
  needsRoot: false,
  async run(scene) {
    const clients = scene.count(CLIENTS);
    const rig = await scene.rig({ env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '5' } });
    await rig.record(OLD_MATCH);
    await scene.sleepMs(4000);
    await rig.stop();
    const [download = ''] = await rig.segments(OLD_MATCH, 0);
    await rig.record(MATCH);
    await scene.sleepMs(1000);
    const before = await resourcesOf(rig.pid);
    const aloneMs = await answerTimes(scene, rig, 3000);
    const opened: (Socket | WebSocket)[] = [];
    await scene.defer(() => opened.forEach(cut));
    for (let client = 0; client < clients; client += 1) opened.push(await slowClient(rig, client, download));
    const crowdedMs = await answerTimes(scene, rig, scene.minutes(0.5) * 60_000);
    const during = await resourcesOf(rig.pid);
    opened.forEach(cut);
    await until(async () => (await resourcesOf(rig.pid)).fileDescriptors <= before.fileDescriptors + 5, 'the connections are closed');
    const isFine = await isWhole(rig);
    await rig.stop();
    const runs = await accountsOf(`${rig.recordingsDir}/${MATCH}`);
    scene.say(`${clients} clients: ${during.fileDescriptors - before.fileDescriptors} descriptors and ${(during.residentMiB - before.residentMiB).toFixed(1)} MiB more`);
    return [
      nothingLost(scene, 'slow clients: frames lost', runs, `${clients} connections: a third with half a request, a third that download and do not read, a third WebSockets that subscribe and do not read`),
      fact('… the recording', 'healthy, one run per camera', isFine && runs.length === CAMERAS.length ? 'healthy' : 'disturbed', isFine && runs.length === CAMERAS.length, 'status and journals'),
      times('… GET /status of somebody else meanwhile', crowdedMs, { p95Ms: 100 }, `every ${PAUSE_MS} ms; ${times('', aloneMs, {}, '').measured} before`),
      { name: '… memory of the daemon', required: 'report', measured: `${(during.residentMiB - before.residentMiB).toFixed(1)} MiB more`, holds: null, how: 'resident memory', isTimed: true },
    ];
  },
};

async function slowClient(rig: Rig, number: number, download: string): Promise<Socket | WebSocket> {
  const { hostname, port } = new URL(rig.url);
  if (number % 3 === 2) {
    const socket = new WebSocket(`${rig.url.replace('http', 'ws')}/ws`);
    // One that the rig refuses or drops is no failure of the drill.
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      socket.once('open', resolve);
      socket.once('close', () => resolve());
    });
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ v: 1, type: 'subscribe', channels: CHANNELS }));
    socket.pause();
    return socket;
  }
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });
  socket.pause();
  socket.write(number % 3 === 0 ? `GET /api/v1/status HTTP/1.1\r\nHost: ${hostname}\r\nX-Slow: ` : `GET /api/v1/recordings/${OLD_MATCH}/segments/${download} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  return socket;
}

function cut(client: Socket | WebSocket): void {
  if (client instanceof WebSocket) client.terminate();
  else client.destroy();
}

async function answerTimes(scene: Scene, rig: Rig, forMs: number): Promise<number[]> {
  const valuesMs: number[] = [];
  const untilMs = systemClock.monoMs() + forMs;
  while (systemClock.monoMs() < untilMs) {
    const askedMs = systemClock.monoMs();
    await rig.get('/api/v1/status');
    valuesMs.push(systemClock.monoMs() - askedMs);
    await scene.sleepMs(PAUSE_MS);
  }
  return valuesMs;
}
