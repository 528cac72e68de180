import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { toConfig } from '../../src/config/config.js';
import { configFileOf, loadConfig, type LoadedConfig } from '../../src/config/load.js';
import { cropViolations } from '../../src/config/rules.js';
import { ConfigSchema } from '../../src/config/schema.js';
import { TouchlineError } from '../../src/errors.js';
import { compileSchema } from '../../src/lib/schema.js';

interface Rig {
  readonly folder: string;
  readonly path: string;
  /** Writes the file and loads it with these variables. */
  readonly load: (file: unknown, env?: Record<string, string>) => Promise<LoadedConfig>;
  /** The violations of such a load, one text each. */
  readonly complaints: (file: unknown, env?: Record<string, string>) => Promise<string[]>;
}

const rig = async (t: Test): Promise<Rig> => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-config-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'touchline.json');
  const load: Rig['load'] = async (file, env = {}) => {
    await writeFile(path, typeof file === 'string' ? file : JSON.stringify(file));
    return await loadConfig({ file: { path, mustExist: true }, env, cwd: '/cwd' });
  };
  const complaints: Rig['complaints'] = async (file, env) => {
    try {
      await load(file, env);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof TouchlineError)) throw thrown;
      t.match(thrown, { kind: 'invalid', code: 'config_invalid' });
      const lines = thrown.message.split('\n').slice(1, -1);
      t.equal(lines.length, thrown.violations.length, 'the message has a line for each violation');
      return lines.map((line) => line.trim().replace(path, 'FILE'));
    }
  };
  return { folder, path, load, complaints };
};

t.test('matches lie with the state where only the state has a place of its own', async (t) => {
  const { load, folder } = await rig(t);
  const recordingsOf = async (file: unknown, env: Record<string, string> = {}) => (await load(file, env)).config.recordingsDir;
  t.equal(await recordingsOf({ state_dir: 'mine' }), join(folder, 'mine/recordings'));
  t.equal(await recordingsOf({ state_dir: 'mine', recordings_dir: 'films' }), join(folder, 'films'));
  t.match(await recordingsOf({}), /var\/recordings$/);
  t.equal(await recordingsOf({}, { TOUCHLINE_STATE_DIR: '/var/lib/touchline' }), '/var/lib/touchline/recordings');
});

t.test('without a file and variables every value is the default', async (t) => {
  const { config, origins, fileFound } = await loadConfig({ file: { path: '/nowhere/touchline.json', mustExist: false }, env: {}, cwd: '/cwd' });
  t.match(config, {
    profile: 'sim',
    sources: null,
    host: '127.0.0.1',
    port: 8000,
    recordingsDir: '/cwd/var/recordings',
    stateDir: '/cwd/var/state',
    runtimeDir: '/cwd/var/run',
    recordingQuality: 'high',
    recordingRequireAllCameras: true,
    recordingProtectionMs: 10_000,
    recordingSegmentMs: 600_000,
    recordingStopEosTimeoutMs: 5000,
    recordingIntegrityProbeTimeoutMs: 8000,
    recordingRecoveryMaxAttempts: 2,
    recordingRecoveryBackoffMs: 1000,
    recordingMinFreeBytes: 2 * 1024 ** 3,
    overloadCpuPercentThreshold: 92,
    cameras: [{ crop: { left: 0 } }, { crop: { left: 0 } }],
  });
  t.equal(fileFound, false);
  t.ok([...origins.values()].every((origin) => origin.kind === 'default'));
});

t.test('a file that was asked for by name must exist', async (t) => {
  const named = configFileOf({ option: 'mine.json', env: { TOUCHLINE_CONFIG: '/other.json' }, cwd: '/cwd', defaultPath: 'var/touchline.json' });
  t.same(named, { path: '/cwd/mine.json', mustExist: true });
  t.same(configFileOf({ option: undefined, env: { TOUCHLINE_CONFIG: 'env.json' }, cwd: '/cwd', defaultPath: 'x' }), { path: '/cwd/env.json', mustExist: true });
  t.same(configFileOf({ option: undefined, env: {}, cwd: '/cwd', defaultPath: 'var/x.json' }), { path: '/cwd/var/x.json', mustExist: false });
  await t.rejects(loadConfig({ file: named, env: {}, cwd: '/cwd' }), { kind: 'not_found', code: 'config_missing', message: /mine\.json does not exist/ });
});

