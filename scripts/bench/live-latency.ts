/** How old the picture is that people see, and how long they wait for the first one. */
import Type from '#typebox';
import type { Page } from 'playwright-core';
import { systemClock } from '../../src/lib/clock.js';
import { compileSchema } from '../../src/lib/schema.js';
import { addPictureReader, launchBrowser, viewerPage } from '../../test/support/browser.js';
import { Rig, until } from '../../test/support/rig.js';
import type { Figure } from './figure.js';
import { CameraClock, pageOffsetMs } from './live-clock.js';
import { max, median, p95, spread } from './stats.js';

const FPS = 30;
const WEBRTC_FRAMES = 600;
const HLS_FRAMES = 300;
const JOINS = 20;
const SETTLE_MS = 3000;
/** A player that joined has to come to rest at its distance from the live edge. */
const HLS_SETTLE_MS = 12_000;

const shownFrames = compileSchema(Type.Array(Type.Object({ counter: Type.Union([Type.Integer(), Type.Null()]), shownMs: Type.Number() })));
const milliseconds = compileSchema(Type.Number());

interface Latency {
  readonly ms: readonly number[];
  /** How it was got. */
  readonly how: string;
}

export async function measureWebrtcLatency(): Promise<Figure[]> {
  return inPage(async (rig, page) => {
    await page.evaluate(`viewers.watch(connection, 'main_cam0').then((viewer) => { globalThis.viewer = viewer; })`);
    await systemClock.sleepMs(SETTLE_MS);
    const { ms, how } = await ages(rig, page, 'viewer.video', WEBRTC_FRAMES);
    return [
      {
        name: 'WebRTC glass to glass, p50 / p95',
        required: '≤ 150 / 250 ms',
        measured: `${median(ms).toFixed(0)} / ${p95(ms).toFixed(0)} ms (max ${max(ms).toFixed(0)})`,
        holds: median(ms) <= 150 && p95(ms) <= 250,
        how: `${how}, one viewer in Chromium on the same machine`,
      },
    ];
  });
}

/** First pictures over WebRTC: of a camera that is shown already, and of one that must be opened for it. */
export async function measureJoins(): Promise<Figure[]> {
  return inPage(async (rig, page) => {
    const cold = await joins(rig, page);
    await page.evaluate(`viewers.watch(connection, 'main_cam0').then(() => 'somebody else watches all the time')`);
    const warm = await joins(rig, page);
    const figure = (name: string, ms: readonly number[], how: string): Figure => ({ name, required: '≤ 700 ms', measured: `${spread(ms, 0)} ms`, holds: p95(ms) <= 700, how });
    return [
      figure('webrtc_start → first picture, p95, camera already shown', warm, `${JOINS} joins in Chromium until its first video frame callback`),
      figure('… camera not shown before', cold, `${JOINS} joins, each by the only viewer: the camera is opened for it`),
    ];
  });
}

export async function measureHls(): Promise<Figure[]> {
  return inPage(async (rig, page) => {
    const firstMs: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const fromMs = systemClock.monoMs();
      await rig.post('/api/v1/preview', { transport: 'hls', camera_id: 0 });
      await page.evaluate(`pictures.playHls('/hls/cam0.m3u8').then((player) => { globalThis.player = player; })`);
      firstMs.push(systemClock.monoMs() - fromMs);
      if (i === 4) break;
      await page.evaluate('player.hls.destroy(), player.video.remove()');
      await rig.delete('/api/v1/preview');
    }
    await systemClock.sleepMs(HLS_SETTLE_MS);
    await page.evaluate(`pictures.playHls('/hls/cam0.m3u8').then((player) => { globalThis.late = player; })`);
    await systemClock.sleepMs(HLS_SETTLE_MS);
    const { ms, how } = await ages(rig, page, 'late.video', HLS_FRAMES);
    const early = await ages(rig, page, 'player.video', HLS_FRAMES);
    return [
      { name: 'HLS latency', required: '≤ 6 s', measured: `${inSeconds(ms)} s`, holds: p95(ms) <= 6000, how: `${how}; hls.js as it comes, joined when the camera had been shown for a while; ${inSeconds(early.ms)} s for one that was there from the beginning` },
      { name: '… first picture after POST /preview', required: '≤ 5 s', measured: `${inSeconds(firstMs)} s`, holds: max(firstMs) <= 5000, how: `${firstMs.length} starts; the player asks for the playlist every 100 ms until there is one` },
    ];
  });
}

async function inPage(measure: (rig: Rig, page: Page) => Promise<Figure[]>): Promise<Figure[]> {
  const rig = await Rig.start();
  const browser = await launchBrowser();
  try {
    const page = await viewerPage(browser, rig.url);
    await addPictureReader(page);
    await page.evaluate(`viewers.connect(${JSON.stringify(`${rig.url.replace('http', 'ws')}/ws`)}).then((connection) => { globalThis.connection = connection; })`);
    return await measure(rig, page);
  } finally {
    await browser.close();
    await rig.dispose();
  }
}

/** Ages of camera 0's frames at the moment when the page shows them. */
async function ages(rig: Rig, page: Page, video: string, count: number): Promise<Latency> {
  const camera = await CameraClock.open(rig.runtimeDir, 0);
  try {
    await camera.ready();
    const { offsetMs, errorMs } = await pageOffsetMs(page);
    const seen = shownFrames.check(await page.evaluate(`pictures.watch(${video}, ${count})`));
    if (!seen.ok) throw new Error('the page told of its frames in another form');
    const ms = seen.value.flatMap(({ counter, shownMs }) => (counter === null ? [] : [shownMs + offsetMs - camera.monoMsOf(counter, FPS)]));
    const how = `counters read from ${ms.length} of ${seen.value.length} shown frames, against their instants at the camera (± ${camera.jitterMs(FPS).toFixed(2)} ms); clocks compared by ${errorMs.toFixed(1)} ms`;
    return { ms, how };
  } finally {
    camera.close();
  }
}

async function joins(rig: Rig, page: Page): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < JOINS; i += 1) {
    const first = milliseconds.check(
      await page.evaluate(`(async () => {
        const viewer = await viewers.watch(connection, 'main_cam0');
        await viewers.leave(connection, viewer);
        return viewer.firstPictureMs;
      })()`),
    );
    if (!first.ok) throw new Error('the page has no first picture');
    ms.push(first.value);
    await until(async () => !JSON.stringify((await rig.get('/api/v1/preview')).body).includes('"state":"starting"'), 'the camera is at rest');
    // Not in step with the camera's keyframes.
    await systemClock.sleepMs(200 + Math.random() * 500);
  }
  return ms;
}

const inSeconds = (ms: readonly number[]): string => spread(ms.map((one) => one / 1000));
