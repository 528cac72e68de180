/** Viewers that vanish without goodbye: their sessions end by themselves, and nobody else notices. */
import ndc from 'node-datachannel';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/lib/clock.js';
import { Rig, until } from '../support/rig.js';
import { ViewerProcess } from '../support/viewer-process.js';
import { HeadlessViewer, startSession } from '../support/webrtc-client.js';
import { WsClient } from '../support/ws-client.js';

/** ICE and the WebSocket both give up a peer that is silent for this long at the latest; with some patience. */
const SILENT_MS = 45_000;
const LONGEST_PAUSE_MS = 1000;

t.teardown(() => ndc.cleanup());

const sessionsOf = async (rig: Rig, kind: string): Promise<number> => JSON.stringify((await rig.get('/api/v1/preview')).body['webrtc_streams']).split(`"stream_kind":"${kind}"`).length - 1;

/** Watches until `end` settles: the longest time without a packet, in ms. */
async function longestPause(viewer: HeadlessViewer, end: Promise<unknown>): Promise<number> {
  let isOver = false;
  const over = end.finally(() => (isOver = true));
  let longestMs = 0;
  let newest = { packets: viewer.packets, monoMs: systemClock.monoMs() };
  while (!isOver) {
    await systemClock.sleepMs(20);
    const monoMs = systemClock.monoMs();
    longestMs = Math.max(longestMs, monoMs - newest.monoMs);
    if (viewer.packets > newest.packets) newest = { packets: viewer.packets, monoMs };
  }
  await over;
  return longestMs;
}

async function viewers(t: Test, rig: Rig, kind: string, count: number): Promise<ViewerProcess> {
  const process = await ViewerProcess.start(rig.url, kind, count);
  t.teardown(() => process.end());
  return process;
}

t.test('a viewer that stops reading, one that is killed, and one that never comes through are let go, and the others see no pause', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const client = await WsClient.greeted(rig.url);
  const lasting = await HeadlessViewer.join(client, 'main_cam0');
  await until(() => lasting.packets > 0, 'a picture');

  const killed = await viewers(t, rig, 'main_cam1', 2);
  killed.signal('SIGKILL');
  const pauseMs = await longestPause(lasting, until(async () => (await sessionsOf(rig, 'main_cam1')) === 0, 'the killed viewers are gone', 5000));
  t.ok(pauseMs < LONGEST_PAUSE_MS, `no pause longer than ${pauseMs.toFixed(0)} ms`);
  t.match((await rig.get('/api/v1/preview')).body, { cameras: { camera_1: { active: false } } }, 'their camera is free');

  // The tablet that is carried out of the Wi-Fi, and the page that asked for a picture and never went on.
  const stopped = await viewers(t, rig, 'main_cam1', 1);
  stopped.signal('SIGSTOP');
  await startSession(client, 'main_cam0');
  const longMs = await longestPause(lasting, until(async () => (await sessionsOf(rig, 'main_cam1')) === 0 && (await sessionsOf(rig, 'main_cam0')) === 1, 'the silent ones are gone', SILENT_MS));
  t.ok(longMs < LONGEST_PAUSE_MS, `no pause longer than ${longMs.toFixed(0)} ms`);
  t.ok(client.all('webrtc_state').some((frame) => JSON.stringify(frame).includes('"state":"stopped"')), 'who never came through is told');
  await client.end();
  await until(async () => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf() === 'idle', 'the cameras are free');
});
