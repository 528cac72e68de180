import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';

/** Debian's Chromium, without a window; closed with the test. */
export async function openBrowser(t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
  t.teardown(() => browser.close());
  return browser;
}

/** A page of this rig with the viewer of test/fixtures/webrtc-viewer.js in it. */
export async function viewerPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true });
  await context.addInitScript(await readFile(join(import.meta.dirname, '../../../test/fixtures/webrtc-viewer.js'), 'utf8'));
  const page = await context.newPage();
  await page.goto(`${url}/healthz`);
  return page;
}
