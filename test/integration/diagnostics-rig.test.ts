/** What the rig tells a technician about real recordings that go wrong: logs, alerts, the correlation report, the board. */
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import Type, { type Static } from '#typebox';
import { CorrelationsBody, LogsBody } from '../../src/api/contract/diagnostics.js';
import { SystemMetricsBody } from '../../src/api/contract/system-metrics.js';
import { systemClock } from '../../src/lib/clock.js';
import { compileSchema } from '../../src/lib/schema.js';
import { call } from '../support/http.js';
import { cutPower } from '../support/reboot.js';
import { Rig, until } from '../support/rig.js';
import { breakableJetsonEnv } from '../support/jetson-rig.js';
import { onTheWire } from '../support/wire.js';

/** Contract 10.2, no key more and none less. */
const Entry = Type.Object(
  {
    ts: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z$' }),
    event_type: Type.String(),
    severity: Type.String(),
    message: Type.String({ minLength: 10 }),
    details: Type.Record(Type.String(), Type.Unknown()),
  },
  { additionalProperties: false },
);
type Entry = Static<typeof Entry>;
const entry = compileSchema(Entry);
const anything = compileSchema(Type.Record(Type.String(), Type.Unknown()));

async function rigWith(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const rig = await Rig.start({ env });
  t.teardown(() => rig.dispose());
  return rig;
}

/** Cameras that can be broken by writing into the file. */
async function breakableRig(t: Test, env: Readonly<Record<string, string>> = {}) {
  const faultFile = join(t.testdir(), 'fault');
  const rig = await rigWith(t, {
    ...breakableJetsonEnv(faultFile),
    ...env,
  });
  return { rig, breakWith: (fault: string) => writeFile(faultFile, fault) };
}

async function logLines(rig: Rig, type: string): Promise<readonly string[]> {
  const answer = await call(rig.url, `/api/v1/logs/${type}?lines=5000`);
  onTheWire(LogsBody, answer.json);
  const checked = compileSchema(LogsBody).check(answer.json);
  return checked.ok ? checked.value.lines : [];
}

async function events(rig: Rig, type: 'alerts' | 'watchdog'): Promise<readonly Entry[]> {
  return (await logLines(rig, type)).map((line) => {
    const parsed = entry.parseJson(line);
    if (!parsed.ok) throw new Error(`${line} is no event: ${JSON.stringify(parsed.violations)}`);
    return parsed.value;
  });
}

async function health(rig: Rig): Promise<readonly Record<string, unknown>[]> {
  return (await logLines(rig, 'health')).map((line) => {
    const parsed = anything.parseJson(line);
    return parsed.ok ? parsed.value : {};
  });
}

async function waitFor(rig: Rig, type: 'alerts' | 'watchdog', eventType: string, limitMs = 20_000): Promise<Entry> {
  let found: Entry | undefined;
  await until(async () => (found = (await events(rig, type)).find((event) => event.event_type === eventType)) !== undefined, `${eventType} in ${type}`, limitMs, () => rig.output);
  if (found === undefined) throw new Error('unreachable');
  return found;
}

const types = (entries: readonly Entry[]): readonly string[] => entries.map((event) => event.event_type);

t.test('a clean recording raises no alert; its story is in the watchdog log, its health in the health log', async (t) => {
  const rig = await rigWith(t);
  t.match((await rig.get('/api/v1/logs/alerts')).body, { log_type: 'alerts', lines: [], message: 'Log file does not exist yet' });
  t.notOk('total_lines' in (await rig.get('/api/v1/logs/alerts')).body);
  await rig.record('clean');
  await until(async () => (await health(rig)).some((line) => line['match_id'] === 'clean' && line['phase'] === 'recording'), 'a health line of the recording');
  t.match((await rig.stop()).body, { success: true });
  t.strictSame(types(await events(rig, 'watchdog')), ['daemon_started', 'recording_started', 'recording_stopped']);
  t.strictSame(await events(rig, 'alerts'), []);
  await until(async () => (await health(rig)).at(-1)?.['phase'] === 'idle', 'a health line of the rest after it');
  const lines = await health(rig);
  t.ok(lines.every((line) => line['healthy'] === true));
  t.match(lines.find((line) => line['match_id'] === 'clean'), { recording: true, cameras: { camera_0: { state: 'running', frames_missed: Number }, camera_1: {} }, disk_free_gb: Number, hours_left: Number, issues: [] });
  await rig.endDaemon();
  t.match(await readFile(join(rig.stateDir, 'logs', 'watchdog.ndjson'), 'utf8'), /daemon_stopped.*\n$/);
});

