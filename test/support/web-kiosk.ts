import type { Browser, Locator, Page } from 'playwright-core';
import type { Test } from 'tap';
import { Rig, type RigOptions, until } from './rig.js';

/** The kiosk page of a rig in Chromium, and everything that went wrong in it. */
export interface Kiosk {
  readonly page: Page;
  /** What the page wrote to the console as an error, and what it threw. */
  readonly errors: readonly string[];
  /** Addresses of everything that was asked for over HTTP. */
  readonly requests: readonly string[];
  /** Frames that the browser has decoded of the live picture of a camera. */
  decoded(camera: number): Promise<number>;
}

export async function openKiosk(browser: Browser, rig: Rig, init?: () => void): Promise<Kiosk> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  if (init !== undefined) await context.addInitScript(init);
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${rig.url}/app/`);
  await page.getByTestId('kiosk').waitFor();
  return { page, errors, requests, decoded: (camera) => decodedFrames(page.getByTestId(`live-${camera}`)) };
}

export async function rigFor(t: Test, options: RigOptions = {}): Promise<Rig> {
  const rig = await Rig.start(options);
  t.teardown(() => rig.dispose());
  return rig;
}

/** Waits until both live pictures move. */
export async function bothMove(kiosk: Kiosk): Promise<void> {
  for (const camera of [0, 1]) {
    await until(async () => (await kiosk.decoded(camera)) > 0, `camera ${camera} shows a picture`, 20_000);
    const before = await kiosk.decoded(camera);
    await until(async () => (await kiosk.decoded(camera)) > before + 10, `the picture of camera ${camera} moves`, 20_000);
  }
}

function decodedFrames(video: Locator): Promise<number> {
  // Evaluated in the page; the daemon's compiler knows nothing of its elements.
  return video.evaluate((element: { getVideoPlaybackQuality?: () => { totalVideoFrames: number } }) => element.getVideoPlaybackQuality?.().totalVideoFrames ?? 0);
}

export const band = (page: Page, activity: string): Locator => page.locator(`[data-testid=recording-band][data-activity=${activity}]`);
export const stopButton = (page: Page): Locator => page.getByRole('button', { name: 'Hold to stop' });
