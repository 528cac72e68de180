import t from 'tap';
import type { RecordingStatusBody } from '../../src/api/contract/recording-status.js';
import type { StopBody } from '../../src/api/contract/recording-stop.js';
import type { StatusBody } from '../../src/api/contract/status.js';
import type { SystemMetricsBody } from '../../src/api/contract/system-metrics.js';
import { validateMatchId } from '../../src/recording/match-id.js';
import { clockText, Elapsed } from '../../src/web/kiosk/elapsed.js';
import { checkMatchName, NO_TEAMS, proposeMatchName } from '../../src/web/kiosk/match-name.js';
import { outcomeOf, startFailureOf } from '../../src/web/kiosk/outcome.js';
import { type Problem, problemsOf, toneOf } from '../../src/web/kiosk/problems.js';
import { activityOf, camerasToRecord, conditionOf, hoursAndMinutes, protectedSeconds, USUAL_CAMERAS } from '../../src/web/kiosk/view.js';
import { en } from '../../src/web/strings/en.js';

const [LEFT, RIGHT] = USUAL_CAMERAS;
if (LEFT === undefined || RIGHT === undefined) throw new Error('a rig has two cameras');

type CameraState = RecordingStatusBody['cameras'][string]['state'];

function statusOf(recording: Partial<RecordingStatusBody>): StatusBody {
  return {
    recording: {
      recording: false,
      match_id: null,
      duration: 0,
      cameras: {},
      degraded: false,
      degraded_cameras: {},
      camera_recovery: {},
      overload_guard: { active: false, triggered_at: null, last_evaluated_at: null, unhealthy_streak: 0, cpu_percent: null, reasons: [], health_healthy: null, health_message: null },
      phase: 'idle',
      hours_left: 40,
      recordings_disk: { state: 'ok', space: 'ok', free_gb: 100, is_substitute: false, message: null },
      ...recording,
    } as RecordingStatusBody,
    preview: { preview_active: false, cameras: {}, transport_mode: 'dual', webrtc_supported: true, ice_servers: [], webrtc_streams: [], relay: null },
  };
}

function recordingWith(left: CameraState, right: CameraState, more: Partial<RecordingStatusBody> = {}): StatusBody {
  const camera = (state: CameraState) => ({ state, uptime: 1, facts: null });
  return statusOf({ recording: true, match_id: 'A', phase: 'recording', cameras: { camera_0: camera(left), camera_1: camera(right) }, ...more });
}

const metrics = (temperature: number, power = { name: 'Unknown', id: 'N/A', is_max: false }): SystemMetricsBody => ({
  power_mode: power,
  cpu_frequencies: [],
  cpu_avg: { performance: 0, efficiency: 0 },
  temperature: { max_c: temperature, zones: [temperature], warning: temperature > 75, critical: temperature > 85 },
  cpu_usage: { overall: 1 },
  memory: { total_gb: 1, used_gb: 0, available_gb: 1, percent: 1 },
  storage: { total_gb: 1, used_gb: 0, free_gb: 1, percent: 1 },
});

const problems = (status: StatusBody, more: { metrics?: SystemMetricsBody; withoutPicture?: number[] } = {}): readonly Problem[] =>
  problemsOf({ status, metrics: more.metrics ?? metrics(50), requireAllCameras: true, cameras: USUAL_CAMERAS, withoutPicture: more.withoutPicture ?? [] });

t.test('what is not heard is not known: neither recording nor idle', async (t) => {
  t.equal(activityOf(null), 'unknown');
});

t.test('it records when frames come out of an encoder, not because somebody started it', async (t) => {
  t.equal(activityOf(statusOf({})), 'idle');
  t.equal(activityOf(statusOf({ phase: 'starting' })), 'starting');
  t.equal(activityOf(recordingWith('running', 'running')), 'recording');
  t.equal(activityOf(recordingWith('running', 'error')), 'recording');
  t.equal(activityOf(recordingWith('error', 'starting')), 'broken');
  t.equal(activityOf(recordingWith('running', 'running', { phase: 'stopping' })), 'stopping');
});