t.test('complaints of the camera stack come before a stop that times out, and the report brings them together', async (t) => {
  const library = join(t.testdir(), 'disk-faults.so');
  await execa('cc', ['-shared', '-fPIC', '-O1', '-o', library, 'test/support/disk-faults.c', '-ldl']);
  // The hosts alone use this call; the daemon's own files are synchronised with another one.
  const slowDisk = { LD_PRELOAD: library, DISK_FAULT: 'fdatasync@2+=d1300' };
  const rig = await rigWith(t, { ...slowDisk, TOUCHLINE_RECORDING_STOP_EOS_TIMEOUT_SECONDS: '1', TOUCHLINE_RECORDING_SLO_MIN_EFFECTIVE_FPS: '200' });
  await rig.record('hangs');
  await appendFile(join(rig.stateDir, 'logs', 'camera0.log'), 'nvbufsurface: failed to open NvVIC rtsp://coach:hunter2@10.0.0.7/\n');
  t.match(await waitFor(rig, 'watchdog', 'nvvic_error'), { severity: 'warning', details: { camera: 0, line: /failed to open NvVIC/ } });
  t.match(await waitFor(rig, 'alerts', 'camera_stack_error'), { severity: 'warning', details: { camera: 0 } });
  t.notMatch((await logLines(rig, 'watchdog')).join(), /hunter2/);
  const stop = (await rig.stop()).body;
  t.match(stop, { transport_success: true, graceful_stop: false, camera_stop_results: { camera_1: { timed_out: true } } });
  const alerts = await events(rig, 'alerts');
  t.match(types(alerts), ['camera_stack_error', 'recording_stop_non_graceful', 'recording_fps_below_slo']);
  t.match(alerts[1], { severity: 'warning', message: 'Recording stop completed without full EOS finalization', details: { match_id: 'hangs' } });
  t.strictSame(alerts[1]?.details['camera_stop_results'], stop['camera_stop_results'], 'what the stop answered');
  t.strictSame(alerts[1]?.details['message'], stop['message']);
  t.match(alerts[2], { severity: 'warning', message: 'Recording effective FPS below SLO threshold', details: { min_effective_fps: 200, camera_fps: { camera_0: 30 } } });

  const { json } = await call(rig.url, '/api/v1/diagnostics/recording-correlations');
  onTheWire(CorrelationsBody, json);
  const log = join(rig.stateDir, 'logs', 'watchdog.ndjson');
  const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/;
  t.match(json, {
    lookback_minutes: 60,
    max_lines_scanned: 5000,
    correlation_window_seconds: 180,
    time_range: { from: stamp, to: stamp },
    sources: { api_log: log, error_log: log },
    counts: { nvvic_errors: 1, recording_stop_timeouts: 2, probe_failures: 0, correlated_nvvic_events: 1 },
    recent: {
      nvvic_errors: [{ timestamp: stamp, line: /failed to open NvVIC/ }],
      recording_stop_timeouts: [0, 1].map((camera) => ({ timestamp: stamp, line: `cam${camera}: EOS wait timed out (match hangs)` })),
      probe_failures: [],
      correlations: [{ timestamp: stamp, line: /NvVIC/, timeouts_within_window: 2, probe_failures_within_window: 0 }],
    },
  });
});

