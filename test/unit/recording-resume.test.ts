/** Whether an interrupted match goes on, and where on its time line what follows lies. */
import t from 'tap';
import type { JournalEntry } from '../../src/camera/journal.js';
import { MatchTime } from '../../src/camera/match-time.js';
import type { SignOfLife } from '../../src/recording/heartbeat.js';
import { judgeResume, lastSignOf, resumedByCameras, resumedRecording, withInterruption } from '../../src/recording/resume.js';
import type { StoredRecording } from '../../src/recording/store.js';

const START = 1_770_000_000_000;
const MINUTE = 60_000;
const POLICY = { enabled: true, maxAgeMs: 30 * MINUTE };

const spec = (runId: string) => ({ runId, matchId: 'm', matchDir: '/r/m', pipeline: 'p', stallMs: 2000, firstFrameTimeoutMs: 10_000, eosTimeoutMs: 5000, startedEpochMs: START });
const STORED: StoredRecording = {
  v: 1, matchId: 'm', matchDir: '/r/m', bootId: 'a', startedMonoUs: 100e6, startedEpochMs: START, processAfterRecording: true, requireAllCameras: false, stopping: false,
  cameras: [{ camera: 0, spec: spec('run') }], failed: [{ camera: 1, reason: 'no cable' }],
};
const sign = (minutes: number, recording = STORED): SignOfLife => ({ v: 1, bootId: 'a', monoUs: 100e6 + minutes * 60e6, epochMs: START + minutes * MINUTE, recording });
const LAST = lastSignOf(STORED, sign(50), null);

t.test('a match of less than the configured time ago goes on; the limit itself still counts', async (t) => {
  t.strictSame(judgeResume(STORED, LAST, START + 52 * MINUTE, POLICY), { resumes: true, gapMs: 2 * MINUTE });
  t.strictSame(judgeResume(STORED, LAST, START + 80 * MINUTE, POLICY), { resumes: true, gapMs: 30 * MINUTE });
  t.match(judgeResume(STORED, LAST, START + 80 * MINUTE + 1, POLICY), { resumes: false, reason: 'too_long_ago' });
});

t.test('a clock before the last sign of life is wrong: the match goes on, and nobody claims to know the gap', async (t) => {
  for (const nowEpochMs of [0, START - 1, START + 49 * MINUTE]) t.strictSame(judgeResume(STORED, LAST, nowEpochMs, POLICY), { resumes: true, gapMs: null });
});

t.test('what was being stopped stays stopped, and who does not want it is not asked', async (t) => {
  t.match(judgeResume({ ...STORED, stopping: true }, LAST, START + 51 * MINUTE, POLICY), { resumes: false, reason: 'was_being_stopped' });
  t.match(judgeResume({ ...STORED, stopping: true }, LAST, 0, POLICY), { resumes: false, reason: 'was_being_stopped' });
  t.match(judgeResume(STORED, LAST, START + 51 * MINUTE, { ...POLICY, enabled: false }), { resumes: false, reason: 'switched_off' });
});

t.test('the last sign is the newest of what was written down and what was recorded', async (t) => {
  t.strictSame(lastSignOf(STORED, sign(50), START + 50 * MINUTE + 7000), { bootId: 'a', monoUs: 100e6 + 50 * 60e6 + 7e6, epochMs: START + 50 * MINUTE + 7000 });
  t.equal(lastSignOf(STORED, sign(50), START + 49 * MINUTE).epochMs, START + 50 * MINUTE, 'no camera delivered, but the match was on');
  t.equal(lastSignOf(STORED, null, START + 20 * MINUTE).monoUs, 100e6 + 20 * 60e6, 'without a sign the files tell');
  t.equal(lastSignOf(STORED, sign(50, { ...STORED, cameras: [{ camera: 0, spec: spec('another') }] }), null).epochMs, START, 'a sign of another match tells nothing');
  t.equal(lastSignOf(STORED, sign(50), START + 400 * 24 * 60 * MINUTE).monoUs, 100e6 + 50 * 60e6, 'a clock that jumped by a year did not record for a year');
});

t.test('the promise for the next boot: all cameras again, the time of the match goes on', async (t) => {
  const now = { bootId: 'b', monoUs: 9e6, epochMs: START + 52 * MINUTE };
  const resumed = resumedRecording(STORED, LAST, 2 * MINUTE, now, new Map([[0, spec('r0')], [1, spec('r1')]]));
  t.match(resumed, { bootId: 'b', startedMonoUs: 9e6 - 52 * 60e6, startedEpochMs: START, processAfterRecording: true, stopping: false, failed: [], interruptionCount: 1 });
  t.strictSame(resumed.cameras.map(({ camera, spec: { continues } }) => [camera, continues]), [0, 1].map((camera) => [camera, { ...LAST, resumedMonoUs: 9e6, gapMs: 2 * MINUTE }]));
  t.equal(resumedRecording(STORED, LAST, null, now, new Map()).startedMonoUs, 9e6 - 50 * 60e6, 'an unknown gap adds nothing');
  let often = resumed;
  for (let n = 0; n < 100; n += 1) often = withInterruption(often, { cause: 'processes_died', resumedEpochMs: n, lengthMs: 1 });
  t.equal(often.interruptionCount, 101);
  t.equal(often.interruptions?.length, 20);
});

