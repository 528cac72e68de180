/** What may be marked, and what somebody is told whose disk does not answer. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { MarkBook, type MarkBookOptions } from '../../src/recording/mark-book.js';
import { buildManifest, type Manifest } from '../../src/recording/manifest.js';
import { MatchFiles } from '../../src/recording/match-files.js';
import { SimulatedClock } from '../support/simulated-clock.js';
import { until } from '../support/rig.js';

const GOAL = { kind: 'goal', text: null, matchSeconds: 30 } as const;

interface Planned {
  readonly make?: (previous: Manifest | null) => Promise<Manifest>;
  readonly current?: MarkBookOptions['current'];
  /** Before the disk says what is on it. */
  readonly disk?: Promise<void>;
}

const empty = (previous: Manifest | null): Manifest =>
  buildManifest({ matchId: 'm', softwareVersion: '1', state: 'finished', endedEpochMs: null, cameras: [], probes: new Map(), previous });

async function openBook(t: Test, { make = async (previous) => empty(previous), current = () => null, disk }: Planned = {}) {
  const recordingsDir = await mkdtemp(join(tmpdir(), 'touchline-marks-'));
  t.teardown(() => rm(recordingsDir, { recursive: true, force: true }));
  await mkdir(join(recordingsDir, 'm'));
  const clock = new SimulatedClock();
  const files = new MatchFiles((_matchDir, previous) => make(previous), pino({ level: 'silent' }));
  const book = new MarkBook({ cameraIds: [0, 1], recordingsDir, files, hasMatch: async (matchId) => (await disk, matchId === 'm'), current, clock });
  return { book, clock, matchDir: join(recordingsDir, 'm') };
}

t.test('a disk that does not answer keeps nobody waiting for more than five seconds', async (t) => {
  const disk = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const { book, clock } = await openBook(t, { make: async (previous) => (asked.resolve(), await disk.promise, empty(previous)) });
  const outcomes: unknown[] = [];
  const first = book.add('m', GOAL).catch((error: unknown) => outcomes.push(error));
  const second = book.add('m', { ...GOAL, kind: 'foul' }).catch((error: unknown) => outcomes.push(error));
  await asked.promise;
  await clock.advanceMs(4900);
  t.strictSame(outcomes, [], 'it has its time');
  await clock.advanceMs(200);
  await Promise.all([first, second]);
  t.match(outcomes, [{ kind: 'timeout', code: 'mark_unconfirmed' }, { kind: 'timeout', code: 'mark_unconfirmed' }]);
  disk.resolve();
  await book.add('m', { ...GOAL, kind: 'note' });
  t.match(await book.list('m'), [{ kind: 'note' }], 'what was given up before the disk came back is not stored behind the back of whoever marked');
  t.equal(clock.sleeping, 0);
});

t.test('a match holds a thousand marks, and room that is made can be used', async (t) => {
  const { book, matchDir } = await openBook(t);
  const marks = Array.from({ length: 999 }, (_, index) => ({ id: `m${index}`, kind: 'note', text: null, match_seconds: index, epoch_ms: 0 }));
  await writeFile(join(matchDir, 'match.json'), JSON.stringify({ marks: [{ of: 'somebody else' }, ...marks] }));
  const { mark } = await book.add('m', GOAL);
  await t.rejects(book.add('m', GOAL), { kind: 'conflict', code: 'too_many_marks' });
  await book.remove('m', mark.id);
  await t.rejects(book.remove('m', mark.id), { kind: 'not_found', code: 'mark_not_found' });
  await book.add('m', GOAL);
});

t.test('the moment is the one at which it was asked for, not the one at which the disk let it through', async (t) => {
  const started = new SimulatedClock().monoUs() - 60_000_000;
  const disk = Promise.withResolvers<void>();
  const { book, clock } = await openBook(t, { current: () => ({ matchId: 'm', startedMonoUs: started }), disk: disk.promise });
  const adding = book.add(null, { ...GOAL, matchSeconds: null });
  await clock.advanceMs(3000);
  clock.jumpWallClockMs(3_600_000);
  disk.resolve();
  t.match((await adding).mark, { matchSeconds: 60, epochMs: Date.UTC(2026, 1, 11, 20, 0, 0) });
  // Its successor asks after the jump: the monotonic clock alone counts.
  t.match((await book.add(null, { ...GOAL, matchSeconds: null })).mark, { matchSeconds: 63 });
});

t.test('what cannot be marked is refused and says why', async (t) => {
  const { book } = await openBook(t);
  await t.rejects(book.add(null, GOAL), { kind: 'conflict', code: 'nothing_is_recorded' });
  await t.rejects(book.add('m', { ...GOAL, matchSeconds: null }), { kind: 'conflict', code: 'match_not_recording' });
  await t.rejects(book.add('other', GOAL), { kind: 'not_found', code: 'recording_not_found' });
  await t.rejects(book.list('other'), { kind: 'not_found', code: 'recording_not_found' });
  await t.rejects(book.remove('other', 'x'), { kind: 'not_found', code: 'recording_not_found' });
  await t.rejects(book.add('m', { ...GOAL, matchSeconds: 90_000 }), { kind: 'invalid', code: 'mark_beyond_match' });
  const starting = await openBook(t, { current: () => ({ matchId: 'm', startedMonoUs: null }) });
  await t.rejects(starting.book.add('m', GOAL), { kind: 'conflict', code: 'match_is_starting' });
  await t.rejects(starting.book.add(null, GOAL), { kind: 'conflict', code: 'match_is_starting' });
});

t.test('a match that is removed while it is being marked is one that is not there', async (t) => {
  const disk = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const { book, matchDir } = await openBook(t, { make: async (previous) => (asked.resolve(), await disk.promise, empty(previous)) });
  const adding = book.add('m', GOAL);
  await asked.promise;
  await rm(matchDir, { recursive: true });
  disk.resolve();
  await t.rejects(adding, { kind: 'not_found', code: 'recording_not_found' });
  await until(async () => (await book.list('m').catch(() => [])).length === 0, 'nothing is left');
});