t.test('each camera says by itself whether it records', async (t) => {
  const account = { attempts: 3, recovering: true, failed_permanently: true, last_error: 'gone', last_recovery_ts: null };
  t.equal(conditionOf(recordingWith('running', 'error'), LEFT), 'recording');
  t.equal(conditionOf(recordingWith('running', 'error'), RIGHT), 'recovering');
  t.equal(conditionOf(recordingWith('running', 'starting'), RIGHT), 'starting');
  t.equal(conditionOf(recordingWith('running', 'starting', { camera_recovery: { camera_1: { ...account, failed_permanently: false } } }), RIGHT), 'recovering', 'a restart is no start');
  t.equal(conditionOf(recordingWith('running', 'error', { camera_recovery: { camera_1: account } }), RIGHT), 'failed');
  t.equal(conditionOf(statusOf({ recording: true, phase: 'recording', cameras: {} }), RIGHT), 'absent');
});

t.test('a disk that keeps a recording waiting, takes nothing or is missing is told, although the cameras run', async (t) => {
  const disk = (changes: Partial<RecordingStatusBody['recordings_disk']>) => ({ recordings_disk: { state: 'ok' as const, space: 'ok' as const, free_gb: 100, is_substitute: false, message: null, ...changes } });
  t.strictSame(problems(recordingWith('running', 'running', disk({ state: 'slow' }))), [{ kind: 'disk_behind' }]);
  t.strictSame(problems(recordingWith('running', 'running', disk({ state: 'refusing' }))), [{ kind: 'disk_refusing' }]);
  t.strictSame(problems(statusOf(disk({ is_substitute: true }))), [{ kind: 'disk_missing' }], 'also before a match');
  for (const kind of ['disk_behind', 'disk_refusing', 'disk_missing'] as const) t.equal(toneOf({ kind }), 'bad');
});

t.test('a good day has no problems', async (t) => {
  t.strictSame(problems(statusOf({})), []);
  t.strictSame(problems(recordingWith('running', 'running')), []);
  t.strictSame(problems(statusOf({ hours_left: null })), [], 'what is not known is no problem');
});

t.test('a camera that does not record is told, with the one that goes on, and never one that does not', async (t) => {
  t.match(problems(recordingWith('running', 'error', { degraded_cameras: { camera_1: 'no frames' } })), [{ kind: 'camera_recovering', camera: 1, goesOn: 0, reason: 'no frames' }]);
  const both = problems(recordingWith('error', 'error'));
  t.strictSame(both.map((found) => ('goesOn' in found ? found.goesOn : 'none')), [null, null]);
  t.notMatch(both.map((found) => en.kiosk.problem(found).advice).join(' '), /goes on/);
});

t.test('heat, power, space and cables are told when they matter only, the worst first', async (t) => {
  t.match(problems(statusOf({ hours_left: 1.5 })), [{ kind: 'disk_low' }]);
  t.match(problems(statusOf({ hours_left: 0.2 }), { metrics: metrics(80) }), [{ kind: 'disk_full' }, { kind: 'hot' }]);
  t.match(problems(statusOf({ hours_left: 1 }), { metrics: metrics(90) }), [{ kind: 'very_hot' }, { kind: 'disk_low' }]);
  t.match(problems(statusOf({}), { metrics: metrics(50, { name: '7W', id: '1', is_max: false }) }), [{ kind: 'power_mode' }]);
  t.strictSame(problems(statusOf({}), { metrics: metrics(50, { name: 'MAXN', id: '0', is_max: true }) }), []);
  t.match(problems(statusOf({}), { withoutPicture: [0] }), [{ kind: 'no_picture', camera: 0, needed: true }]);
  t.strictSame(problems(recordingWith('running', 'running'), { withoutPicture: [0] }), [], 'while it records, frames count');
});