t.test('the environment overrides the file, value by value, and each origin is known', async (t) => {
  const { load, path } = await rig(t);
  const { config, origins } = await load(
    { port: 9000, host: '0.0.0.0', cameras: { '0': { crop: { left: 10, right: 20 } } } },
    { TOUCHLINE_PORT: '9001', TOUCHLINE_CAMERAS__0__CROP__LEFT: '30', TOUCHLINE_RECORDING_REQUIRE_ALL_CAMERAS: 'no', TOUCHLINE_LOG_LEVEL: '  ' },
  );
  t.match(config, { port: 9001, host: '0.0.0.0', recordingRequireAllCameras: false, logLevel: 'info' });
  t.same(config.cameras[0].crop, { left: 30, right: 20, top: 0, bottom: 0 });
  t.same(origins.get('port'), { kind: 'env', name: 'TOUCHLINE_PORT' });
  t.same(origins.get('host'), { kind: 'file', path });
  t.same(origins.get('cameras.0.crop.left'), { kind: 'env', name: 'TOUCHLINE_CAMERAS__0__CROP__LEFT' });
  t.same(origins.get('cameras.0.crop.right'), { kind: 'file', path });
  t.same(origins.get('cameras.0.crop.top'), { kind: 'default' });
  t.same(origins.get('log_level'), { kind: 'default' }, 'an empty variable counts as not set');
});

t.test('comments are allowed at every level and change nothing', async (t) => {
  const { load } = await rig(t);
  const plain = await load({ port: 9000, cameras: { '0': { crop: { left: 8 } } } });
  const commented = await load({
    $schema: './touchline.schema.json',
    _comment: 'x',
    port: 9000,
    cameras: { _note: 1, '0': { _why: [], crop: { _unit: 'px', left: 8 } } },
    presets: { _old: 'gone' },
  });
  t.same(commented.wire, plain.wire);
});

t.test('every mistake of file and environment is reported at once, with place, key, value and rule', async (t) => {
  const { complaints } = await rig(t);
  const found = await complaints(
    { recording_qualty: 'best', port: 'http', cameras: { '2': {}, '0': { crop: { left: -3 } } }, recording_overload_cpu_percent_threshold: 101 },
    { TOUCHLINE_PROT: '5', TOUCHLINE_HOST: 'a b', TOUCHLINE_CAMERAS__0__CROP__LEFT: 'wide', TOUCHLINE_CAMERAS__0__CROP__LEFTT: '1' },
  );
  t.same(found.sort(), [
    'FILE: cameras.0.crop.left: must be a whole number between 0 and 8192 (got -3)',
    'FILE: cameras.2: is not a known key; did you mean "0"? (got {})',
    'FILE: port: must be a whole number between 0 and 65535 (got "http")',
    'FILE: recording_overload_cpu_percent_threshold: must be a number between 1 and 100 (got 101)',
    'FILE: recording_qualty: is not a known key; did you mean "recording_quality"? (got "best")',
    'TOUCHLINE_CAMERAS__0__CROP__LEFT: cameras.0.crop.left: must be a whole number between 0 and 8192 (got "wide")',
    'TOUCHLINE_CAMERAS__0__CROP__LEFTT: sets no known key; did you mean TOUCHLINE_CAMERAS__0__CROP__LEFT? (got "1")',
    'TOUCHLINE_HOST: host: must be an IP address or a host name (got "a b")',
    'TOUCHLINE_PROT: sets no known key; did you mean TOUCHLINE_PORT? (got "5")',
  ]);
});

t.test('a file that is no configuration is refused in words, whatever it holds', async (t) => {
  const { complaints, load, folder } = await rig(t);
  t.match(await complaints('{"port": 80,}'), [/FILE: is not valid JSON: .*line 1/]);
  t.match(await complaints(''), [/FILE: is empty/]);
  t.match(await complaints('[]'), [/FILE: must be an object/]);
  t.match(await complaints('{"__proto__": {"port": 5}, "port": 9000, "constructor": 1}'), [/constructor: is not a known key/]);
  t.match(await complaints(`{"cameras": ${'['.repeat(5000)}${']'.repeat(5000)}}`), [/nested deeper than 20 levels/]);
  await t.rejects(load(`"${'x'.repeat(1024 * 1024)}"`), { kind: 'invalid', code: 'config_too_large' });
  await t.rejects(loadConfig({ file: { path: folder, mustExist: true }, env: {}, cwd: '/' }), { kind: 'invalid', code: 'config_not_a_file' });
});

