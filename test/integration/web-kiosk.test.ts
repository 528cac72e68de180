import t from 'tap';
import { openBrowser } from '../support/browser.js';
import { until } from '../support/rig.js';
import { band, bothMove, openKiosk, rigFor, stopButton } from '../support/web-kiosk.js';

/** Well below what a person takes who means it, well above a touch by accident. */
const SHORT_MS = 600;
const LONG_MS = 1900;
const PAGE_BUDGET_BYTES = 300 * 1024;

const browser = await openBrowser(t);

t.test('the page loads under its policy: nothing inline, nothing from elsewhere, no error, and within its budget', async (t) => {
  const rig = await rigFor(t);
  const { page, errors, requests } = await openKiosk(browser, rig);
  await page.waitForLoadState('load');
  const transferred = await page.evaluate(() =>
    performance.getEntries().reduce((sum, entry) => sum + ((entry.toJSON() as { transferSize?: number }).transferSize ?? 0), 0),
  );
  t.comment(`${transferred} bytes over the wire`);
  t.ok(transferred > 10_000 && transferred <= PAGE_BUDGET_BYTES, `${transferred} bytes`);
  t.strictSame(requests.filter((url) => new URL(url).origin !== rig.url && !url.startsWith('blob:')), [], 'nothing from another origin');
  t.notOk(requests.some((url) => url.includes('hls')), 'what plays HLS is fetched when it is needed');
  t.strictSame(errors, []);
  await page.context().close();
});

t.test('both pictures move without a touch', async (t) => {
  const rig = await rigFor(t);
  const kiosk = await openKiosk(browser, rig);
  await bothMove(kiosk);
  for (const camera of [0, 1]) t.equal(await kiosk.page.getByTestId(`live-${camera}`).getAttribute('data-over'), 'webrtc');
  await kiosk.page.getByRole('button', { name: 'Hide pictures' }).click();
  await until(async () => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf() === 'idle', 'the cameras are let go when nobody looks');
  t.strictSame(kiosk.errors, []);
  await kiosk.page.context().close();
});

t.test('where WebRTC does not get through, both pictures come over HLS', async (t) => {
  const rig = await rigFor(t);
  // Candidates never reach the rig and none of the rig's is used: what a firewall does to UDP.
  const kiosk = await openKiosk(browser, rig, () => {
    const prototype = (globalThis as unknown as { RTCPeerConnection: { prototype: Record<string, unknown> } }).RTCPeerConnection.prototype;
    prototype['addIceCandidate'] = () => Promise.resolve();
    prototype['setRemoteDescription'] = () => Promise.resolve();
  });
  await bothMove(kiosk);
  for (const camera of [0, 1]) t.equal(await kiosk.page.getByTestId(`live-${camera}`).getAttribute('data-over'), 'hls');
  t.ok(kiosk.requests.some((url) => /hls\.light/.test(url)), 'the player is fetched now');
  await kiosk.page.context().close();
});

t.test('one press records both cameras; a short press does not stop, a long one does, and the result says what was verified', async (t) => {
  const rig = await rigFor(t, { env: { TOUCHLINE_RECORDING_PROTECTION_SECONDS: '2', TOUCHLINE_MATCH_TEAMS: 'FC Nord,SV Süd' } });
  const { page, errors } = await openKiosk(browser, rig);
  await page.getByRole('button', { name: 'Home team' }).click();
  await page.getByRole('button', { name: 'FC Nord' }).click();
  await page.getByRole('button', { name: 'SV Süd' }).click();
  const name = (await page.getByTestId('match-name').textContent())?.trim() ?? '';
  t.match(name, /^\d{4}-\d\d-\d\d FC Nord - SV Süd$/);
  await page.getByRole('button', { name: 'Record both cameras' }).click();
  await band(page, 'recording').waitFor();
  const status = (await rig.get('/api/v1/recording')).body;
  t.equal(status['match_id']?.valueOf(), name, 'under the name that was shown');
  await page.getByText(/Stop is locked for [12] s more/).waitFor();
  t.equal(await stopButton(page).getAttribute('aria-disabled'), 'true', 'the protected window locks it');
  await page.getByText('Hold for one and a half seconds').waitFor();

  for (const camera of [0, 1]) t.match(await page.getByTestId(`condition-${camera}`).textContent(), /Recording/);
  await stopButton(page).hover();
  await page.mouse.down();
  await page.waitForTimeout(SHORT_MS);
  await page.mouse.up();
  await page.getByText('Keep your finger on it until it is full.').waitFor();
  const pressedAt = Number((await rig.get('/api/v1/recording')).body['duration']);
  await until(async () => Number((await rig.get('/api/v1/recording')).body['duration']) > pressedAt + 2, 'it records on');
  t.equal((await rig.get('/api/v1/recording')).body['phase']?.valueOf(), 'recording', 'a short press stops nothing');

  await page.mouse.down();
  await page.waitForTimeout(LONG_MS);
  await page.mouse.up();
  await page.getByTestId('result').getByText('Saved. Both cameras verified.').waitFor();
  t.equal((await rig.get('/api/v1/recording')).body['recording']?.valueOf(), false);
  t.equal(await band(page, 'recording').count(), 0);
  t.strictSame(errors, []);
  await page.context().close();
});

