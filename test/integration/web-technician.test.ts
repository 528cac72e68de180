import type { Browser, Locator, Page } from 'playwright-core';
import t from 'tap';
import { openBrowser } from '../support/browser.js';
import { type Rig, until } from '../support/rig.js';
import { openKiosk, rigFor } from '../support/web-kiosk.js';
import { small } from '../support/web-touch.js';

const SCREENS = [[1280, 800], [1024, 768], [390, 844]] as const;

const browser = await openBrowser(t);

async function openTechnician(browser: Browser, rig: Rig, init?: () => void) {
  const opened = await openKiosk(browser, rig, init);
  await opened.page.goto(`${rig.url}/app/#/technician`);
  await opened.page.getByTestId('meters-0').waitFor();
  return opened;
}

const digits = async (shown: Locator): Promise<number> => Number((await shown.innerText()).replaceAll(/[^\d.]/g, ''));
const encodedBy = async (rig: Rig): Promise<number> => Number((await rig.get('/api/v1/recording')).body['cameras']?.['camera_0']?.['facts']?.['frames_encoded']);
const isStale = async (page: Page, section: string): Promise<boolean> => (await page.getByTestId(section).getAttribute('data-stale')) !== null;

t.test('the technician sees what the API says of a recording, second by second', async (t) => {
  const rig = await rigFor(t);
  const { page, errors, requests } = await openTechnician(browser, rig);
  await page.getByTestId('fps-0').getByText('not measured yet').waitFor();
  await rig.record('Cup final');
  await page.getByTestId('state-0').getByText('Recording').waitFor();
  await until(async () => (await digits(page.getByTestId('fps-0'))) > 20, 'frames per second are shown');
  for (let look = 0; look < 3; look += 1) {
    const before = await encodedBy(rig);
    await until(async () => (await digits(page.getByTestId('encoded-0'))) >= before, 'the page has heard what the API said');
    const shown = await digits(page.getByTestId('encoded-0'));
    t.ok(shown <= (await encodedBy(rig)), `${shown} frames were not counted before they were there`);
  }
  t.equal(await page.getByTestId('mode').innerText(), 'Recording');
  t.match(await page.getByTestId('access').innerText(), /api-recording-Cup final|Cup final/);
  t.match(await page.getByTestId('health').innerText(), /Healthy/);
  t.match(await page.getByTestId('machine').innerText(), /GiB free[\s\S]* h \d+ min of video fit/);
  t.match(await page.getByTestId('versions').innerText(), new RegExp(process.versions.node.replaceAll('.', '\\.')));
  await until(async () => /L/.test((await page.locator('.graph-line').first().getAttribute('d')) ?? ''), 'the graph has a line');
  t.strictSame(errors, []);
  t.strictSame(requests.filter((url) => new URL(url).origin !== rig.url && !url.startsWith('blob:')), []);
  await page.context().close();
});

t.test('what a silent rig said last is marked as old, nothing of it as recording, and becomes current again', async (t) => {
  const rig = await rigFor(t);
  await rig.record('silence');
  const { page } = await openTechnician(browser, rig);
  await page.getByTestId('state-0').getByText('Recording').waitFor();
  await page.getByTestId('health').getByText('Healthy').waitFor();
  await until(async () => (await digits(page.getByTestId('encoded-0'))) > 0, 'frames are shown');
  rig.signalDaemon('SIGSTOP');
  for (const section of ['meters-0', 'meters-1', 'health', 'machine', 'access']) {
    await until(() => isStale(page, section), `${section} is marked as old`, 12_000);
    t.match(await page.getByTestId(section).innerText(), /not current, [\d.]+ s old/);
  }
  t.equal(await page.getByTestId('state-0').count(), 0, 'no state of a camera is claimed');
  t.equal(await page.locator('[data-tone=record]').count(), 0, 'nothing is red');
  const last = await digits(page.getByTestId('encoded-0'));
  t.ok(last > 0, 'the last figures stay to be read');
  rig.signalDaemon('SIGCONT');
  await until(async () => !(await isStale(page, 'meters-0')) && (await digits(page.getByTestId('encoded-0'))) > last, 'the figures are current again', 20_000);
  await page.getByTestId('state-0').getByText('Recording').waitFor();
  await page.context().close();
});

