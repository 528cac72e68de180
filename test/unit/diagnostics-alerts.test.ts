/** Which stop, which disk and which health is worth telling, and in which words. */
import t from 'tap';
import { presentStop } from '../../src/api/presenters/recording-operations.js';
import { healthLine, sameIssues } from '../../src/diagnostics/health-line.js';
import { lowSpaceAlert, roomAgain } from '../../src/diagnostics/low-space.js';
import { stopAlerts, stopSignals } from '../../src/diagnostics/stop-alerts.js';
import { stopVerdict } from '../../src/recording/outcome.js';
import type { CameraStop, SpaceLevel, StopResult } from '../../src/recording/types.js';
import { CAMERA_STOP, IDLE, PROBE, RECORDING } from '../support/recording-values.js';

function stopOf(...cameras: CameraStop[]): StopResult {
  const byCamera = new Map(cameras.map((camera, id) => [id, camera]));
  const verdict = stopVerdict(byCamera);
  const outcome = { matchId: 'm', ...verdict, cameras: byCamera, recovery: new Map(), degradedDuringRecording: new Map() };
  return { success: verdict.success, message: verdict.message, code: null, protected: false, outcome };
}

const clean: CameraStop = { ...CAMERA_STOP, success: true, eosReceived: true, timedOut: false, finalized: true, integrityChecked: true, integrityOk: true, probe: { ...PROBE, avgFrameRate: '30000/1001' } };
const late: CameraStop = { ...clean, eosReceived: false, timedOut: true, finalized: false };
const gone: CameraStop = { ...clean, success: false, finalized: false, error: 'pipeline_not_found' };
const bad: CameraStop = { ...clean, integrityOk: false, integrityError: 'moov atom not found' };
const typesOf = (result: StopResult, fps = 24): readonly string[] => stopAlerts(result, fps).map(({ eventType }) => eventType);

t.test('a clean stop and a refused one raise nothing', async (t) => {
  t.strictSame(typesOf(stopOf(clean, clean)), []);
  t.strictSame(stopSignals(stopOf(clean, clean)), []);
  const refused: StopResult = { success: false, message: 'protected', code: 'protected', protected: true, outcome: null };
  t.strictSame([...stopAlerts(refused, 24), ...stopSignals(refused)], []);
});

t.test('each thing that went wrong is an alert of its own', async (t) => {
  t.strictSame(typesOf(stopOf(clean, late)), ['recording_stop_non_graceful']);
  t.strictSame(typesOf(stopOf(gone, clean)), ['recording_stop_transport_failure', 'recording_stop_non_graceful']);
  t.strictSame(typesOf(stopOf(bad, clean)), ['recording_integrity_failed']);
  t.strictSame(typesOf(stopOf(gone, bad), 30), ['recording_stop_transport_failure', 'recording_stop_non_graceful', 'recording_integrity_failed', 'recording_fps_below_slo']);
  t.strictSame(stopSignals(stopOf(late, bad)).map(({ eventType, details }) => [eventType, details['line']]), [
    ['recording_stop_timeout', 'cam0: EOS wait timed out (match m)'],
    ['segment_probe_failed', 'cam1: Segment probe failed (moov atom not found) (match m)'],
  ]);
});

t.test('the frame rate is compared as the ratio that it is; a rate that nobody knows is no low rate', async (t) => {
  t.strictSame(typesOf(stopOf(clean, clean), 29.97), []);
  t.strictSame(typesOf(stopOf(clean, clean), 29.98), ['recording_fps_below_slo']);
  const unknown: CameraStop = { ...clean, probe: { ...PROBE, avgFrameRate: '0/0' } };
  t.strictSame(typesOf(stopOf(unknown, { ...clean, probe: null }), 240), []);
  const slow: CameraStop = { ...clean, probe: { ...PROBE, avgFrameRate: '10/1' } };
  t.strictSame(typesOf(stopOf(slow), 10), [], 'the threshold itself is enough');
  t.match(stopAlerts(stopOf(clean, slow), 24)[0]?.details, { min_effective_fps: 24, camera_fps: { camera_0: 29.97, camera_1: 10 } });
});

t.test('an alert shows the cameras as the answer to the stop does', async (t) => {
  const result = stopOf(late, bad);
  t.strictSame(stopAlerts(result, 24)[0]?.details['camera_stop_results'], presentStop(result).camera_stop_results);
});

t.test('less room is an alert, more room is only noted', async (t) => {
  const change = (before: SpaceLevel, after: SpaceLevel) => ({ matchId: 'm', matchDir: '/m', before, after, room: { hoursLeft: 0.2, freeBytes: 2 * 1024 ** 3 } });
  t.match(lowSpaceAlert(change('ok', 'low')), { eventType: 'recording_low_space', severity: 'warning', details: { level: 'low' } });
  t.match(lowSpaceAlert(change('low', 'critical')), { severity: 'error', message: /12 minutes/, details: { disk_free_gb: 2 } });
  t.match(lowSpaceAlert(change('critical', 'reserve')), { severity: 'error', message: /about to be stopped/ });
  t.equal(lowSpaceAlert(change('critical', 'low')), null);
  t.match(roomAgain(change('critical', 'low')), { severity: 'info', details: { level: 'low' } });
});

t.test('a complaint whose figures move is the same complaint, one about another camera is not', async (t) => {
  t.ok(sameIssues(['cam0: No new frame for 2.1 seconds'], ['cam0: No new frame for 13.4 seconds']));
  t.notOk(sameIssues(['cam0: No new frame for 2.1 seconds'], ['cam1: No new frame for 2.1 seconds']));
  t.notOk(sameIssues([], ['cam1: Recovery exhausted']));
});

t.test('a health line has every key, with null for what nobody knows', async (t) => {
  const board = { powerMode: { name: '15W', id: '0', isMax: false }, cpus: [], zonesCelsius: [41.23, 50.06], memory: { totalBytes: 0, availableBytes: 0 } };
  const line = healthLine({ status: RECORDING, system: null, board, healthy: false, issues: ['cam0: x'] }, Date.UTC(2026, 1, 11, 20, 0, 0, 5));
  t.match(line, { ts: '2026-02-11T20:00:00.005000Z', healthy: false, recording: true, temperature_max_c: 50.1, power_mode: '15W', cpu_percent: null, disk_free_gb: null, hours_left: 12.5 });
  const idle = healthLine({ status: IDLE, system: null, board: { ...board, zonesCelsius: [] }, healthy: true, issues: [] }, 0);
  t.strictSame(Object.keys(idle), Object.keys(line));
  t.equal(idle['temperature_max_c'], null);
});