t.test('the keyboard records and stops: it reaches the buttons, a tap of a key does not stop, holding it does', async (t) => {
  const rig = await rigFor(t, { env: { TOUCHLINE_RECORDING_PROTECTION_SECONDS: '0' } });
  const { page } = await openKiosk(browser, rig);
  const focused = (): Promise<string> => page.evaluate(() => (globalThis as unknown as { document: { activeElement: { className: string } | null } }).document.activeElement?.className ?? '');
  const tabTo = async (wanted: string): Promise<void> => {
    for (let presses = 0; presses < 20 && (await focused()) !== wanted; presses += 1) await page.keyboard.press('Tab');
    t.equal(await focused(), wanted, `Tab leads to ${wanted}`);
  };
  await tabTo('record');
  await page.keyboard.press('Enter');
  await band(page, 'recording').waitFor();
  await tabTo('hold-button');
  await page.keyboard.press('Space', { delay: SHORT_MS });
  await page.getByText('Keep your finger on it until it is full.').waitFor();
  t.equal((await rig.get('/api/v1/recording')).body['phase']?.valueOf(), 'recording');
  await page.keyboard.press('Space', { delay: LONG_MS });
  await page.getByTestId('result').getByText('Saved. Both cameras verified.').waitFor();
  await page.context().close();
});

t.test('a scanned name is taken by Enter, and one that the rig would refuse is not', async (t) => {
  const rig = await rigFor(t);
  const { page } = await openKiosk(browser, rig);
  await page.getByRole('button', { name: 'Type or scan a name' }).click();
  await page.keyboard.type('Cup/final');
  await page.keyboard.press('Enter');
  await page.getByText('These characters cannot be used').waitFor();
  await page.getByLabel('Name of the match').fill('Cup final 7');
  await page.keyboard.press('Enter');
  t.match(await page.getByTestId('match-name').textContent(), /Cup final 7/);
  t.equal((await rig.get('/api/v1/recording')).body['recording']?.valueOf(), false, 'the Enter of a scanner starts nothing');
  await page.context().close();
});

t.test('everything that is touched is at least 48 px large, on every screen, and the screen of the rig does not scroll', async (t) => {
  const rig = await rigFor(t, { env: { TOUCHLINE_MATCH_TEAMS: 'FC Nord,SV Süd' } });
  const { page } = await openKiosk(browser, rig);
  const small = async (): Promise<string[]> => {
    const touched = await page.locator('button:visible, a:visible:not(.skip), input:visible').all();
    const boxes = await Promise.all(touched.map(async (element) => ({ box: await element.boundingBox(), name: await element.innerText() })));
    // Rounded as the browser lays it out.
    return boxes.filter(({ box }) => box !== null && (box.width < 47.5 || box.height < 47.5)).map(({ box, name }) => `${name} ${box?.width}x${box?.height}`);
  };
  const scrolls = (): Promise<boolean> =>
    page.locator('main').evaluate((main: { scrollHeight: number; clientHeight: number; ownerDocument: { documentElement: { scrollHeight: number; clientHeight: number } } }) => {
      const { documentElement } = main.ownerDocument;
      return main.scrollHeight > main.clientHeight || documentElement.scrollHeight > documentElement.clientHeight;
    });
  const lookEverywhere = async (state: string): Promise<void> => {
    for (const [width, height] of [[1280, 800], [1024, 768], [390, 844]] as const) {
      await page.setViewportSize({ width, height });
      t.strictSame(await small(), [], `${state} ${width}x${height}`);
      if (width > 390) t.equal(await scrolls(), false, `${state} ${width}x${height} does not scroll`);
    }
  };
  await lookEverywhere('idle');
  await page.getByRole('button', { name: 'Record both cameras' }).click();
  await band(page, 'recording').waitFor();
  await lookEverywhere('recording');
  await page.context().close();
});
