import t from 'tap';
import { healthIssues, type HealthFacts } from '../../src/recording/health.js';
import { stopVerdict } from '../../src/recording/outcome.js';
import { RecoveryAccount } from '../../src/recording/recovery.js';
import { hoursThatFit, spaceRefusal } from '../../src/recording/space.js';
import type { CameraStop } from '../../src/recording/types.js';
import { UNCHECKED } from '../../src/integrity/probe.js';

const GB = 1024 ** 3;

const healthy: HealthFacts = {
  camera: 0,
  pipelinePresent: true,
  state: 'running',
  recordingAgeMs: 60_000,
  newestFrameAgeMs: 20,
  stallMs: 2000,
  latestSegment: 'cam0_20260211_220241_00.mp4',
  latestSegmentBytes: 15_000_000,
  latestSegmentOpenMs: 59_000,
  notGrowingMs: 300,
  targetBytesPerSecond: 250_000,
  probe: null,
  recoveryExhausted: false,
};

const goodStop: CameraStop = {
  success: true,
  eosReceived: true,
  timedOut: false,
  error: null,
  finalized: true,
  segmentPath: '/r/m/segments/cam0_20260211_220241_00.mp4',
  segmentBytes: 1000,
  integrityChecked: true,
  integrityOk: true,
  integrityError: null,
  probe: { ...UNCHECKED, checked: true, ok: true },
};
const noSegment: CameraStop = { ...goodStop, segmentPath: null, segmentBytes: null, integrityOk: false, integrityError: 'segment_not_found' };
const unprobed: CameraStop = { ...goodStop, integrityChecked: false, integrityOk: null, integrityError: 'ffprobe_not_available' };

t.test('health: a camera that records well has no issue, however often it is asked', async (t) => {
  for (let i = 0; i < 3; i += 1) t.same(healthIssues(healthy), []);
});

t.test('health: each rule of the contract speaks in its words', async (t) => {
  const issues = (facts: Partial<HealthFacts>): string[] => healthIssues({ ...healthy, ...facts });
  t.same(issues({ pipelinePresent: false }), ['cam0: Pipeline missing']);
  t.same(issues({ state: 'error' }), ['cam0: Pipeline state error']);
  t.same(issues({ latestSegment: null, recordingAgeMs: 20_001 }), ['cam0: No segment files after 20 seconds']);
  t.same(issues({ latestSegment: null, recordingAgeMs: 19_000 }), []);
  t.same(issues({ latestSegmentBytes: 0, latestSegmentOpenMs: 10_001 }), ['cam0: Zero-byte file']);
  t.same(issues({ latestSegmentBytes: 5000, latestSegmentOpenMs: 31_000 }), ['cam0: File too small (5000 bytes)']);
  t.same(issues({ notGrowingMs: 5001, latestSegmentBytes: 77 * 1024 * 1024 }), [`cam0: Segment not growing (size=${77 * 1024 * 1024})`]);
  t.same(issues({ probe: { ...UNCHECKED, checked: true, ok: false, error: 'moov atom not found' } }), ['cam0: Segment probe failed (moov atom not found)']);
  t.same(issues({ recoveryExhausted: true }), ['cam0: Recovery exhausted']);
  t.same(issues({ newestFrameAgeMs: 2500 }), ['cam0: No new frame for 2.5 seconds']);
});

t.test('health: a camera that was recovered is not blamed for its new segment numbers', async (t) => {
  t.same(healthIssues({ ...healthy, latestSegment: 'cam0_20260211_220300_00.mp4' }), []);
});

t.test('stop: clean files of all cameras are a success', async (t) => {
  const verdict = stopVerdict(new Map([[0, goodStop], [1, goodStop]]));
  t.match(verdict, { success: true, message: 'Recording stopped successfully', transportSuccess: true, gracefulStop: true });
  t.same(verdict.integrity, { checked: true, allOk: true, reason: null });
});

t.test('stop: a recording without any segment is no success', async (t) => {
  const verdict = stopVerdict(new Map([[0, noSegment], [1, noSegment]]));
  t.equal(verdict.success, false);
  t.same(verdict.integrity, { checked: false, allOk: false, reason: 'no_segments_found' });
  t.equal(verdict.message, 'Recording pipelines stopped but integrity checks failed');
});

t.test('stop: a camera that could not be probed does not hide the bad file of the other', async (t) => {
  const bad: CameraStop = { ...goodStop, integrityOk: false, integrityError: 'moov atom not found' };
  t.equal(stopVerdict(new Map([[0, unprobed], [1, bad]])).integrity.allOk, false);
  const unknown = stopVerdict(new Map([[0, unprobed], [1, goodStop]]));
  t.equal(unknown.integrity.allOk, null);
  t.equal(unknown.success, true);
});

t.test('stop: a file that was not finalised is said to be incomplete, a pipeline that was not reached an error', async (t) => {
  const late: CameraStop = { ...goodStop, eosReceived: false, timedOut: true, finalized: false };
  t.equal(stopVerdict(new Map([[0, late], [1, goodStop]])).message, 'Recording pipelines stopped but media finalization was incomplete');
  const gone: CameraStop = { ...goodStop, success: false, finalized: false, error: 'pipeline_not_found' };
  t.equal(stopVerdict(new Map([[0, gone], [1, goodStop]])).message, 'Recording stop completed with camera errors');
});

t.test('stop: one camera of a lenient recording is enough for a success', async (t) => {
  t.equal(stopVerdict(new Map([[1, goodStop]])).success, true);
});

t.test('recovery: two glitches an hour apart do not use up the attempts of one failing camera', async (t) => {
  const account = new RecoveryAccount(2);
  account.lost('error');
  account.delivering(0, 1000);
  t.equal(account.snapshot().attempts, 1);
  account.delivering(59_000, 60_000);
  t.equal(account.snapshot().attempts, 1);
  account.delivering(60_000, 61_000);
  t.equal(account.snapshot().attempts, 0);
});

t.test('recovery: used up attempts show, and a later success clears them', async (t) => {
  const account = new RecoveryAccount(2);
  for (const reason of ['a', 'b', 'c']) account.lost(reason);
  t.match(account.snapshot(), { attempts: 3, recovering: true, failedPermanently: true, lastError: 'c' });
  t.equal(account.degradedReason, 'c');
  account.delivering(10, 5000);
  t.match(account.snapshot(), { recovering: false, failedPermanently: false, lastError: null, lastRecoveryEpochMs: 5000 });
  t.equal(account.degradedReason, null);
  t.equal(account.everDegradedReason, 'a; b; c', 'the operator still learns of all of it after the stop');
});

t.test('space: a start is refused below the floor, and the message says how much is needed', async (t) => {
  t.equal(spaceRefusal({ freeBytes: 3 * GB, totalBytes: 9 * GB }, 2 * GB), null);
  t.equal(
    spaceRefusal({ freeBytes: 0.5 * GB, totalBytes: 9 * GB }, 2 * GB),
    'Not enough free space to start: 0.50 GB free, 2.00 GB needed. Delete matches to free at least 1.50 GB.',
  );
  t.match(spaceRefusal(null, 2 * GB), /cannot be read/);
  t.equal(hoursThatFit(36 * GB, GB / 100), 1);
  t.equal(hoursThatFit(1, 0), null);
});
