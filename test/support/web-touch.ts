import type { Page } from 'playwright-core';

/** What a cold finger hits (docs/web-page.md), rounded as the browser lays it out. */
const TOUCH_PIXELS = 47.5;
/** A box and its words are one thing to touch. */
const TOUCHED = 'button:visible, a:visible:not(.skip), input:visible:not([type=checkbox]), label:visible:has(input[type=checkbox])';

/** Everything on the page that is touched and too small for that, with its size. */
export async function small(page: Page): Promise<readonly string[]> {
  const touched = await page.locator(TOUCHED).all();
  const boxes = await Promise.all(touched.map(async (element) => ({ box: await element.boundingBox(), name: await element.innerText() })));
  return boxes.filter(({ box }) => box !== null && (box.width < TOUCH_PIXELS || box.height < TOUCH_PIXELS)).map(({ box, name }) => `${name} ${box?.width}x${box?.height}`);
}
