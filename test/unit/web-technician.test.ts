import t from 'tap';
import type { StatusBody } from '../../src/api/contract/status.js';
import { en } from '../../src/web/strings/en.js';
import { ageTone, cameraStateOf, fpsOf } from '../../src/web/technician/camera-state.js';
import { bytesText, clockTime, countText, epochText, shortTime } from '../../src/web/technician/format.js';
import { filterLog, parseLog } from '../../src/web/technician/log-lines.js';
import { pathOf, rangeOf, roundAbove, type Sample, withSample } from '../../src/web/technician/series.js';
import { nodeVersionIn } from '../../src/web/technician/versions.js';

const EVENT = '{"ts":"2026-11-21T09:10:55.982000Z","event_type":"recording_camera_degraded","severity":"error","message":"Camera 1 delivers nothing","details":{"camera":1,"exhausted":true,"reason":"stalled"}}';
const HEALTH = '{"ts":"2026-11-21T09:10:55.983000Z","healthy":false,"issues":["cam1: Pipeline missing"],"recording":true,"phase":"recording","match_id":"Cup","cameras":{"camera_0":{"fps":29.97},"camera_1":{"fps":null}},"cpu_percent":null,"hours_left":46.37,"temperature_max_c":51}';

t.test('a graph keeps the last minutes and nothing older', async (t) => {
  const kept = [0, 1000, 2000, 3000].reduce<readonly Sample[]>((samples, atMs) => withSample(samples, { atMs, value: 1 }, 2000), []);
  t.strictSame(kept.map(({ atMs }) => atMs), [1000, 2000, 3000]);
});

t.test('a graph is broken where nobody knows what was, and does not pretend a line', async (t) => {
  const frame = { nowMs: 10_000, windowMs: 10_000, top: 10, width: 100, height: 50, gapMs: 2500 };
  const at = (seconds: number, value: number | null): Sample => ({ atMs: seconds * 1000, value });
  t.equal(pathOf([at(0, 0), at(1, 10)], frame), 'M0 50h0.5L10 0');
  t.equal(pathOf([at(0, 5), at(1, null), at(2, 5)], frame), 'M0 25h0.5M20 25h0.5', 'a value that was not known');
  t.equal(pathOf([at(0, 5), at(4, 5)], frame), 'M0 25h0.5M40 25h0.5', 'a time in which nothing was heard');
  t.equal(pathOf([at(-5, 5), at(1, 20)], frame), 'M10 0h0.5', 'what lies outside is left out, or cut at the top');
  t.equal(rangeOf([at(0, null)]), null);
  t.strictSame(rangeOf([at(0, 3), at(1, null), at(2, 1)]), { least: 1, most: 3 });
});

t.test('scales end at round numbers', async (t) => {
  t.strictSame([0.03, 0.2, 1, 30, 50, 51, 100].map(roundAbove), [0.05, 0.2, 1, 50, 50, 100, 100]);
});

t.test('figures are written so that they can be read', async (t) => {
  t.strictSame([0, 999, 1000, 12_345_678, 999_600, 123_400_000_000].map(bytesText), ['0 B', '999 B', '1.0 kB', '12.3 MB', '1.0 MB', '123 GB']);
  t.strictSame([7, 1234, 1_234_567].map(countText), ['7', '1\u202f234', '1\u202f234\u202f567']);
  t.strictSame([0, 0.0324, 0.9999, 1.44, 75].map(shortTime), ['0 ms', '32 ms', '1.0 s', '1.4 s', '75 s']);
  const noon = new Date(2026, 10, 21, 12, 0, 0).getTime();
  t.equal(clockTime(noon, noon + 60_000), '12:00:00');
  t.match(clockTime(noon, noon + 24 * 3_600_000), /21 Nov 12:00:00/, 'of another day: with the day');
  t.equal(epochText(null, noon), null, 'what is not known is not made up');
});