t.test('the smallest and largest allowed values pass and their neighbours do not', async (t) => {
  const { load, complaints } = await rig(t);
  const ranges: [string, number, number, number, number][] = [
    ['port', 0, 65535, -1, 65536],
    ['recording_recovery_max_attempts', 0, 1000, -1, 1001],
    ['recording_recovery_backoff_seconds', 0, 3600, -0.1, 3601],
    ['recording_stop_eos_timeout_seconds', 1, 600, 0.9, 601],
    ['recording_integrity_probe_timeout_seconds', 1, 600, 0.9, 601],
    ['recording_overload_cpu_percent_threshold', 1, 100, 0.9, 100.1],
    ['recording_overload_poll_interval_seconds', 1, 3600, 0.9, 3601],
    ['recording_overload_unhealthy_streak_threshold', 1, 1000, 0, 1.5],
    ['recording_slo_min_effective_fps', 1, 240, 0.9, 241],
  ];
  for (const [key, low, high, below, above] of ranges) {
    await t.resolves(load({ [key]: low }), `${key} ${low}`);
    await t.resolves(load({ [key]: high }), `${key} ${high}`);
    t.equal((await complaints({ [key]: below })).length, 1, `${key} ${below}`);
    t.equal((await complaints({ [key]: above })).length, 1, `${key} ${above}`);
  }
});

t.test('relative paths belong to the file that names them, or to the working directory', async (t) => {
  const { load, folder } = await rig(t);
  const { config } = await load(
    { recordings_dir: 'rec', state_dir: '/abs/state', sources: ['left.mp4', 'rtsp://cam/1'], profile: 'mine' },
    { TOUCHLINE_RUNTIME_DIR: 'run' },
  );
  t.match(config, { recordingsDir: join(folder, 'rec'), stateDir: '/abs/state', runtimeDir: '/cwd/run' });
  t.same(config.sources, [join(folder, 'left.mp4'), 'rtsp://cam/1']);
});

t.test('sources are a list in the file and separated by commas in a variable', async (t) => {
  const { load, complaints } = await rig(t);
  const { config } = await load({}, { TOUCHLINE_SOURCES: '/dev/video0, rtsp://cam/1' });
  t.same(config.sources, ['/dev/video0', 'rtsp://cam/1']);
  t.match(await complaints({}, { TOUCHLINE_SOURCES: '/a,/b,/c' }), [/^TOUCHLINE_SOURCES: sources: must be a list of 1 to 2/]);
  t.match(await complaints({}, { TOUCHLINE_SOURCES: '/a,' }), [/^TOUCHLINE_SOURCES: sources\.1: must be a video file, a device/]);
});

t.test('rules between keys name the place to change', async (t) => {
  const { load, complaints } = await rig(t);
  const size = { video_width: 1920, video_height: 1080 };
  t.match(await complaints({ ...size, cameras: { '1': { crop: { left: 960, right: 945 } } } }), [
    'FILE: cameras.1.crop.left: must leave at least 16 of the picture\'s 1920 pixels: left 960 and right 945 leave 15 (got 960)',
  ]);
  await t.resolves(load({ ...size, cameras: { '1': { crop: { left: 960, right: 944 } } } }));
  t.match(await complaints(size, { TOUCHLINE_CAMERAS__0__CROP__BOTTOM: '1080' }), [/^TOUCHLINE_CAMERAS__0__CROP__BOTTOM: cameras\.0\.crop\.bottom: must leave/]);
  t.match(await complaints({ video_width: 1920 }), [/video_height: must be given too when video_width is/]);
  t.match(await complaints({ recordings_dir: '/same', state_dir: '/same' }), [/state_dir: must be another folder than recordings_dir/]);
  t.match(await complaints({ runtime_dir: `/${'x'.repeat(100)}` }), [/runtime_dir: must be shorter: .* 114 bytes/]);
  t.match(await complaints({ sources: ['/dev/video0', '/dev/video0'] }), [/sources.1: must be another device/]);
  await t.resolves(load({ sources: ['/clip.mp4', '/clip.mp4'] }), 'one clip for both cameras is fine');
});

t.test('a crop can be checked against the size that the profile gives', async (t) => {
  const { load } = await rig(t);
  const { wire } = await load({ cameras: { '0': { crop: { top: 2150 } } } });
  t.same(cropViolations(wire, { width: null, height: null }), []);
  t.match(cropViolations(wire, { width: 3840, height: 2160 }), [{ path: ['cameras', '0', 'crop', 'top'], rule: 'crop' }]);
});

