import t from 'tap';
import { openBrowser } from '../support/browser.js';
import { type Rig, until } from '../support/rig.js';
import { openKiosk, rigFor } from '../support/web-kiosk.js';
import { matchAddress, shown, startsOf } from '../support/web-library.js';

interface StoredMark {
  readonly kind: string;
  readonly text: string | null;
  readonly match_seconds: number;
}

const browser = await openBrowser(t);
const rig = await rigFor(t, { env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '4' } });

async function marksOf(of: Rig, matchId: string): Promise<StoredMark[]> {
  const { body } = await of.get(`/api/v1/recordings/${encodeURIComponent(matchId)}/marks`);
  return [...(body as unknown as { readonly marks: readonly StoredMark[] }).marks];
}

const secondsNow = async (): Promise<number> => Number((await rig.get('/api/v1/recording')).body['duration']);

t.test('one tap while recording stores the moment of the tap, and can be taken back', async (t) => {
  await rig.record('Tapped');
  const { page, errors } = await openKiosk(browser, rig);
  await page.getByRole('button', { name: 'Mark: Goal' }).waitFor();
  await until(async () => (await secondsNow()) > 5, 'some seconds are recorded');
  const before = await secondsNow();
  await page.getByRole('button', { name: 'Mark: Goal' }).click();
  await page.getByTestId('mark-outcome').getByText(/Goal at 0:\d\d stored/).waitFor();
  const after = await secondsNow();
  const [goal] = await marksOf(rig, 'Tapped');
  t.ok(goal !== undefined && goal.match_seconds > before - 0.7 && goal.match_seconds < after + 0.7, `${before} ${goal?.match_seconds} ${after}`);
  await page.getByRole('button', { name: 'Mark: Foul' }).click();
  await page.getByTestId('mark-outcome').getByText(/Foul at 0:\d\d stored/).waitFor();
  t.equal((await marksOf(rig, 'Tapped')).length, 2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await until(async () => (await marksOf(rig, 'Tapped')).length === 1, 'the newest is removed');
  t.strictSame(errors, []);
  await page.context().close();
});

t.test('taking a mark back works again when the answer to the first try was lost', async (t) => {
  const { page } = await openKiosk(browser, rig);
  const before = (await marksOf(rig, 'Tapped')).length;
  await page.getByRole('button', { name: 'Mark: Chance' }).click();
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.waitFor();
  t.equal((await marksOf(rig, 'Tapped')).length, before + 1);
  await page.route('**/marks/*', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await undo.click();
  await page.getByText('The mark was not removed. The rig did not answer.').first().waitFor();
  t.equal((await marksOf(rig, 'Tapped')).length, before, 'the rig has removed it, and the page cannot know');
  await page.unroute('**/marks/*');
  await undo.click();
  await undo.waitFor({ state: 'detached' });
  await page.getByText(/Chance at \d:\d\d removed/).first().waitFor();
  t.equal((await marksOf(rig, 'Tapped')).length, before);
  await page.context().close();
});

t.test('a note is stored at the tap, and its words afterwards', async (t) => {
  const { page } = await openKiosk(browser, rig);
  await page.getByRole('button', { name: 'Mark: Note' }).click();
  const field = page.getByLabel('Text of the note');
  await field.waitFor();
  const [note] = (await marksOf(rig, 'Tapped')).filter(({ kind }) => kind === 'note');
  t.match(note, { text: null }, 'the moment is stored before anybody has typed');
  await page.getByRole('button', { name: 'Mark: Chance' }).click();
  await page.getByTestId('mark-outcome').getByText(/Chance at/).waitFor();
  await field.fill('Number 7 <b>offside</b>');
  await page.route('**/marks/*', (route) => route.abort());
  await page.keyboard.press('Enter');
  await page.getByTestId('mark-outcome').getByText(/The rig did not answer/).waitFor();
  await page.unroute('**/marks/*');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByTestId('mark-outcome').getByText('Number 7 <b>offside</b>').waitFor();
  await until(async () => (await marksOf(rig, 'Tapped')).filter(({ kind }) => kind === 'note').length === 1, 'the one without words is gone');
  const [written] = (await marksOf(rig, 'Tapped')).filter(({ kind }) => kind === 'note');
  t.match(written, { text: 'Number 7 <b>offside</b>', match_seconds: note?.match_seconds });
  await page.context().close();
});

t.test('a tap that does not get through is kept with its time, shown, and stored once when the rig answers', async (t) => {
  const { page } = await openKiosk(browser, rig);
  // Where in the match it is, the page knows from the files, a moment after it is there.
  await Promise.all([page.waitForResponse((response) => response.url().endsWith('/match.json')), page.reload()]);
  await page.getByRole('button', { name: 'Mark: Goal' }).waitFor();
  const goals = async (): Promise<StoredMark[]> => (await marksOf(rig, 'Tapped')).filter(({ kind }) => kind === 'goal');
  const before = (await goals()).length;
  // The first request is carried out, and its answer is lost; the next ones do not arrive.
  let requests = 0;
  await page.route('**/marks/*', async (route) => {
    requests += 1;
    if (requests === 1) await route.fetch();
    await route.abort();
  });
  const tappedAt = await secondsNow();
  await page.getByRole('button', { name: 'Mark: Goal' }).click();
  await page.getByRole('button', { name: 'Mark: Foul' }).click();
  await page.getByRole('button', { name: 'Mark: Foul' }).click();
  await page.getByTestId('kept-marks').getByText('3 marks are not stored yet.').waitFor();
  t.equal(await page.getByTestId('mark-outcome').count(), 0, 'nothing is called stored');
  await page.getByRole('link', { name: 'Matches' }).click();
  await page.getByTestId('kept-marks').waitFor();
  await until(async () => (await secondsNow()) > tappedAt + 4, 'some time passes');
  await page.unroute('**/marks/*');
  await page.locator('.toast').getByText(/Foul at \d:\d\d is stored now/).first().waitFor();
  await page.getByTestId('kept-marks').waitFor({ state: 'detached' });
  t.equal((await goals()).length, before + 1, 'once');
  const fouls = (await marksOf(rig, 'Tapped')).filter(({ kind }) => kind === 'foul');
  t.equal(fouls.length, 2, 'two taps of a kind are two marks');
  const [foul] = fouls;
  t.ok(foul !== undefined && Math.abs(foul.match_seconds - tappedAt) < 1.5, `tapped at ${tappedAt}, stored at ${foul?.match_seconds}`);
  await page.context().close();
});

t.test('marks are on the time line and in the list, lead to the moment before them, and are deleted with a way back', async (t) => {
  await rig.stop();
  const { page, errors } = await openKiosk(browser, rig);
  await page.goto(matchAddress(rig, 'Tapped'));
  const all = await marksOf(rig, 'Tapped');
  const rows = page.getByTestId('mark-list').locator('li');
  await until(async () => (await rows.count()) === all.length, 'every mark is in the list');
  t.equal(await page.locator('.tick').count(), all.length, 'and on the time line');
  t.equal(await page.locator('.mark-row b').count(), 0, 'words are text');
  const starts = await startsOf(rig, 'Tapped');
  const last = all.at(-1);
  if (last === undefined) throw new Error('there are marks');
  await rows.last().getByRole('button', { name: 'play from 5 seconds before' }).click();
  await until(async () => Math.abs(((await shown(page, starts))[0]?.matchSeconds ?? 0) - (last.match_seconds - 5)) < 1.5, 'it plays from 5 s before');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();

  await rows.first().getByRole('button', { name: /^Delete/ }).click();
  await page.getByTestId('mark-removed').waitFor();
  t.equal((await marksOf(rig, 'Tapped')).length, all.length - 1);
  await page.getByTestId('mark-removed').getByRole('button', { name: 'Undo' }).click();
  await until(async () => (await marksOf(rig, 'Tapped')).length === all.length, 'it is back');
  t.match((await marksOf(rig, 'Tapped'))[0], { kind: all[0]?.kind, text: all[0]?.text, match_seconds: all[0]?.match_seconds });

  await page.getByRole('slider').focus();
  await page.keyboard.press('Home');
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('ArrowRight');
  await page.getByLabel('Words for the mark').fill('Corner');
  await page.getByRole('button', { name: 'Mark: Chance' }).click();
  await page.getByTestId('mark-list').getByText('Corner').waitFor();
  t.match((await marksOf(rig, 'Tapped')).find(({ text }) => text === 'Corner'), { kind: 'chance', match_seconds: 3 });
  t.strictSame(errors, []);
  await page.context().close();
});