t.test('a line of a log is read into time, level and words; a torn one is shown as it is', async (t) => {
  const [event, health, torn] = parseLog([EVENT, HEALTH, '{"ts":"2026-11-']);
  t.match(event, { level: 'error', epochMs: Date.parse('2026-11-21T09:10:55.982Z'), content: { kind: 'event', type: 'recording_camera_degraded', message: 'Camera 1 delivers nothing', details: [['camera', '1'], ['exhausted', 'true'], ['reason', 'stalled']] } });
  t.match(health, { level: 'warning', content: { kind: 'health', facts: { healthy: false, fps: [29.97, null], cpuPercent: null, celsius: 51 } } });
  if (health?.content.kind === 'health') t.equal(en.technician.log.health(health.content.facts), 'Not healthy: Right camera: pipeline missing · recording Cup · 30.0 / – fps · 51 °C · 46.4 h fit');
  t.match(torn, { level: 'warning', epochMs: null, content: { kind: 'text' }, raw: '{"ts":"2026-11-' });
});

t.test('equal lines keep keys of their own, and the same ones when more lines come', async (t) => {
  const keys = (lines: readonly string[]): readonly string[] => parseLog(lines).map(({ key }) => key);
  t.equal(new Set(keys(['a', 'a', 'b'])).size, 3);
  t.strictSame(keys(['a', 'a', 'b']), keys(['a', 'a', 'b', 'c']).slice(0, 3));
});

t.test('a log is searched for all words in any case, and can be cut down to problems', async (t) => {
  const lines = parseLog([EVENT, '{"ts":"2026-11-21T09:10:55Z","event_type":"daemon_started","severity":"info","message":"The daemon has started","details":{}}']);
  t.equal(filterLog(lines, { text: ' CAMERA  stalled ', problemsOnly: false }).length, 1);
  t.equal(filterLog(lines, { text: 'camera daemon', problemsOnly: false }).length, 0);
  t.equal(filterLog(lines, { text: '', problemsOnly: true }).length, 1);
  t.equal(filterLog(lines, { text: '', problemsOnly: false }).length, 2);
});

t.test('the state of a camera comes from frames, whatever was started', async (t) => {
  const camera = { id: 0, key: 'camera_0' };
  const status = (recording: object, preview = 'stopped'): StatusBody =>
    ({ recording: { recording: false, phase: 'idle', cameras: {}, camera_recovery: {}, ...recording }, preview: { cameras: { camera_0: { state: preview } } } }) as unknown as StatusBody;
  const recorded = (state: string, more: object = {}): StatusBody => status({ recording: true, phase: 'recording', cameras: { camera_0: { state, uptime: 1, facts: null } }, ...more });
  t.equal(cameraStateOf(recorded('running'), camera), 'recording');
  t.equal(cameraStateOf(recorded('error'), camera), 'recovering');
  t.equal(cameraStateOf(recorded('error', { camera_recovery: { camera_0: { failed_permanently: true } } }), camera), 'failed');
  t.equal(cameraStateOf(status({ recording: true, phase: 'recording' }), camera), 'absent');
  t.equal(cameraStateOf(status({ phase: 'starting' }), camera), 'starting');
  t.strictSame(['running', 'starting', 'error', 'stopped', 'idle'].map((state) => cameraStateOf(status({}, state), camera)), ['live', 'liveStarting', 'liveError', 'rest', 'rest']);
  t.strictSame([null, 0.5, 1.5, 4].map(ageTone), [undefined, undefined, 'warning', 'bad']);
});

t.test('frames that a hanging process counted long ago are no frames per second', async (t) => {
  const facts = { frames_at_source: 1, frames_encoded: 1, frames_missed: 0, newest_frame_age_seconds: 0.1, largest_gap_seconds: null, bytes_written: 0, bytes_synced: 0, frames_waiting: 0, fps: 30 };
  t.equal(fpsOf(facts), 30);
  t.equal(fpsOf({ ...facts, newest_frame_age_seconds: 3.1 }), 0);
  t.equal(fpsOf({ ...facts, fps: null }), null);
  t.equal(fpsOf(null), null);
});

t.test('the version of Node.js is found in the metrics, or not made up', async (t) => {
  t.equal(nodeVersionIn('# HELP x\ntouchline_build_info{version="0.1.0",node="24.21.0"} 1\n'), '24.21.0');
  t.equal(nodeVersionIn('touchline_build_info 1'), null);
});
