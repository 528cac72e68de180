import t from 'tap';
import type { SegmentEntry, SegmentsBody } from '../../src/api/contract/library.js';
import { activityOfMatch, integrityOf } from '../../src/web/library/integrity.js';
import { readMatchRecord, recordedSeconds, stoppedAfter } from '../../src/web/library/match-file.js';
import { matchesOf, pageOf, ROWS_PER_PAGE, searched } from '../../src/web/library/match-list.js';
import { correctionOf } from '../../src/web/library/player/drift.js';
import { ticksOf } from '../../src/web/library/player/tick-layout.js';
import { clipAt, nextPictureSeconds, timeLineOf } from '../../src/web/library/time-line.js';
import { matchClock } from '../../src/web/library/time-text.js';

const SEGMENT = { name: 'cam0_20260503_150000_00.mp4', duration_seconds: 600, finalised: true, opened_epoch_ms: 1, integrity: { checked: true, ok: true, error: null } };

function fileWith({ state = 'finished', segment = {}, gaps = [] as object[] } = {}) {
  return readMatchRecord({ v: 1, state, started_epoch_ms: 5, cameras: { 0: { segments: [{ ...SEGMENT, ...segment }], gaps }, 1: { segments: [SEGMENT], gaps: [] } } });
}

t.test('a match is called verified only when every file was checked and is good, and nothing is missing', async (t) => {
  const cases: readonly [string, ReturnType<typeof fileWith>][] = [
    ['verified', fileWith()],
    ['damaged', fileWith({ segment: { integrity: { checked: true, ok: false, error: 'short' } } })],
    ['unchecked', fileWith({ segment: { integrity: { checked: false, ok: null, error: null } } })],
    ['unchecked', fileWith({ segment: { integrity: undefined } })],
    ['unchecked', null],
    ['unfinished', fileWith({ state: 'interrupted' })],
    ['unfinished', fileWith({ state: 'recording' })],
    ['torn', fileWith({ segment: { finalised: false } })],
    ['gaps', fileWith({ gaps: [{ after: SEGMENT.name, cause: 'host_died', seconds: null }] })],
    ['verified', fileWith({ gaps: [{ after: SEGMENT.name, cause: 'stopped', seconds: 900 }] })],
    ['unchecked', readMatchRecord({ state: 'finished', cameras: {} })],
  ];
  for (const [expected, record] of cases) t.equal(integrityOf(record, 'resting'), expected, JSON.stringify(record));
});

t.test('only the live status says that a match is being recorded', async (t) => {
  const recording = { match_id: 'A', recording: true, phase: 'recording' };
  t.equal(activityOfMatch('A', recording), 'recording');
  t.equal(activityOfMatch('B', recording), 'resting');
  t.equal(activityOfMatch('A', { ...recording, phase: 'stopping' }), 'finishing');
  t.equal(activityOfMatch('A', undefined), null);
  t.equal(integrityOf(fileWith({ state: 'recording' }), null), 'unknown', 'what the file says may be the past');
  t.equal(integrityOf(fileWith(), 'recording'), 'recording');
});

t.test('a match.json of other software is read as far as it goes', async (t) => {
  for (const odd of [null, [], 'x', { cameras: [] }, {}]) t.equal(readMatchRecord(odd), null, JSON.stringify(odd));
  const record = readMatchRecord({ cameras: { 0: { segments: [{ name: 7 }, null, { name: 'a.mp4', duration_seconds: 'long' }], gaps: 'none' }, 1: null } });
  t.match(record?.cameras, [{ segments: [{ name: 'a.mp4', durationSeconds: null, check: 'unchecked' }], gaps: [] }, { segments: [], gaps: [] }]);
  t.equal(record === null ? 0 : recordedSeconds(record), null, 'a length is not guessed');
  const whole = fileWith({ gaps: [{ after: SEGMENT.name, cause: 'stopped', seconds: 1 }] });
  t.equal(whole === null ? 0 : recordedSeconds(whole), 600);
  t.strictSame([...stoppedAfter(whole)], [SEGMENT.name]);
});

