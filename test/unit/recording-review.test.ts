import { mkdtempSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { JournalWriter } from '../../src/camera/host/journal-writer.js';
import { journalPath, type JournalEntry } from '../../src/camera/journal.js';
import { segmentShape } from '../../src/integrity/mp4.js';
import { Prober } from '../../src/integrity/probe.js';
import { systemClock } from '../../src/lib/clock.js';
import { readJournal } from '../../src/recording/journal-reader.js';
import { MatchKeeper } from '../../src/recording/match-keeper.js';
import { UntidyList } from '../../src/recording/untidy-list.js';

const SEGMENT = 'cam0_20260211_220241_00.mp4';

function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-keeper-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function untidyIn(stateDir: string): UntidyList {
  return new UntidyList(stateDir, (error) => {
    throw error;
  });
}

function keeperFor(t: Test, untidy: UntidyList = untidyIn(temporaryFolder(t)), isDiskThere = true): MatchKeeper {
  const keeper = new MatchKeeper({ cameraIds: [0], prober: new Prober(systemClock), probeTimeoutMs: () => 8000, softwareVersion: 'test', untidy, isDiskOf: async () => isDiskThere, onFiles: () => undefined, clock: systemClock, log: pino({ level: 'silent' }) });
  t.teardown(() => keeper.stop());
  return keeper;
}

/** A match with one segment as a crash leaves it. */
async function crashedMatch(root: string, name: string): Promise<{ readonly matchDir: string; readonly segment: string }> {
  const matchDir = join(root, name);
  await mkdir(join(matchDir, 'segments'), { recursive: true });
  const segment = join(matchDir, 'segments', SEGMENT);
  await execa('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=10:duration=2', '-c:v', 'libx264', '-g', '5', '-movflags', 'frag_keyframe+empty_moov', segment]);
  return { matchDir, segment };
}

t.test('that a match is over is on the disk before anything else is done about it', async (t) => {
  const stateDir = temporaryFolder(t);
  const keeper = keeperFor(t, untidyIn(stateDir));
  await keeper.over('/recordings/derby', 'finished');
  const next = untidyIn(stateDir);
  await next.load();
  t.match(next.all(), [{ matchDir: '/recordings/derby', state: 'finished' }]);
});

t.test('an unfinished match whose disk is missing comes up again; one that was removed does not', async (t) => {
  for (const [isDiskThere, left] of [[false, 1], [true, 0]] as const) {
    const untidy = untidyIn(temporaryFolder(t));
    untidy.add({ matchDir: join(t.testdirName, 'gone'), state: 'interrupted', endedEpochMs: 1 });
    const keeper = keeperFor(t, untidy, isDiskThere);
    keeper.wayIsFree();
    await keeper.idle();
    t.equal(untidy.all().length, left);
  }
});

t.test('no repair touches the files of a match that is being started or recorded', async (t) => {
  const keeper = keeperFor(t);
  const { matchDir, segment } = await crashedMatch(t.testdir(), 'match');
  const { ino, mtimeMs } = await stat(segment);
  const ended = keeper.ended(matchDir, 'finished', new Map());
  keeper.makeWay(matchDir);
  await ended;
  await keeper.idle();
  t.equal((await stat(segment)).ino, ino, 'the file that is being written is still the same');

  keeper.wayIsFree();
  await keeper.idle();
  t.equal(await segmentShape(segment), 'finalised', 'and is repaired when the start was taken back');
  t.equal(Math.round((await stat(segment)).mtimeMs), Math.round(mtimeMs), 'a repair does not make it look younger');
});

t.test('match.json of an ended match never says again that it is being recorded', async (t) => {
  const keeper = keeperFor(t);
  const { matchDir } = await crashedMatch(t.testdir(), 'match');
  keeper.started(matchDir);
  const ended = keeper.ended(matchDir, 'finished', new Map());
  keeper.makeWay('/somewhere/else');
  await ended;
  await keeper.idle();
  t.match(JSON.parse(await readFile(join(matchDir, 'match.json'), 'utf8')), { state: 'finished' });
});

t.test('a match that was removed does not keep the next ones from being put in order', async (t) => {
  const keeper = keeperFor(t);
  const root = t.testdir();
  const removed = await crashedMatch(root, 'removed');
  const kept = await crashedMatch(root, 'kept');
  await keeper.ended(removed.matchDir, 'finished', new Map());
  await rm(removed.matchDir, { recursive: true });
  await keeper.idle();
  await keeper.ended(kept.matchDir, 'finished', new Map());
  await keeper.idle();
  t.equal(await segmentShape(kept.segment), 'finalised');
});

t.test('a journal line that a power cut left without its end does not swallow the next one', async (t) => {
  const matchDir = t.testdir();
  const entries: JournalEntry[] = [];
  const writer = (): JournalWriter => new JournalWriter({ camera: 0, runId: 'r', bootId: 'b', matchDir }, systemClock, (entry) => entries.push(entry), (error) => t.fail(String(error)));
  const first = writer();
  first.append({ kind: 'run-started', stamp: '20260211_220241', resumes: 0, cause: null });
  await first.flushed();
  await appendFile(journalPath(matchDir, 0), '{"v":1,"camera":0,"ru');
  const second = writer();
  second.append({ kind: 'run-started', stamp: '20260211_220300', resumes: 1, cause: 'host_died' });
  second.append({ kind: 'first-frame', frameMonoUs: 1 });
  await second.flushed();
  t.strictSame(await readJournal(matchDir, 0), entries);
});

t.test('a rig that is switched off right after a stop puts the match in order the next day', async (t) => {
  const root = t.testdir();
  const { matchDir, segment } = await crashedMatch(root, 'evening');
  const evening = keeperFor(t, untidyIn(root));
  const ended = evening.ended(matchDir, 'finished', new Map());
  await evening.stop();
  await ended;
  t.equal(await segmentShape(segment), 'fragmented', 'there was no time for it');

  const untidy = untidyIn(root);
  await untidy.load();
  const morning = keeperFor(t, untidy);
  morning.wayIsFree();
  await morning.idle();
  t.equal(await segmentShape(segment), 'finalised');
  t.strictSame(untidy.all(), []);
  await untidy.saved();
});
