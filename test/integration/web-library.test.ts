import { mkdir, readdir, readFile, copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { openBrowser } from '../support/browser.js';
import { makeBigLibrary } from '../support/big-library.js';
import { framesIn, until } from '../support/rig.js';
import { openKiosk, rigFor } from '../support/web-kiosk.js';
import { matchAddress, recorded, shown, startsOf } from '../support/web-library.js';

const MATCH = '2026-05-03 FC Nord - SV Süd';
const HOSTILE = '<img src=x onerror=alert(1)>';
const DOOMED = 'Doomed';
const SEGMENT_SECONDS = '3';
/** Two frames at 30 frames per second, and the instant between reading one and the other. */
const TOGETHER_SECONDS = 0.08;

const browser = await openBrowser(t);
const rig = await rigFor(t, { env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: SEGMENT_SECONDS } });
await recorded(rig, MATCH, 11);
const starts = await startsOf(rig, MATCH);

async function openAt(hash: string) {
  const kiosk = await openKiosk(browser, rig);
  await kiosk.page.goto(`${rig.url}/app/${hash}`);
  return kiosk;
}

const openMatch = (matchId = MATCH) => openAt(matchAddress(rig, matchId).replace(`${rig.url}/app/`, ''));
const time = async (page: Page): Promise<string> => (await page.getByTestId('player-time').locator('strong').textContent()) ?? '';
async function showPictures(page: Page): Promise<void> {
  let last = '';
  const bothShow = async (): Promise<boolean> => {
    const views = await shown(page, starts);
    last = JSON.stringify(views);
    return views.length === 2 && views.every(({ state }) => state === 'picture');
  };
  await until(bothShow, 'both cameras show a picture', 15_000, () => last);
}

t.test('a match that was recorded is in the list with its integrity, and leads to its page', async (t) => {
  const { page, errors, requests } = await openAt('#/library');
  const row = page.locator(`[data-match="${MATCH}"]`);
  await row.getByText('Verified').waitFor();
  t.match(await row.textContent(), /\d+ s|1 min/);
  t.match(await row.textContent(), /\d MB/);
  await row.getByRole('link').click();
  await page.getByTestId('match-title').waitFor();
  t.equal((await page.getByTestId('match-title').textContent())?.trim(), MATCH);
  await showPictures(page);
  t.strictSame(errors, []);
  t.strictSame(requests.filter((url) => new URL(url).origin !== rig.url && !url.startsWith('blob:')), [], 'nothing from another origin');
  await page.context().close();
});

t.test('both cameras play together, over the end of a file into the next', async (t) => {
  const { page, errors } = await openMatch();
  await showPictures(page);
  const [first] = await shown(page, starts);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await until(async () => ((await shown(page, starts))[0]?.currentTime ?? 0) > 0.5, 'the picture moves');
  let worst = 0;
  let samples = 0;
  await until(async () => {
    const [left, right] = await shown(page, starts);
    if (left === undefined || right === undefined) return false;
    // Where one has gone on to the next file and the other has not, both are at the seam.
    if (left.state === 'picture' && right.state === 'picture' && left.matchSeconds > 1.5 && left.file.slice(4) === right.file.slice(4)) {
      worst = Math.max(worst, Math.abs(left.matchSeconds - right.matchSeconds));
      samples += 1;
    }
    return left.matchSeconds > 5 && right.matchSeconds > 5;
  }, 'the next file plays', 30_000);
  const [left] = await shown(page, starts);
  t.not(left?.file, first?.file, 'another file');
  t.comment(`${samples} samples, at most ${Math.round(worst * 1000)} ms apart`);
  t.ok(samples > 20 && worst < TOGETHER_SECONDS, `${worst} s apart`);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await until(async () => {
    const [one, other] = await shown(page, starts);
    return one !== undefined && other !== undefined && Math.abs(one.matchSeconds - other.matchSeconds) < 0.034;
  }, 'standing still, both show the same frame');
  t.strictSame(errors, []);
  await page.context().close();
});

t.test('a camera that began some frames later than the other does not keep the match from being shown and played', async (t) => {
  const kiosk = await openKiosk(browser, rig);
  const { page } = kiosk;
  const lateSeconds = 0.04;
  await page.route('**/segments', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { cam1: { start_seconds: number }[] };
    await route.fulfill({ response: answer, json: { ...body, cam1: body.cam1.map((entry) => ({ ...entry, start_seconds: entry.start_seconds + lateSeconds })) } });
  });
  await page.goto(matchAddress(rig, MATCH));
  await showPictures(page);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await until(async () => (await shown(page, starts)).every(({ currentTime }) => currentTime > 0.5), 'both move');
  t.strictSame(kiosk.errors, []);
  await page.context().close();
});