t.test('the list is newest first, found by words in any case and accent, and shown a page at a time', async (t) => {
  const entry = (created_at: number | null) => ({ files: [], total_size_mb: 1, camera_count: 2, segments_count: 2, created_at });
  const matches = matchesOf({ recordings: { Old: entry(1), 'SV Süd - FC Nord': entry(3), Archive: entry(null), Middle: entry(2) } });
  t.strictSame(matches.map(({ matchId }) => matchId), ['SV Süd - FC Nord', 'Middle', 'Old', 'Archive']);
  t.strictSame(searched(matches, ' nord  SUD ').map(({ matchId }) => matchId), ['SV Süd - FC Nord']);
  t.strictSame(searched(matches, 'nord x'), []);
  t.equal(searched(matches, '  ').length, 4);
  const many = Array.from({ length: 2000 }, (_, index) => index);
  t.equal(pageOf(many, 0).rows.length, ROWS_PER_PAGE);
  t.match(pageOf(many, 99), { first: 1981, last: 2000, count: 100 });
  t.match(pageOf(many, 5000), { index: 99 }, 'a page that is gone is the last one');
  t.match(pageOf([], 3), { index: 0, count: 1, first: 0, last: 0, rows: [] });
});

function listed(camera: string, starts: readonly (number | null)[]): SegmentEntry[] {
  return starts.map((start_seconds, index) => ({ name: `${camera}_${index}.mp4`, path: '', size_mb: 1, created_at: 1, segment_number: index + 1, camera, start_seconds }));
}

function body(cam0: readonly (number | null)[], cam1: readonly (number | null)[]): SegmentsBody {
  return { match_id: 'm', type: 'segmented', cam0: listed('cam0', cam0), cam1: listed('cam1', cam1), other: [], total_size_mb: 1, segments_count: 1 };
}

const lasting = (seconds: number, ...names: string[]): ReadonlyMap<string, number> => new Map(names.map((name) => [name, seconds]));
const NONE: ReadonlySet<string> = new Set();

t.test('files of both cameras lie on one time line; where a camera has nothing is a gap, and a seam is none', async (t) => {
  const durations = new Map([...lasting(10, 'cam0_0.mp4', 'cam0_1.mp4', 'cam1_0.mp4'), ...lasting(4, 'cam1_1.mp4')]);
  const { tracks, lengthSeconds, isEstimated } = timeLineOf({ segments: body([0, 9.98], [0.01, 14]), durations, stoppedAfter: NONE, nowSeconds: null, isOpen: false });
  const [left, right] = tracks;
  if (left === undefined || right === undefined) throw new Error('there are two cameras');
  t.equal(lengthSeconds, 19.98);
  t.notOk(isEstimated);
  t.strictSame(left.gaps, []);
  t.equal(clipAt(left, 9.97)?.name, 'cam0_0.mp4');
  t.equal(clipAt(left, 9.98)?.name, 'cam0_1.mp4', 'the next file takes over where it begins');
  t.equal(clipAt(right, 0)?.name, 'cam1_0.mp4', 'a camera that began a frame later has no gap before it');
  t.match(right.gaps, [{ startSeconds: 10.01, endSeconds: 14, isBreak: false }, { startSeconds: 18, endSeconds: 19.98 }]);
  t.equal(clipAt(right, 12), null);
  t.equal(nextPictureSeconds([right], 12), 14);
  t.equal(nextPictureSeconds(tracks, 12), 12, 'the other camera has a picture');
  t.equal(nextPictureSeconds([right], 19), null);
});

t.test('a pause that somebody made is told from a gap', async (t) => {
  const { tracks } = timeLineOf({ segments: body([0, 100], []), durations: lasting(10, 'cam0_0.mp4', 'cam0_1.mp4'), stoppedAfter: new Set(['cam0_0.mp4']), nowSeconds: null, isOpen: false });
  t.match(tracks[0]?.gaps, [{ startSeconds: 10, endSeconds: 100, isBreak: true }]);
});

