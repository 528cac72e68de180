/** Little room on the disk: who is told when, and when a recording ends in order. And a disk that does not keep up. */
import t from 'tap';
import { pipelineError } from '../../src/camera/host/gst.js';
import { bytesPerSecond, measuredBytesPerSecond } from '../../src/recording/bit-rate.js';
import { diskReason, faultOf, framesWaiting, slowness } from '../../src/recording/disk-trouble.js';
import { SpaceGuard, spaceLevel, type SpacePolicy } from '../../src/recording/space-guard.js';
import type { Room } from '../../src/recording/types.js';
import { FACTS } from '../support/recording-values.js';
import { SimulatedClock } from '../support/simulated-clock.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const POLICY: SpacePolicy = { lowMs: 3_600_000, criticalMs: 900_000, reserveBytes: 512 * MIB };
const room = (hoursLeft: number | null, freeBytes: number | null = 900 * GIB): Room => ({ hoursLeft, freeBytes });
const MATCH = { matchId: 'm', matchDir: '/m' };

t.test('a level rises at its limit, and falls only when there is clearly more room', async (t) => {
  t.equal(spaceLevel('ok', room(1), POLICY), 'ok');
  t.equal(spaceLevel('ok', room(0.99), POLICY), 'low');
  t.equal(spaceLevel('low', room(1.1), POLICY), 'low', 'what hovers around a limit is told once');
  t.equal(spaceLevel('low', room(1.21), POLICY), 'ok');
  t.equal(spaceLevel('ok', room(0.2), POLICY), 'critical');
  t.equal(spaceLevel('critical', room(0.29), POLICY), 'critical');
  t.equal(spaceLevel('critical', room(0.5), POLICY), 'low');
  t.equal(spaceLevel('ok', room(9, 511 * MIB), POLICY), 'reserve', 'whatever the hours say');
  t.equal(spaceLevel('reserve', room(9, 600 * MIB), POLICY), 'reserve');
  t.equal(spaceLevel('reserve', room(9, 700 * MIB), POLICY), 'ok');
});

t.test('bytes count where nobody knows what the cameras write; a disk that cannot be read changes nothing', async (t) => {
  t.equal(spaceLevel('ok', room(null, 19 * GIB), POLICY), 'low');
  t.equal(spaceLevel('ok', room(null, 4 * GIB), POLICY), 'critical');
  t.equal(spaceLevel('critical', room(null, null), POLICY), 'critical');
  t.equal(spaceLevel('ok', room(0, 0), { ...POLICY, reserveBytes: 0 }), 'critical', 'without a reserve nothing is stopped');
});

t.test('at the reserve the stop is asked for once, and not for a file that comes and goes', async (t) => {
  const clock = new SimulatedClock();
  const told: string[] = [];
  let now = room(5);
  const guard = new SpaceGuard({ policy: () => POLICY, room: () => now, onChange: (_match, before, after) => told.push(`${before} -> ${after}`), onReserve: () => told.push('stop'), clock });
  guard.begin(MATCH);
  now = room(0.01, 100 * MIB);
  await clock.advanceMs(4000);
  now = room(5);
  await clock.advanceMs(2000);
  t.strictSame(told.splice(0), ['ok -> reserve', 'reserve -> ok']);
  now = room(0.01, 100 * MIB);
  await clock.advanceMs(60_000);
  t.strictSame(told.splice(0), ['ok -> reserve', 'stop']);
  guard.end();
  t.equal(guard.level, 'ok');
  await clock.advanceMs(60_000);
  t.equal(clock.sleeping, 0);
});

t.test('a disk that cannot be read ends no match, however little room it had before', async (t) => {
  const clock = new SimulatedClock();
  const stops: unknown[] = [];
  let now = room(0.01, 100 * MIB);
  const guard = new SpaceGuard({ policy: () => POLICY, room: () => now, onChange: () => undefined, onReserve: () => stops.push('stop'), clock });
  guard.begin(MATCH);
  await clock.advanceMs(4000);
  now = room(null, null);
  await clock.advanceMs(60_000);
  t.equal(guard.level, 'reserve');
  t.strictSame(stops, []);
  now = room(0.01, 100 * MIB);
  await clock.advanceMs(6000);
  t.strictSame(stops, ['stop'], 'it is back, and as full as before');
  guard.end();
});

t.test('what the segment sink says of the disk is known as a fault of the disk, whatever else breaks is one of the camera', async (t) => {
  const error = (element: string, message: string) => pipelineError({ type: 'error', _src_element_name: element, message, fields: {} });
  for (const [name, code] of [['No space left on device (ENOSPC)', 'disk_full'], ['Read-only file system (EROFS)', 'disk_read_only'], ['Input/output error (EIO)', 'disk_fault'], ['No such file or directory (ENOENT)', 'disk_gone']] as const) {
    t.equal(error('segments', `cannot write /r/x.mp4: ${name}`).code, code);
    t.equal(faultOf(code), 'disk');
  }
  t.equal(error('camera_source', 'cannot open /dev/video0: No such device (ENODEV)').code, 'pipeline_error');
  t.equal(faultOf('pipeline_error'), 'camera');
  t.equal(faultOf(null), 'camera');
  t.match(diskReason('x'), /^The recordings disk takes no data: x/);
});

t.test('frames that wait, or seconds that are not secured, make a disk slow; a camera without frames does not', async (t) => {
  const meter = (frames: number, lastFrameAgeMs = 20) => ({ frames, bytes: 0, keyframes: 0, missed: 0, firstFrameMonoUs: 0, lastFrameMonoUs: 0, lastFrameAgeMs, largestGapMs: 0, fps: 30 });
  const sink = (frames: number, syncAgeMs: number) => ({ segmentsOpened: 1, segmentsClosed: 0, frames, droppedBeforeKeyframe: 0, bytes: 10, syncedBytes: 5, syncErrors: 0, slowestSyncMs: 1, finalising: 0, current: { index: 0, location: '/x', frames, bytes: 10, syncedBytes: 5, syncAgeMs } });
  const run = (encoded: number, written: number, syncAgeMs = 100, sourceAgeMs = 20) => ({ source: meter(encoded, sourceAgeMs), encoded: meter(encoded), sink: sink(written, syncAgeMs) });
  t.equal(framesWaiting(run(100, 70)), 30);
  t.equal(framesWaiting(run(70, 100)), 0);
  t.equal(slowness(run(100, 50)), null);
  t.match(slowness(run(200, 130)), /frames wait/);
  t.match(slowness(run(100, 100, 3500)), /power cut/);
  t.equal(slowness(run(100, 100, 3500, 3500)), null);
});

t.test('the hours that fit do not double while a camera is brought back', async (t) => {
  const usual = { measured: 2.5e6, target: 2.4e6 };
  t.equal(bytesPerSecond([usual, { measured: null, target: 2.4e6 }]), 4.9e6);
  t.equal(bytesPerSecond([usual, { measured: null, target: 0 }]), 5e6, 'where the camera encodes: like the other one');
  t.equal(bytesPerSecond([{ measured: null, target: 0 }, { measured: null, target: 0 }]), 0, 'nobody knows');
  const facts = { ...FACTS, bytesWritten: 75e6 };
  t.equal(measuredBytesPerSecond({ facts, uptimeMs: 30_001 })?.toFixed(0), '2499917');
  t.equal(measuredBytesPerSecond({ facts, uptimeMs: 29_000 }), null, 'too short to tell');
  t.equal(measuredBytesPerSecond({ facts: null, uptimeMs: 60_000 }), null);
  t.equal(measuredBytesPerSecond(undefined), null);
});