t.test('every problem has plain words and something to do', async (t) => {
  const all: readonly Problem[] = [
    { kind: 'camera_failed', camera: 0, reason: 'gone.', goesOn: 1 },
    { kind: 'camera_recovering', camera: 1, reason: null, goesOn: 0 },
    { kind: 'camera_absent', camera: 1, reason: '', goesOn: 0 },
    { kind: 'no_picture', camera: 0, needed: false },
    { kind: 'disk_full', hours: 0.2 },
    { kind: 'disk_low', hours: 1.5 },
    { kind: 'hot', celsius: 80.4 },
    { kind: 'very_hot', celsius: 90 },
    { kind: 'power_mode', name: '7W' },
    { kind: 'overload' },
  ];
  for (const problem of all) {
    const { title, advice } = en.kiosk.problem(problem);
    t.match(title, /\.$/, title);
    t.match(advice, /\.(?: \(.*\))?$/, advice);
    t.notMatch(`${title} ${advice}`, /null|undefined|NaN|\(\)|\.\)/);
    t.ok(['bad', 'warning'].includes(toneOf(problem)));
  }
  t.equal(en.kiosk.problem({ kind: 'no_picture', camera: 0, needed: false }).title, 'Left camera gives no picture.');
});

t.test('a match has a name without typing, which the rig accepts and which sorts by day', async (t) => {
  const now = new Date(2026, 1, 3, 9, 5);
  t.equal(proposeMatchName(now, NO_TEAMS), '2026-02-03 09-05');
  t.equal(proposeMatchName(now, { home: 'FC Nord', away: 'SV Süd' }), '2026-02-03 FC Nord - SV Süd');
  t.equal(proposeMatchName(now, { home: null, away: 'SV Süd' }), '2026-02-03 SV Süd');
  const longest = 'ß'.repeat(40);
  for (const teams of [NO_TEAMS, { home: 'FC Nord', away: 'SV Süd' }, { home: longest, away: null }]) t.equal(validateMatchId(proposeMatchName(now, teams)).ok, true);
});

t.test('a typed name is judged by the rule of the rig', async (t) => {
  t.strictSame(checkMatchName(' Cup final '), { name: 'Cup final' });
  t.strictSame(checkMatchName('Cafe\u0301'), { name: 'Caf\u00e9' });
  for (const [typed, problem] of Object.entries({ '': 'empty', '  ': 'empty', 'a/b': 'character', 'a:b': 'character', '.a': 'dot', 'a.': 'dot', CON: 'reserved', ['x'.repeat(121)]: 'long', 'a\u200bb': 'invisible', 'a\u0007': 'invisible' })) {
    t.strictSame(checkMatchName(typed), { problem }, JSON.stringify(typed));
    t.equal(validateMatchId(typed).ok, false);
  }
});

t.test('the clock goes on between two messages, and never backwards because one was quicker', async (t) => {
  const elapsed = new Elapsed();
  t.equal(elapsed.at(0), null);
  elapsed.heard(10, 1000);
  t.equal(elapsed.at(1500), 10_500);
  elapsed.heard(10.9, 2000);
  t.equal(elapsed.at(2000), 10_900);
  elapsed.heard(11.5, 3000);
  t.equal(elapsed.at(3000), 11_500);
  elapsed.heard(11.2, 3100);
  t.equal(elapsed.at(3100), 11_500, 'jitter is smoothed');
  elapsed.heard(0.5, 4000);
  t.equal(elapsed.at(4000), 500, 'another recording begins at its beginning');
  t.equal(clockText(0), '0:00:00');
  t.equal(clockText(59_999), '0:00:59');
  t.equal(clockText(3_723_000), '1:02:03');
  t.equal(clockText(36_000_000), '10:00:00');
});

t.test('the protected window counts down and never says that it is over before the rig does', async (t) => {
  t.equal(protectedSeconds(3200, true, 10), 7);
  t.equal(protectedSeconds(11_000, true, 10), 1);
  t.equal(protectedSeconds(1000, true, null), null);
  t.equal(protectedSeconds(1000, false, 10), 0);
});