t.test('what is being recorded ends a little before now, and grows', async (t) => {
  const at = (nowSeconds: number) => timeLineOf({ segments: body([0, 10], []), durations: lasting(10, 'cam0_0.mp4'), stoppedAfter: NONE, nowSeconds, isOpen: true });
  t.match(at(20).tracks[0]?.clips[1], { isGrowing: true, endSeconds: 17.5 });
  t.not(at(20).tracks[0]?.clips[1]?.version, at(21).tracks[0]?.clips[1]?.version, 'a file that grew is fetched again');
  t.match(at(12), { isOpen: true, lengthSeconds: 10 }, 'between two files more is to come, too');
  t.equal(at(30).lengthSeconds, 27.5);
  t.equal(at(11).tracks[0]?.clips.length, 1, 'what began just now cannot be seen yet');
});

t.test('a long file that grows is fetched again only when a tenth more of it can be seen', async (t) => {
  const endAt = (nowSeconds: number) => timeLineOf({ segments: body([100], []), durations: new Map(), stoppedAfter: NONE, nowSeconds, isOpen: true }).lengthSeconds;
  const ends = [...new Set(Array.from({ length: 600 }, (_none, second) => endAt(140 + second)))];
  t.ok(ends.length < 40, `${ends.length} times in ten minutes`);
  t.ok(ends.every((end, index) => index === 0 || end > (ends[index - 1] ?? 0)), 'never shorter');
  for (const now of [141, 200, 400, 700]) t.ok(endAt(now) > 100 + (now - 102.5) / 1.11 - 1 && endAt(now) <= now - 2.5, `at ${now} until ${endAt(now)}`);
});

t.test('files without times are put one behind the other, and that is said', async (t) => {
  const { tracks, isEstimated, lengthSeconds } = timeLineOf({ segments: body([null, null], []), durations: lasting(10, 'cam0_0.mp4', 'cam0_1.mp4'), stoppedAfter: NONE, nowSeconds: null, isOpen: false });
  t.strictSame(tracks[0]?.clips.map(({ startSeconds }) => startSeconds), [0, 10]);
  t.equal(lengthSeconds, 20);
  t.ok(isEstimated);
});

t.test('a picture is brought back by a small change of speed, and by a seek only when it is far away', async (t) => {
  t.match(correctionOf(0.005, 2), { kind: 'rate', rate: 2 });
  for (const speed of [0.5, 1, 2]) {
    const [ahead, behind] = [correctionOf(0.05, speed), correctionOf(-0.05, speed)];
    t.ok(ahead.kind === 'rate' && ahead.rate < speed && ahead.rate > speed / 2, `ahead at ${speed}`);
    t.ok(behind.kind === 'rate' && behind.rate > speed && behind.rate < speed * 1.5, `behind at ${speed}`);
  }
  t.match(correctionOf(-1.2, 1), { kind: 'seek' });
  t.match(correctionOf(30, 2), { kind: 'seek' });
});

t.test('marks on the time line do not cover each other', async (t) => {
  const marks = [10, 50, 51, 53, 99].map((match_seconds) => ({ match_seconds }));
  const ticks = ticksOf(marks, 100, { linePx: 1000, signPx: 30, timePx: 68 });
  t.strictSame(ticks.map(({ room }) => room), ['time', 'pin', 'pin', 'time', 'sign']);
  t.equal(ticksOf([{ match_seconds: 200 }], 100, { linePx: 1000, signPx: 30, timePx: 68 })[0]?.place, 1, 'one behind the end stays on the line');
  t.strictSame(ticksOf(marks, 0, { linePx: 1000, signPx: 30, timePx: 68 }), []);
});

t.test('times are written as on a scoreboard', async (t) => {
  t.strictSame([0, 7.9, 723, 3723.4, -1].map(matchClock), ['0:00', '0:07', '12:03', '1:02:03', '0:00']);
});