t.test('a camera host that dies shows as degraded and recovered, with what to do', async (t) => {
  const { rig, breakWith } = await breakableRig(t, { TOUCHLINE_RECORDING_RECOVERY_MAX_ATTEMPTS: '1', TOUCHLINE_RECORDING_RECOVERY_BACKOFF_SECONDS: '0.1' });
  await rig.record('comes-and-goes');
  await breakWith('no-frames@1');
  await rig.signalHost(1, 'SIGKILL');
  t.match(await waitFor(rig, 'alerts', 'recording_camera_degraded'), { severity: 'warning', message: /Camera 1 does not deliver/, details: { match_id: 'comes-and-goes', camera: 1, reason: String } });
  const exhausted = () => events(rig, 'alerts').then((all) => all.find(({ severity, details }) => severity === 'error' && details['exhausted'] === true));
  await until(async () => (await exhausted()) !== undefined, 'attempts are used up', 40_000, () => rig.output);
  t.match(await exhausted(), { event_type: 'recording_camera_degraded', message: /does not come back.*Check/ });
  await until(async () => (await health(rig)).at(-1)?.['healthy'] === false, 'the health log shows it');
  t.match((await health(rig)).at(-1)?.['issues'], [/cam1/]);
  await breakWith('');
  t.match(await waitFor(rig, 'alerts', 'recording_camera_recovered', 40_000), { severity: 'warning', message: /Camera 1 records again/ });
  t.ok(types(await events(rig, 'watchdog')).includes('recording_camera_restart'));
  t.match((await rig.stop()).body, { success: true });
  const all = types(await events(rig, 'alerts'));
  t.notOk(all.some((type) => type.startsWith('recording_stop')), 'the stop itself was clean');
  const metrics = await (await fetch(`${rig.url}/metrics`)).text();
  t.match(metrics, /recording_camera_degraded/, 'alerts are counted for Prometheus');
});

t.test('a camera that cannot be reached and a file that does not play are told as two things', async (t) => {
  const { rig, breakWith } = await breakableRig(t, { TOUCHLINE_RECORDING_STOP_EOS_TIMEOUT_SECONDS: '1' });
  await rig.record('lost');
  await until(async () => (await rig.segments('lost', 1)).length > 0, 'camera 1 has a file');
  await breakWith('hang-on-start@1');
  await rig.signalHost(1, 'SIGKILL');
  await waitFor(rig, 'alerts', 'recording_camera_degraded');
  const newest = (await rig.segments('lost', 1)).at(-1) ?? '';
  await writeFile(join(rig.segmentsDir('lost'), newest), 'this is no video');
  const { body } = await rig.stop();
  t.match(body, { success: false, transport_success: false, graceful_stop: false, integrity: { all_ok: false } });
  const alerts = (await events(rig, 'alerts')).filter(({ event_type: type }) => type !== 'recording_camera_degraded');
  t.strictSame(alerts.map(({ event_type, severity, message }) => [event_type, severity, message]), [
    ['recording_stop_transport_failure', 'error', 'Recording stop transport failed'],
    ['recording_stop_non_graceful', 'warning', 'Recording stop completed without full EOS finalization'],
    ['recording_integrity_failed', 'error', 'Recording integrity gate failed after stop'],
  ]);
  t.match(await waitFor(rig, 'watchdog', 'segment_probe_failed'), { details: { camera: 1, line: /^cam1: Segment probe failed \(/ } });
});

t.test('a daemon that comes back tells what it found: a running recording, or one that a power cut ended', async (t) => {
  const rig = await rigWith(t);
  await rig.record('goes-on');
  await rig.crashDaemon();
  await appendFile(join(rig.stateDir, 'logs', 'camera1.log'), '{"time":"2026-11-20T18:00:00.000Z"}\nfailed to allocate buffer, said while nobody listened\n');
  await rig.startDaemon();
  t.match(await waitFor(rig, 'watchdog', 'recording_adopted'), { details: { match_id: 'goes-on' } });
  t.match(await waitFor(rig, 'watchdog', 'nvvic_error'), { details: { camera: 1, line: /nobody listened/, at: '2026-11-20T18:00:00.000000Z' } });
  await cutPower(rig, { matchId: 'goes-on', secondsAgo: 1900 });
  await rig.startDaemon();
  t.match(await waitFor(rig, 'alerts', 'recording_interrupted'), { severity: 'error', message: /goes-on/, details: { match_id: 'goes-on' } });
  t.equal(types(await events(rig, 'watchdog')).filter((type) => type === 'nvvic_error').length, 1, 'no complaint is told twice');
});

t.test('little space is told once per recording', { skip: process.getuid?.() === 0 ? false : 'needs root: mounts a small tmpfs' }, async (t) => {
  const disk = await mkdtemp(join(tmpdir(), 'touchline-small-'));
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
  t.teardown(async () => {
    await execa('umount', ['-l', disk], { reject: false });
    await rm(disk, { recursive: true, force: true });
  });
  const rig = await rigWith(t, { TOUCHLINE_RECORDINGS_DIR: join(disk, 'recordings') });
  await rig.record('tight');
  t.match(await waitFor(rig, 'alerts', 'recording_low_space'), { details: { match_id: 'tight', hours_left: Number, disk_free_gb: Number }, message: /Delete matches/ });
  await until(async () => Number((await rig.get('/api/v1/recording')).body['duration']) > 6, 'the rig has looked at the disk again');
  await rig.stop();
  const told = (await events(rig, 'alerts')).filter(({ event_type: type }) => type === 'recording_low_space');
  t.strictSame(told.map(({ severity, details }) => [severity, details['level']]), [['error', 'critical']]);
  await rig.record('tight-again');
  await until(async () => (await events(rig, 'alerts')).some(({ details }) => details['match_id'] === 'tight-again'), 'the next recording has its own alert');
});

t.test('a log that cannot be written costs no recording, and is refused in words', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-rig-'));
  await mkdir(join(folder, 'state', 'logs', 'alerts.ndjson'), { recursive: true });
  const rig = await Rig.start({ folder, env: { TOUCHLINE_RECORDING_SLO_MIN_EFFECTIVE_FPS: '200' } });
  t.teardown(() => rig.dispose());
  await rig.record('anyway');
  t.match((await rig.stop()).body, { success: true, integrity: { all_ok: true } });
  t.match(await rig.get('/api/v1/logs/alerts'), { status: 503, body: { detail: /alerts\.ndjson.*not a regular file/, code: 'not_a_file' } });
  t.match(await rig.get('/api/v1/logs/watchdog'), { status: 200, body: { total_lines: Number } });
  t.match(rig.output, /alerts\.ndjson.*a log on the disk cannot be written/);
});