t.test('a boot whose clock was behind ends no match at the next power cut, when the clock is right again', async (t) => {
  for (const behindEpochMs of [60_000, START - 40 * 24 * 60 * MINUTE, START + 20 * MINUTE]) {
    const now = { bootId: 'b', monoUs: 9e6, epochMs: behindEpochMs };
    const resumed = resumedRecording(STORED, LAST, null, now, new Map([[0, spec('r0')]]));
    const last = lastSignOf(resumed, { v: 1, bootId: 'b', monoUs: 300e6, epochMs: behindEpochMs + 5 * MINUTE, recording: resumed }, behindEpochMs + 5 * MINUTE + 1000);
    t.strictSame(judgeResume(resumed, last, START + 56 * MINUTE, POLICY), { resumes: true, gapMs: null });
  }
  const begun = { ...STORED, startedEpochMs: 30_000, cameras: [] };
  t.strictSame(judgeResume(begun, { bootId: 'a', monoUs: 1e9, epochMs: 900_000 }, START, POLICY), { resumes: true, gapMs: null }, 'it began in 1970');
});

t.test('a power cut right after the match was taken up is counted from there, and not from the kick-off', async (t) => {
  const now = { bootId: 'b', monoUs: 9e6, epochMs: START + 52 * MINUTE };
  const resumed = resumedRecording(STORED, LAST, 2 * MINUTE, now, new Map([[0, spec('r0')]]));
  t.strictSame(lastSignOf(resumed, sign(50), null), now);
  t.strictSame(judgeResume(resumed, lastSignOf(resumed, sign(50), null), START + 55 * MINUTE, POLICY), { resumes: true, gapMs: 3 * MINUTE });
});

t.test('where the promise for this boot could not be written down, what the cameras know of it counts', async (t) => {
  const now = { bootId: 'b', monoUs: 9e6, epochMs: START + 52 * MINUTE };
  const promised = resumedRecording(STORED, LAST, 2 * MINUTE, now, new Map([[0, { ...spec('r0'), startedEpochMs: now.epochMs }]]));
  const found = { ...promised, startedMonoUs: 10e6, startedEpochMs: now.epochMs, processAfterRecording: false, requireAllCameras: true };
  delete (found as { interruptions?: unknown }).interruptions;
  delete (found as { interruptionCount?: unknown }).interruptionCount;
  t.strictSame(resumedByCameras(STORED, found), promised);
});

const entry = (bootId: string, second: number, fact: object): JournalEntry => ({ v: 1, camera: 0, runId: 'r', bootId, monoUs: second * 1e6, epochMs: 0, ...fact }) as JournalEntry;
const boot = (id: string, second: number, continues?: object): JournalEntry[] => [
  entry(id, second, { kind: 'run-started', stamp: id, resumes: 0, cause: null, ...(continues === undefined ? {} : { continues }) }),
  entry(id, second + 1, { kind: 'first-frame', frameMonoUs: (second + 1) * 1e6 }),
  entry(id, second + 1, { kind: 'segment-opened', name: `${id}_00`, index: 0 }),
];

t.test('the time line goes on across any number of boots, in whatever order the journals are read', async (t) => {
  const first = boot('a', 99);
  const second = boot('b', 10, { bootId: 'a', monoUs: 160e6, epochMs: 0, resumedMonoUs: 9e6, gapMs: 120_000 });
  const third = boot('c', 500, { bootId: 'b', monoUs: 39e6, epochMs: 0, resumedMonoUs: 500e6, gapMs: null });
  for (const journals of [[first, second, third], [third, second, first], [[...first, ...second, ...third]]]) {
    const time = MatchTime.of(journals);
    t.equal(time?.secondsAt({ bootId: 'a', monoUs: 160e6, epochMs: 0 }), 60);
    t.equal(time?.segments(second)[0]?.startSeconds, 60 + 120 + 2);
    t.equal(time?.secondsAt({ bootId: 'b', monoUs: 39e6, epochMs: 0 }), 60 + 120 + 30);
    t.equal(time?.segments(third)[0]?.startSeconds, 211, 'a gap that nobody knows is none');
  }
});

t.test('a camera that came only after the interruption does not begin the match', async (t) => {
  const late = boot('b', 10, { bootId: 'a', monoUs: 160e6, epochMs: 0, resumedMonoUs: 9e6, gapMs: 0 });
  t.equal(MatchTime.of([late, boot('a', 99)])?.segments(late)[0]?.startSeconds, 62);
});