t.test('an alert comes into the log by itself; the filter finds it, and hides what it does not mean', async (t) => {
  const rig = await rigFor(t, { env: { TOUCHLINE_RECORDING_SLO_MIN_EFFECTIVE_FPS: '200' } });
  const { page, errors } = await openTechnician(browser, rig);
  const lines = page.getByTestId('log-lines');
  await lines.getByText('The daemon has started').waitFor();
  await page.getByRole('button', { name: 'Alerts' }).click();
  await lines.getByText('This log has no line yet.').waitFor();
  await rig.record('slow');
  await until(async () => (await encodedBy(rig)) > 60, 'something is recorded');
  await rig.stop();
  const alert = lines.locator('.log-line', { hasText: 'recording_fps_below_slo' }).first();
  await alert.waitFor();
  t.equal(await alert.getAttribute('data-level'), 'warning');
  t.match(await alert.locator('time').innerText(), /\d\d:\d\d:\d\d/);
  t.match(await alert.innerText(), /match_id=slow/);
  await page.getByRole('button', { name: 'Watchdog' }).click();
  await lines.getByText('The daemon has started').waitFor();
  await page.getByRole('searchbox', { name: 'Filter' }).fill('RECORDING_STARTED slow');
  await until(async () => (await lines.locator('.log-line').count()) === 1, 'one line has these words');
  t.match(await lines.innerText(), /recording_started/);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('');
  await page.getByRole('checkbox', { name: 'Problems only' }).check();
  await until(async () => !(await lines.innerText()).includes('The daemon has started'), 'what is no problem is hidden');
  t.strictSame(errors, []);
  await page.context().close();
});

t.test('the text of a pipeline is shown and copied without the password of its camera, also where browsers have no clipboard', async (t) => {
  const source = 'rtsp://coach:hunter2@127.0.0.1:9/stream';
  const rig = await rigFor(t, { env: { TOUCHLINE_PROFILE: 'ip', TOUCHLINE_SOURCES: `${source},${source}` } });
  t.notMatch(JSON.stringify((await rig.get('/api/v1/pipelines')).body), /coach|hunter2/);
  // What a page from another machine of the network finds: it came over plain HTTP.
  const { page } = await openTechnician(browser, rig, () => Object.defineProperty(globalThis, 'isSecureContext', { value: false }));
  await page.context().grantPermissions(['clipboard-read']);
  const text = page.getByTestId('pipeline-1');
  await text.getByText('rtsp://***@127.0.0.1:9/stream').waitFor();
  t.match(await text.innerText(), /segmentsink/);
  await page.getByRole('group', { name: 'Pipeline' }).getByRole('button', { name: 'Live picture' }).click();
  await text.getByText('hlssink2').waitFor();
  await page.getByRole('button', { name: 'Copy: Pipeline of the right camera' }).click();
  await page.getByText('Pipeline of the right camera copied').first().waitFor();
  const copied = await page.evaluate(() => (globalThis as unknown as { navigator: { clipboard: { readText: () => Promise<string> } } }).navigator.clipboard.readText());
  t.match(copied, /rtsp:\/\/\*\*\*@127\.0\.0\.1:9\/stream[\s\S]*hlssink2/);
  t.notMatch(await page.content(), /coach|hunter2/);
  await page.context().close();
});

t.test('a rig that answers the comparison says what went wrong together, or that nothing did', async (t) => {
  const rig = await rigFor(t);
  const { page, errors } = await openTechnician(browser, rig);
  await page.getByRole('button', { name: 'Compare now' }).click();
  await page.getByText('Nothing of the kind happened.').waitFor();
  t.strictSame(errors, []);
  await page.context().close();
});

t.test('everything that is touched is at least 48 px large and nothing runs out of the screen, on every screen', async (t) => {
  const rig = await rigFor(t);
  const { page } = await openTechnician(browser, rig);
  await rig.record('Cup final of the season 2026/27'.replace('/', '-'));
  await page.getByTestId('state-1').getByText('Recording').waitFor();
  for (const [width, height] of SCREENS) {
    await page.setViewportSize({ width, height });
    t.strictSame(await small(page), [], `${width}x${height}`);
    const overflow = await page.locator('main').evaluate((main: { ownerDocument: { documentElement: { scrollWidth: number; clientWidth: number } } }) => {
      const { scrollWidth, clientWidth } = main.ownerDocument.documentElement;
      return scrollWidth - clientWidth;
    });
    t.equal(overflow, 0, `${width}x${height} does not scroll sideways`);
  }
  await page.context().close();
});