t.test('hours that still fit are rounded down', async (t) => {
  t.strictSame(hoursAndMinutes(1.999), { hours: 1, minutes: 59 });
  t.strictSame(hoursAndMinutes(0), { hours: 0, minutes: 0 });
  t.equal(en.kiosk.left.fits(1, 59), '1 h 59 min');
  t.equal(en.kiosk.left.fits(0, 5), '5 min');
});

t.test('one camera only is offered when the rig would do that, and a camera gives no picture', async (t) => {
  t.same(camerasToRecord(USUAL_CAMERAS, true, new Set([0])), USUAL_CAMERAS);
  t.same(camerasToRecord(USUAL_CAMERAS, false, new Set()), USUAL_CAMERAS);
  t.same(camerasToRecord(USUAL_CAMERAS, false, new Set([0])), [RIGHT]);
  t.same(camerasToRecord(USUAL_CAMERAS, false, new Set([0, 1])), USUAL_CAMERAS);
});

const STOPPED = { success: true, eos_received: true, timed_out: false, error: null, finalized: true, segment_path: '/r/a.mp4', integrity_checked: true, integrity_ok: true, integrity_error: null, integrity_avg_frame_rate: '30/1' } as const;

function stopWith(left: object, right: object, more: Partial<StopBody> = {}): StopBody {
  return { success: true, message: 'm', match_id: 'A', camera_stop_results: { camera_0: { ...STOPPED, ...left }, camera_1: { ...STOPPED, ...right } }, integrity: { checked: true, all_ok: true, reason: null, cameras: {} }, degraded_cameras: {}, ...more };
}

t.test('the result of a stop is never better than what was checked', async (t) => {
  t.match(outcomeOf(stopWith({}, {}), USUAL_CAMERAS), { kind: 'saved', verified: true, cameras: [{ state: 'verified', gaps: null }, { state: 'verified' }] });
  const unchecked = stopWith({}, { integrity_checked: false, integrity_ok: null }, { integrity: { checked: false, all_ok: null, reason: null, cameras: {} } });
  t.match(outcomeOf(unchecked, USUAL_CAMERAS), { kind: 'saved', verified: false, cameras: [{ state: 'verified' }, { state: 'unchecked' }] });
  const damaged = stopWith({ integrity_ok: false, integrity_error: 'no frames' }, { segment_path: null }, { success: false, integrity: { checked: true, all_ok: false, reason: null, cameras: {} } });
  t.match(outcomeOf(damaged, USUAL_CAMERAS), { kind: 'damaged', cameras: [{ state: 'damaged', error: 'no frames' }, { state: 'missing' }] });
  t.match(outcomeOf(stopWith({ finalized: false, integrity_ok: null }, {}, { success: false }), USUAL_CAMERAS), { kind: 'damaged', cameras: [{ state: 'unfinished' }, { state: 'verified' }] });
  t.match(outcomeOf(stopWith({}, {}, { degraded_cameras: { camera_1: 'process died' } }), USUAL_CAMERAS), { kind: 'saved', cameras: [{ gaps: null }, { gaps: 'process died' }] });
});

t.test('a refused stop is no end', async (t) => {
  t.strictSame(outcomeOf({ success: false, message: 'Recording protected', code: 'protected', protected: true }, USUAL_CAMERAS), { kind: 'refused', code: 'protected', message: 'Recording protected' });
});

t.test('a start that failed names the cameras', async (t) => {
  const body = { message: 'Failed', cameras_started: [], require_all_cameras: true };
  t.equal(startFailureOf({ ...body, success: true, cameras_failed: [] }, USUAL_CAMERAS), null);
  t.strictSame(startFailureOf({ ...body, success: false, cameras_failed: [1], camera_errors: { camera_1: 'no frame' } }, USUAL_CAMERAS), { message: 'Failed', cameras: [{ camera: 1, error: 'no frame' }] });
});
