import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Debian's Chromium, without a window; whoever starts it closes it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
}

/** The same, closed with the test. */
export async function openBrowser(t: Test): Promise<Browser> {
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  return browser;
}

/** A page of this rig with the viewer of test/fixtures/webrtc-viewer.js in it. */
export async function viewerPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true });
  await context.addInitScript(await readFile(join(ROOT, 'test/fixtures/webrtc-viewer.js'), 'utf8'));
  const page = await context.newPage();
  await page.goto(`${url}/healthz`);
  return page;
}

/** Gives the page `pictures` (test/fixtures/frame-viewer.js) and hls.js: what it plays, and which frame it shows when. */
export async function addPictureReader(page: Page): Promise<void> {
  const reader = await readFile(join(import.meta.dirname, 'framestamp.js'), 'utf8');
  await page.addScriptTag({ type: 'module', content: `${reader}\nglobalThis.readFrameStamp = readFrameStamp;` });
  await page.addScriptTag({ path: join(ROOT, 'node_modules/hls.js/dist/hls.light.min.js') });
  await page.addScriptTag({ path: join(ROOT, 'test/fixtures/frame-viewer.js') });
}