t.test('it is seeked by key, button, finger and drag, into any file', async (t) => {
  const { page, errors } = await openMatch();
  await showPictures(page);
  const slider = page.getByRole('slider', { name: 'Position in the match' });
  const arrivesAt = (seconds: number) =>
    until(async () => (await shown(page, starts)).every((view) => view.state === 'picture' && Math.abs(view.matchSeconds - seconds) < 0.3), `both show ${seconds} s`);
  await slider.focus();
  for (let presses = 0; presses < 7; presses += 1) await page.keyboard.press('ArrowRight');
  await arrivesAt(7);
  t.equal(await time(page), '0:07');
  await page.keyboard.press('PageDown');
  await arrivesAt(0);
  await page.getByRole('button', { name: '10 seconds forward' }).click();
  await arrivesAt(10);
  t.match(await slider.getAttribute('aria-valuetext'), /^0:10 of 0:1\d$/);
  const box = await slider.boundingBox();
  if (box === null) throw new Error('the time line is on the page');
  const length = Number(await slider.getAttribute('aria-valuemax'));
  await page.mouse.click(box.x + box.width * 0.5, box.y + box.height / 2);
  await until(async () => Math.abs(((await shown(page, starts))[1]?.matchSeconds ?? 0) - length / 2) < 1, 'a tap in the middle goes to the middle');
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.1, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  await until(async () => Math.abs(((await shown(page, starts))[0]?.matchSeconds ?? 0) - length * 0.1) < 1, 'a drag takes the picture along');
  t.strictSame(errors, []);
  await page.context().close();
});

t.test('speed, a single camera, and a narrow screen that has one camera at a time', async (t) => {
  const { page } = await openMatch();
  await showPictures(page);
  await page.getByRole('button', { name: 'Right', exact: true }).click();
  await until(async () => (await page.locator('.view').count()) === 1, 'one camera is shown');
  t.match((await shown(page, starts))[0]?.file, /^cam1_/);
  await page.getByRole('button', { name: 'Double speed' }).click();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await until(async () => ((await shown(page, starts))[0]?.matchSeconds ?? 0) > 1, 'it plays');
  const measure = () => page.evaluate(() => (globalThis as unknown as { performance: { now: () => number } }).performance.now());
  const [fromMs, from] = [await measure(), (await shown(page, starts))[0]?.matchSeconds ?? 0];
  await until(async () => ((await shown(page, starts))[0]?.matchSeconds ?? 0) > from + 3, 'three seconds of match');
  const seconds = ((await measure()) - fromMs) / 1000;
  t.ok(seconds < 2.4, `3 s of match in ${seconds} s`);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'Both', exact: true }).waitFor({ state: 'detached' });
  t.equal(await page.locator('.view').count(), 1);
  await page.context().close();
});

t.test('a file, the whole match and match.json are downloaded as they are on the disk', async (t) => {
  const { page } = await openMatch();
  await page.getByText('Files and technical details').click();
  const [name] = await rig.segments(MATCH, 0);
  if (name === undefined) throw new Error('there is a file');
  const save = async (click: () => Promise<void>): Promise<string> => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    return download.path();
  };
  const segment = await save(() => page.getByRole('link', { name: `Download ${name}` }).click());
  t.strictSame(await readFile(segment), await readFile(join(rig.segmentsDir(MATCH), name)));
  const zip = await save(() => page.getByRole('link', { name: 'Download', exact: true }).click());
  t.equal((await readFile(zip)).subarray(0, 2).toString(), 'PK');
  t.ok((await stat(zip)).size > (await stat(segment)).size * 2);
  const record = await save(() => page.getByRole('link', { name: 'match.json' }).click());
  t.equal(await readFile(record, 'utf8'), await readFile(join(rig.recordingsDir, MATCH, 'match.json'), 'utf8'));
  await page.context().close();
});

t.test('a hostile name is text, on the list, on its page and in the question before it is deleted', async (t) => {
  const folder = join(rig.recordingsDir, HOSTILE, 'segments');
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(rig.segmentsDir(MATCH))) await copyFile(join(rig.segmentsDir(MATCH), name), join(folder, name));
  await until(async () => JSON.stringify((await rig.get('/api/v1/recordings')).body).includes('onerror'), 'the match is in the list', 30_000);
  const { page } = await openAt('#/library');
  let asked = '';
  page.on('dialog', (dialog) => {
    asked = dialog.message();
    void dialog.dismiss();
  });
  await page.getByText(HOSTILE).click();
  t.equal((await page.getByTestId('match-title').textContent())?.trim(), HOSTILE);
  await page.getByTestId('match-facts').getByText('Not checked').waitFor();
  await page.getByText('The rig has not noted where each file begins').waitFor();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await until(async () => ((await shown(page, starts))[0]?.currentTime ?? 0) > 0.5, 'files of another recorder play, too');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog').getByText(HOSTILE).waitFor();
  t.equal(await page.locator('img').count(), 0);
  t.equal(asked, '');
  await page.context().close();
});

