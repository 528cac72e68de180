import t from 'tap';
import { openBrowser } from '../support/browser.js';
import { Rig, until } from '../support/rig.js';
import { band, bothMove, openKiosk, rigFor } from '../support/web-kiosk.js';

const LOST_LIMIT_MS = 5000;

const browser = await openBrowser(t);

t.test('a camera whose process dies is shown at once as one that does not record, and as one that does when it is back', async (t) => {
  const rig = await rigFor(t);
  const { page } = await openKiosk(browser, rig);
  await page.getByRole('button', { name: 'Record both cameras' }).click();
  await band(page, 'recording').waitFor();
  await rig.signalHost(1, 'SIGKILL');
  await page.getByTestId('problems').getByText('Right camera is not recording.').waitFor();
  t.match(await page.getByTestId('condition-1').textContent(), /Not recording/);
  t.match(await page.getByTestId('condition-0').textContent(), /Recording/);
  t.match(await band(page, 'recording').textContent(), /Left camera only/, 'the band says what is left');
  await until(async () => (await page.getByTestId('condition-1').textContent())?.trim() === 'Recording', 'it records again');
  await until(async () => (await page.getByTestId('problems').textContent()) === '', 'the warning is gone');
  await page.context().close();
});

t.test('when no camera delivers, nothing on the page says that it records', async (t) => {
  const rig = await rigFor(t);
  const { page } = await openKiosk(browser, rig);
  await page.getByRole('button', { name: 'Record both cameras' }).click();
  await band(page, 'recording').waitFor();
  await Promise.all([0, 1].map((camera) => rig.signalHost(camera, 'SIGSTOP')));
  await band(page, 'broken').waitFor();
  t.equal(await band(page, 'recording').count(), 0);
  t.equal(await page.getByRole('timer').count(), 0, 'no clock runs');
  t.match(await band(page, 'broken').textContent(), /Not recording/);
  await band(page, 'recording').waitFor();
  await page.context().close();
});

t.test('a rig that falls silent is a lost connection: no state, no clock, and everything is back when it is', async (t) => {
  const rig = await rigFor(t);
  const { page } = await openKiosk(browser, rig);
  await page.getByRole('button', { name: 'Record both cameras' }).click();
  await band(page, 'recording').waitFor();
  rig.signalDaemon('SIGSTOP');
  const sinceMs = performance.now();
  await page.getByTestId('connection-lost').waitFor();
  t.ok(performance.now() - sinceMs < LOST_LIMIT_MS);
  t.equal(await page.getByTestId('recording-band').count(), 0);
  t.equal(await page.getByRole('timer').count(), 0);
  t.notMatch(await page.locator('.app').getAttribute('data-activity'), /recording/);
  rig.signalDaemon('SIGCONT');
  await band(page, 'recording').waitFor();
  t.equal(await page.getByTestId('connection-lost').count(), 0);
  await page.context().close();
});

t.test('a daemon that crashes and comes back is a lost connection meanwhile, and the page heals by itself', async (t) => {
  const rig = await rigFor(t);
  const port = new URL(rig.url).port;
  const kiosk = await openKiosk(browser, rig);
  const { page } = kiosk;
  await page.getByRole('button', { name: 'Record both cameras' }).click();
  await band(page, 'recording').waitFor();
  await rig.crashDaemon();
  await page.getByTestId('connection-lost').waitFor();
  t.equal(await page.getByTestId('recording-band').count(), 0, 'it records on, but nobody here can know');
  await rig.startDaemon({ TOUCHLINE_PORT: port });
  await band(page, 'recording').waitFor();
  t.match(await band(page, 'recording').getByRole('timer').textContent(), /^0:00:/);
  await rig.stop();
  await page.getByTestId('result').getByText('The recording has ended.').waitFor();
  await bothMove(kiosk);
  await page.context().close();
});

t.test('a recording that another client starts and stops is seen here', async (t) => {
  const rig = await rigFor(t);
  const { page } = await openKiosk(browser, rig);
  await rig.record('From elsewhere');
  await band(page, 'recording').getByText('From elsewhere').waitFor();
  await rig.stop();
  await page.getByTestId('result').getByText('It was not stopped here.').waitFor();
  await page.context().close();
});

t.test('a page that is left before its picture came leaves no camera at work', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const browser = await openBrowser(t);
  for (let round = 0; round < 4; round += 1) {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${rig.url}/app/`);
    await until(async () => JSON.stringify((await rig.get('/api/v1/pipeline-state')).body).includes('preview'), 'the pictures are being started');
    await page.goto(`${rig.url}/app/#/library`);
    await until(async () => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf() === 'idle', 'the cameras are free', 10_000);
    await page.context().close();
  }
});
