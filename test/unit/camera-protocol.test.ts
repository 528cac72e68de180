import t from 'tap';
import { nextStep } from '../../src/camera/wanted.js';
import { LineSplitter } from '../../src/camera/framing.js';
import { stallOf } from '../../src/camera/host/stall.js';
import { parseHostMessage } from '../../src/camera/host-message.js';
import { type HostState, type MeterStats, type RecordingSpec } from '../../src/camera/protocol.js';
import { compareSegments, nextStamp, parseSegmentName } from '../../src/camera/segment-names.js';

const spec: RecordingSpec = {
  runId: 'run-1',
  matchId: 'm',
  matchDir: '/r/m',
  pipeline: 'x',
  stallMs: 2000,
  firstFrameTimeoutMs: 10_000,
  eosTimeoutMs: 5000,
  startedEpochMs: 0,
};
const meter: MeterStats = { frames: 1, bytes: 1, keyframes: 1, missed: 0, firstFrameMonoUs: 1, lastFrameMonoUs: 1, lastFrameAgeMs: 10, largestGapMs: 1, fps: 30 };
const run = (runId: string): NonNullable<HostState['run']> => ({
  runId,
  matchId: 'm',
  matchDir: '/r/m',
  stamp: '20260211_220241',
  resumes: 0,
  playedMonoUs: 1,
  source: meter,
  encoded: meter,
  sink: null,
  segment: null,
  segmentOpenedMonoUs: null,
});

t.test('a host that records what nobody wants is told to stop', async (t) => {
  t.same(nextStep({ kind: 'idle' }, { phase: 'running', run: run('run-1') }), { kind: 'abort', runId: 'run-1' });
  t.same(nextStep({ kind: 'recording', spec }, { phase: 'running', run: run('other') }), { kind: 'abort', runId: 'other' });
});

t.test('a host that should record and does not is made to', async (t) => {
  t.same(nextStep({ kind: 'recording', spec }, { phase: 'idle', run: null }), { kind: 'record', spec });
  t.same(nextStep({ kind: 'recording', spec }, { phase: 'prepared', run: run('run-1') }), { kind: 'go', spec });
});

t.test('a host in line, in a start, in a stop or before the decision is left alone', async (t) => {
  t.equal(nextStep({ kind: 'recording', spec }, { phase: 'running', run: run('run-1') }), null);
  t.equal(nextStep({ kind: 'idle' }, { phase: 'idle', run: null }), null);
  t.equal(nextStep({ kind: 'idle' }, { phase: 'stopping', run: run('run-1') }), null);
  t.equal(nextStep({ kind: 'hands-off' }, { phase: 'running', run: run('run-1') }), null);
  t.equal(nextStep({ kind: 'undecided' }, { phase: 'running', run: run('run-1') }), null);
});

t.test('a stall is a camera without frames, never a slow disk', async (t) => {
  const facts = { spec, sincePlayMs: 60_000, sourceAgeMs: 10, encodedAgeMs: 10, isDiskBehind: () => false };
  t.equal(stallOf(facts), null);
  t.equal(stallOf({ ...facts, sourceAgeMs: 2001 })?.code, 'camera_stalled');
  t.equal(stallOf({ ...facts, sourceAgeMs: null })?.code, 'camera_no_frames');
  t.equal(stallOf({ ...facts, sincePlayMs: 9000, sourceAgeMs: null }), null);
  t.equal(stallOf({ ...facts, encodedAgeMs: null })?.code, 'encoder_no_frames');
  t.equal(stallOf({ ...facts, encodedAgeMs: 30_000, isDiskBehind: () => true }), null, 'a full queue before a slow disk holds the encoder back');
  t.equal(stallOf({ ...facts, sourceAgeMs: 30_000, encodedAgeMs: 30_000, isDiskBehind: () => true }), null, 'where nothing may be dropped, also the camera');
  t.equal(stallOf({ ...facts, sourceAgeMs: 61_000, isDiskBehind: () => true })?.code, 'camera_stalled', 'not for ever');
  t.equal(stallOf({ ...facts, encodedAgeMs: 2001 })?.code, 'encoder_stalled', 'an encoder that hangs while the disk has taken everything');
});

t.test('lines arrive whole however the stream was cut', async (t) => {
  const splitter = new LineSplitter(1000);
  const text = Buffer.from('{"a":1}\n{"ü":2}\n');
  const lines: string[] = [];
  for (const byte of text) lines.push(...(splitter.push(Buffer.from([byte])) ?? []));
  t.same(lines, ['{"a":1}', '{"ü":2}']);
});

t.test('a peer that never ends its line is cut off', async (t) => {
  const splitter = new LineSplitter(10);
  t.same(splitter.push(Buffer.from('12345')), []);
  t.equal(splitter.push(Buffer.from('6789012')), null);
  t.equal(new LineSplitter(3).push(Buffer.from('12345\n')), null);
});

t.test('a message that is not in the protocol is refused with the reason', async (t) => {
  for (const bad of ['{}', '{"v":2,"type":"state"}', '{"v":1,"type":"reply","id":"x","ok":true}', '[]', 'null', '{']) {
    t.equal(parseHostMessage(bad).ok, false, bad);
  }
});

t.test('segments sort by the order in which they were recorded', async (t) => {
  const names = ['cam0_20260211_220241_100.mp4', 'cam0_20260211_220241_09.mp4', 'cam0_20260211_220500_00.mp4', 'cam0_20260211_220241_10.mp4'];
  const sorted = names
    .map((name) => ({ name, parsed: parseSegmentName(name) }))
    .sort((a, b) => (a.parsed === null || b.parsed === null ? 0 : compareSegments(a.parsed, b.parsed)))
    .map(({ name }) => name);
  t.same(sorted, ['cam0_20260211_220241_09.mp4', 'cam0_20260211_220241_10.mp4', 'cam0_20260211_220241_100.mp4', 'cam0_20260211_220500_00.mp4']);
  for (const foreign of ['cam0.mp4', '.repair-cam0_20260211_220241_00.mp4', 'cam0_20260211_220241_00.mkv', 'xcam0_20260211_220241_00.mp4']) {
    t.equal(parseSegmentName(foreign), null, foreign);
  }
});

t.test('a clock that jumps in either direction can make no two runs collide or sort wrongly', async (t) => {
  const at = (year: number): number => new Date(year, 5, 1, 12, 0, 0).getTime();
  const names = ['cam0_20260601_120000_00.mp4', 'cam0_20260601_120000_01.mp4', 'cam1_20270101_000000_00.mp4'];
  t.equal(nextStamp(0, names, at(2027)), '20270601_120000', 'forward: the wall clock');
  t.equal(nextStamp(0, names, at(2026)), '20260601_120001', 'the same second: the next one');
  t.equal(nextStamp(0, names, at(1970)), '20260601_120001', 'back to 1970: right after the newest');
  t.equal(nextStamp(1, names, at(2026)), '20270101_000001');
  t.equal(nextStamp(0, [], at(2026)), '20260601_120000');
});