t.test('a match that is being recorded is marked by the live status, plays as far as it is there, and is not deleted', async (t) => {
  await rig.record('Running');
  // However this ends, the next test finds no recording.
  t.teardown(() => rig.stop());
  const { page } = await openAt('#/library');
  await page.locator('[data-match="Running"]').getByText('Recording now').waitFor();
  await page.locator('[data-match="Running"]').getByRole('link').click();
  const runs = () => startsOf(rig, 'Running');
  await until(async () => (await runs()).size >= 4, 'the second files have begun', 30_000);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  let last = '';
  const playsOn = async (): Promise<boolean> => {
    const views = await shown(page, await runs());
    last = JSON.stringify(views);
    return (views[0]?.matchSeconds ?? 0) > 4;
  };
  await until(playsOn, 'it plays into the file that was begun after the page was opened', 30_000, () => last);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByRole('alert').getByText('being recorded').waitFor();
  t.equal((await rig.get('/api/v1/recording')).body['match_id']?.valueOf(), 'Running');
  await page.getByRole('button', { name: 'Keep the match' }).click();
  await rig.stop();
  await page.getByTestId('match-facts').getByText('Verified').waitFor();
  t.ok((await framesIn(join(rig.segmentsDir('Running'), (await rig.segments('Running', 0))[0] ?? ''))) > 0);
  await page.context().close();
});

t.test('a match can be watched seconds after it began, long before its first file is complete', async (t) => {
  const long = await rigFor(t);
  await long.record('Half');
  const { page, errors } = await openKiosk(browser, long);
  await page.goto(matchAddress(long, 'Half'));
  await showPictures(page);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  const files = await startsOf(long, 'Half');
  t.equal(files.size, 2, 'the first file of each camera');
  // What the browser fetched of a file at first ends before.
  await until(async () => ((await shown(page, files))[0]?.currentTime ?? 0) > 8, 'it plays on as the file grows', 60_000);
  t.equal((await startsOf(long, 'Half')).size, 2, 'it is still the first');
  t.strictSame(errors, []);
  await page.context().close();
});

t.test('a match is deleted after a confirmation that names it, and not before', async (t) => {
  await recorded(rig, DOOMED, 1);
  const { page, errors } = await openAt(`#/library/${DOOMED}`);
  const ask = () => page.getByRole('button', { name: 'Delete', exact: true }).click();
  await ask();
  t.match(await page.getByRole('dialog').textContent(), /Doomed.*MB, with all its pictures/);
  await page.getByRole('button', { name: 'Keep the match' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await ask();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  t.ok((await readdir(rig.recordingsDir)).includes(DOOMED), 'asking deletes nothing');
  await ask();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await page.locator('.toast').getByText(`${DOOMED} is deleted.`).waitFor();
  await page.getByTestId('match-rows').waitFor();
  await until(async () => (await page.locator(`[data-match="${DOOMED}"]`).count()) === 0, 'it has left the list');
  t.notOk((await readdir(rig.recordingsDir)).includes(DOOMED));
  // Matches of other recorders have no match.json, and Chromium says so.
  t.strictSame(errors.filter((text) => !text.includes('/match.json')), []);
  await page.context().close();
});

t.test('a rig without matches says so, and one with 2,000 shows a page of them at once', async (t) => {
  const big = await rigFor(t);
  const { page, errors } = await openKiosk(browser, big);
  await page.goto(`${big.url}/app/#/library`);
  await page.getByText('No match has been recorded yet.').waitFor();
  await page.context().close();
  await makeBigLibrary(big.recordingsDir, { matches: 2000, segmentsPerCamera: 1 });
  await big.post('/api/v1/library/rebuild', {});
  await until(async () => Object.keys((await big.get('/api/v1/recordings')).body['recordings'] ?? {}).length === 2000, 'the rig lists them', 60_000);
  const full = await openKiosk(browser, big);
  const startMs = Date.now();
  await full.page.goto(`${big.url}/app/#/library`);
  await full.page.getByText('2,000 matches').waitFor();
  t.comment(`${Date.now() - startMs} ms until the list is there`);
  t.equal(await full.page.locator('.match-row').count(), 20);
  await full.page.getByRole('button', { name: 'Older matches' }).click();
  await full.page.getByText('21–40 of 2,000').waitFor();
  const [some] = Object.keys((await big.get('/api/v1/recordings')).body['recordings'] ?? {});
  await full.page.getByLabel('Search by name').fill(some ?? '');
  await until(async () => (await full.page.locator('.match-row').count()) === 1, 'the search finds one');
  t.strictSame(errors, []);
  await full.page.context().close();
});