t.test('credentials in sources are never shown', async (t) => {
  const { load } = await rig(t);
  const hidden = 'hunter2';
  const error: unknown = await load({ sources: [`rtsp://a:${hidden}@cam/`, 'x', 'y'], soruces: [`rtsp://a:${hidden}@cam/`] }).catch(
    (thrown: unknown) => thrown,
  );
  t.match(error, { code: 'config_invalid' });
  t.notMatch(JSON.stringify(error) + String(error), hidden);
});

t.test('objects can come whole from a variable, and a deeper variable refines them', async (t) => {
  const { load, complaints } = await rig(t);
  const { config } = await load({}, {
    TOUCHLINE_CAMERAS__0__CROP__LEFT: '4',
    TOUCHLINE_CAMERAS: '{"0":{"crop":{"left":2,"right":2}},"1":{"rotation":180}}',
    TOUCHLINE_RECORDING_BITRATE_KBPS: 'null',
  });
  t.same(config.cameras[0].crop, { left: 4, right: 2, top: 0, bottom: 0 });
  t.equal(config.cameras[1].rotationDegrees, 180);
  t.equal(config.recordingBitrateKbps, null);
  t.match(await complaints({}, { TOUCHLINE_CAMERAS: '{"0":' }), [/TOUCHLINE_CAMERAS: cameras: must be an object/]);
});

t.test('variables that are no keys are left alone when they are known', async (t) => {
  const { load, complaints } = await rig(t);
  await t.resolves(load({}, { TOUCHLINE_CONFIG: '/x', TOUCHLINE_TEST_FAULT: 'hang', TOUCHLINES: '1', PATH: '/bin' }));
  t.equal((await complaints({}, { TOUCHLINE_: '1', TOUCHLINE_CAMERAS__9__ROTATION: '1' })).length, 2);
});

t.test('every key of the file reaches the daemon', async (t) => {
  const validator = compileSchema(ConfigSchema, { defaults: true });
  const defaults = validator.assert({}, 'broken');
  const other: Record<keyof typeof ConfigSchema.properties, unknown> = {
    profile: 'file', sources: ['/a.mp4'], host: '0.0.0.0', port: 1, allowed_origins: ['http://a.example'], recordings_dir: '/r', state_dir: '/s', runtime_dir: '/t', camera_supervisor: 'systemd',
    hls_dir: '/hls', preview_transport_mode: 'hls', webrtc_udp_port: 1, webrtc_ice_servers: [{ urls: ['stun:a:1'] }], match_teams: ['A'], monitor_mode: 'off', monitor_fps: 5, monitor_width: 320, log_level: 'debug', recording_quality: 'fast', recording_bitrate_kbps: 1000, recording_require_all_cameras: false,
    recording_segment_seconds: 1, recording_protection_seconds: 1, recording_start_timeout_seconds: 1, recording_stall_seconds: 1,
    recording_stop_eos_timeout_seconds: 1, recording_integrity_probe_timeout_seconds: 1, recording_recovery_max_attempts: 1,
    recording_recovery_backoff_seconds: 3, recording_min_free_gb: 1, recording_slo_min_effective_fps: 1, recording_space_low_minutes: 90, recording_space_critical_minutes: 10, recording_reserve_mb: 1, camera_stack_repair_enabled: false, camera_stack_repair_after_failures: 9, camera_stack_repair_interval_seconds: 60, recording_resume_enabled: false, recording_resume_max_age_seconds: 60,
    recording_overload_guard_enabled: false, recording_overload_cpu_percent_threshold: 1, recording_overload_poll_interval_seconds: 1,
    recording_overload_unhealthy_streak_threshold: 1, video_width: 16, video_height: 16, video_framerate: 1,
    cameras: { '1': { rotation: 90 } }, presets: { wide: {} },
  };
  for (const [key, value] of Object.entries(other)) {
    t.strictNotSame(toConfig(validator.assert({ [key]: value }, 'broken')), toConfig(defaults), key);
  }
});

t.test('a folder in the place of the default file is reported, not taken for absent', async (t) => {
  const { folder } = await rig(t);
  await mkdir(join(folder, 'var', 'touchline.json'), { recursive: true });
  await t.rejects(loadConfig({ file: { path: join(folder, 'var', 'touchline.json'), mustExist: false }, env: {}, cwd: '/' }), {
    code: 'config_not_a_file',
  });
});