t.test('logs and the board answer as the contract says, at once', async (t) => {
  const rig = await rigWith(t);
  await until(async () => (await logLines(rig, 'health')).length > 0, 'the first health line');
  t.strictSame(await rig.get('/api/v1/logs/../secrets').then(({ status }) => status), 404);
  t.match(await rig.get('/api/v1/logs/nope'), { status: 400, body: { detail: 'Unknown log type. Available: health, alerts, watchdog', code: 'unknown_log_type' } });
  t.match(await rig.get('/api/v1/logs/..%2f..%2fetc%2fpasswd'), { status: 400 });
  for (const [lines, count] of [['0', 1], ['-5', 1], ['1', 1], ['999999999', Number]] as const) {
    t.match(await rig.get(`/api/v1/logs/health?lines=${lines}`), { status: 200, body: { log_type: 'health', total_lines: count } }, `lines=${lines}`);
  }
  for (const query of ['logs/health?lines=x', 'logs/health?lines=1.5', 'logs/health?lines=1e400', 'diagnostics/recording-correlations?max_lines=many']) {
    t.match(await rig.get(`/api/v1/${query}`), { status: 422 }, query);
  }
  t.match(await rig.get('/api/v1/diagnostics/recording-correlations?lookback_minutes=0&max_lines=1&correlation_window_seconds=99999'), {
    status: 200,
    body: { lookback_minutes: 1, max_lines_scanned: 200, correlation_window_seconds: 3600 },
  });
  await until(async () => Number((await rig.get('/api/v1/health')).body['system']?.['cpu_percent']) > 0, 'the first load figure');
  const { json, status } = await call(rig.url, '/api/v1/system-metrics');
  t.equal(status, 200);
  onTheWire(SystemMetricsBody, json);
  t.notMatch(JSON.stringify(json), /null/);
  const { storage, cpu_usage: usage } = compileSchema(SystemMetricsBody).assert(json, 'test');
  t.ok(usage.overall > 0 && Math.abs(storage.total_gb - storage.used_gb - storage.free_gb) < 0.02);
  const beginMs = systemClock.monoMs();
  for (let n = 0; n < 50; n += 1) await rig.get('/api/v1/system-metrics');
  const eachMs = (systemClock.monoMs() - beginMs) / 50;
  t.comment(`system-metrics: ${eachMs.toFixed(2)} ms each`);
  t.ok(eachMs < 50);
});
