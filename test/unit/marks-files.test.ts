/** `match.json` has several who change it: nobody's change is lost, and nobody waits for more than must be. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { buildManifest, type Manifest } from '../../src/recording/manifest.js';
import { marksAmong, withMark, withoutMark, type Mark } from '../../src/recording/marks.js';
import { MatchFiles } from '../../src/recording/match-files.js';

const GOAL: Mark = { id: 'goal', kind: 'goal', text: null, matchSeconds: 61.5, epochMs: 1_770_000_061_500 };
const STORED_GOAL = { id: 'goal', kind: 'goal', text: null, match_seconds: 61.5, epoch_ms: 1_770_000_061_500 };
const FOREIGN = { type: 'offside', frame: 7, note: ['kept', 'as it is'] };
const NEVER = new AbortController().signal;

const manifest = (matchId: string, state: Manifest['state'], previous: Manifest | null): Manifest =>
  buildManifest({ matchId, softwareVersion: '1', state, endedEpochMs: null, cameras: [], probes: new Map(), previous });

async function folder(t: Test, content?: string) {
  const matchDir = await mkdtemp(join(tmpdir(), 'touchline-marks-'));
  t.teardown(() => rm(matchDir, { recursive: true, force: true }));
  if (content !== undefined) await writeFile(join(matchDir, 'match.json'), content);
  const made: (Manifest | null)[] = [];
  const files = new MatchFiles(async (_matchDir, previous) => (made.push(previous), manifest('m', 'finished', previous)), pino({ level: 'silent' }));
  const onDisk = async (): Promise<Record<string, unknown>> => Object(JSON.parse(await readFile(join(matchDir, 'match.json'), 'utf8')));
  return { matchDir, files, made, onDisk };
}

const add = (mark: Mark) => (stored: readonly unknown[]) => withMark(stored, mark);

t.test('marks of other software, and whatever else it wrote, are carried along untouched', async (t) => {
  const { matchDir, files, onDisk, made } = await folder(t, JSON.stringify({ league: 'U19', marks: [FOREIGN, null, 'text'], v: 7 }));
  await files.changeMarks(matchDir, add(GOAL), NEVER);
  t.strictSame(await onDisk(), { league: 'U19', marks: [FOREIGN, null, 'text', STORED_GOAL], v: 7 });
  t.strictSame(marksAmong(await files.marks(matchDir)), [GOAL], 'only ours are shown');
  await files.changeMarks(matchDir, (stored) => withoutMark(stored, 'goal'), NEVER);
  t.strictSame((await onDisk())['marks'], [FOREIGN, null, 'text']);
  t.strictSame(made, [], 'the rest is not made anew for it');
});

t.test('a manifest that is made anew keeps the marks, also of a file that is otherwise not ours', async (t) => {
  const { matchDir, files, onDisk } = await folder(t, JSON.stringify({ v: 7, marks: [FOREIGN, STORED_GOAL] }));
  await files.renew(matchDir, async (previous) => manifest('m', 'interrupted', previous));
  t.match(await onDisk(), { v: 1, match_id: 'm', state: 'interrupted', marks: [FOREIGN, STORED_GOAL] });
});

t.test('marks and states that come at once are all in the file', async (t) => {
  const { matchDir, files, onDisk } = await folder(t);
  files.attend(matchDir);
  const marks = Array.from({ length: 50 }, (_, index): Mark => ({ ...GOAL, id: `m${index}`, matchSeconds: index }));
  const changes = marks.map((mark, index) => {
    const change = files.changeMarks(matchDir, add(mark), NEVER);
    return index % 10 === 5 ? Promise.all([change, files.renew(matchDir, async (previous) => manifest('m', 'recording', previous))]) : change;
  });
  await Promise.all([...changes, files.renew(matchDir, async (previous) => manifest('m', 'finished', previous))]);
  t.strictSame(marksAmong(await files.marks(matchDir)).map(({ id }) => id), marks.map(({ id }) => id));
  t.match(await onDisk(), { state: 'finished' });
  t.equal(files.marksCount, 50);
  t.strictSame(await readdir(matchDir), ['match.json']);
});

t.test('however many marks wait, the end of a recording waits for the write that is under way and no other', async (t) => {
  const { matchDir, files } = await folder(t);
  files.attend(matchDir);
  const order: string[] = [];
  const underWay = Promise.withResolvers<void>();
  const first = files.renew(matchDir, async (previous) => (await underWay.promise, manifest('m', 'recording', previous)));
  const marks = Array.from({ length: 20 }, (_, index) => files.changeMarks(matchDir, (stored) => (order.push('mark'), withMark(stored, { ...GOAL, id: `m${index}` })), NEVER));
  const end = files.renew(matchDir, async (previous) => (order.push('end'), manifest('m', 'finished', previous)));
  underWay.resolve();
  await Promise.all([first, end, ...marks]);
  // The first takes along what waits by then; had each mark its own turn, the end would come last.
  t.equal(order.indexOf('end'), 20);
  t.equal(order.length, 21);
  t.equal(marksAmong(await files.marks(matchDir)).length, 20);

  order.length = 0;
  const last = files.changeMarks(matchDir, (stored) => (order.push('mark'), withMark(stored, { ...GOAL, id: 'last' })), NEVER);
  await Promise.all([last, files.renew(matchDir, async (previous) => (order.push('end'), manifest('m', 'finished', previous)))]);
  t.strictSame(order, ['end', 'mark'], 'a mark that has not begun goes with the end');
});

t.test('a change that does not apply fails alone, and what the disk refuses was never stored', async (t) => {
  const { matchDir, files } = await folder(t);
  const refused = files.changeMarks(matchDir, () => { throw new Error('no such mark'); }, NEVER);
  const stored = files.changeMarks(matchDir, add(GOAL), NEVER);
  await t.rejects(refused, /no such mark/);
  await stored;
  t.strictSame(marksAmong(await files.marks(matchDir)), [GOAL]);
  await rm(matchDir, { recursive: true });
  await t.rejects(files.changeMarks(matchDir, add(GOAL), NEVER), { code: 'folder_missing' });
  await t.rejects(files.renew(matchDir, async (previous) => manifest('m', 'finished', previous)), { code: 'folder_missing' });
});

t.test('a manifest that cannot be made takes no mark with it', async (t) => {
  const { matchDir, files } = await folder(t);
  // It leaves its turn to the manifest that comes behind it.
  const mark = files.changeMarks(matchDir, add(GOAL), NEVER);
  const broken = files.renew(matchDir, async () => { throw new Error('the journals cannot be read'); });
  await t.rejects(broken, /journals/);
  await mark;
  t.strictSame(marksAmong(await files.marks(matchDir)), [GOAL]);
});

t.test('who gives up before the disk had the mark can be sure that it is not stored', async (t) => {
  const { matchDir, files } = await folder(t);
  const underWay = Promise.withResolvers<void>();
  const renewal = files.renew(matchDir, async (previous) => (await underWay.promise, manifest('m', 'recording', previous)));
  const patience = new AbortController();
  const mark = files.changeMarks(matchDir, add(GOAL), patience.signal);
  patience.abort(new Error('too long'));
  await t.rejects(mark, /too long/);
  underWay.resolve();
  await renewal;
  t.strictSame(await files.marks(matchDir), []);
  await t.rejects(files.changeMarks(matchDir, add(GOAL), patience.signal), /too long/);
});

t.test('a file that gets lost or damaged during the match takes no mark with it', async (t) => {
  const { matchDir, files, onDisk } = await folder(t);
  files.attend(matchDir);
  await files.changeMarks(matchDir, add(GOAL), NEVER);
  await rm(join(matchDir, 'match.json'));
  t.strictSame(marksAmong(await files.marks(matchDir)), [GOAL]);
  await files.renew(matchDir, async (previous) => manifest('m', 'recording', previous));
  t.match(await onDisk(), { state: 'recording', marks: [STORED_GOAL] });

  await writeFile(join(matchDir, 'match.json'), '{"marks": [{"id": "go');
  await files.changeMarks(matchDir, add({ ...GOAL, id: 'second' }), NEVER);
  t.match((await onDisk())['marks'], [STORED_GOAL, { id: 'second' }]);
  t.equal(await readFile(join(matchDir, 'match.json.corrupt'), 'utf8'), '{"marks": [{"id": "go', 'it is put aside');
});

t.test('a damaged file of a match at rest says so instead of having no marks', async (t) => {
  const { matchDir, files } = await folder(t, '[1');
  await t.rejects(files.marks(matchDir), { kind: 'unavailable', code: 'match_file_damaged' });
});

t.test('the number of marks is that of the match which is recorded, told when it changes', async (t) => {
  const { matchDir, files } = await folder(t, JSON.stringify({ marks: [FOREIGN, STORED_GOAL] }));
  const other = await folder(t);
  const told: number[] = [];
  files.events.on('marks', () => told.push(files.marksCount));
  files.attend(matchDir);
  await files.changeMarks(matchDir, add({ ...GOAL, id: 'second' }), NEVER);
  await files.changeMarks(other.matchDir, add(GOAL), NEVER);
  t.strictSame(told, [1, 2]);
  files.attend(other.matchDir);
  t.strictSame(told, [1, 2, 0], 'a continued match has its marks in a moment');
});
