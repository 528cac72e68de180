/** The calls of FootballVision's shipped scripts, in their order and with their conditions (contract 13). */
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Answer, Rig, until } from '../support/rig.js';

const API = '/api/v1';

/** The scripts record for twelve seconds, so that the ten of the protection are over. */
const SHORT = { TOUCHLINE_RECORDING_PROTECTION_SECONDS: '2' };

async function startRig(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const rig = await Rig.start({ env: { ...SHORT, ...env } });
  t.teardown(() => rig.dispose());
  return rig;
}

const get = async (rig: Rig, path: string): Promise<Answer['body']> => {
  const { status, body } = await rig.get(`${API}${path}`);
  if (status !== 200) throw new Error(`curl -f ${path}: ${status}`);
  return body;
};
const is = (body: Answer['body'], key: string, value: unknown): boolean => body[key]?.valueOf() === value;
const unprotected = (rig: Rig): Promise<void> => until(async () => is(await get(rig, '/recording'), 'protected', false), 'the twelve seconds are over');
const idleWithinTwoSeconds = (rig: Rig): Promise<void> => until(async () => is(await get(rig, '/pipeline-state'), 'mode', 'idle'), 'mode is idle', 2000);
const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
const noFiles = (): readonly string[] => [];

t.test('deploy-safe.sh: health, nothing records, a forced smoke recording, a clean stop', async (t) => {
  const rig = await startRig(t);
  await rig.endDaemon();
  await rig.startDaemon();
  await get(rig, '/health');
  t.ok(is(await get(rig, '/recording'), 'recording', false));
  t.match(await rig.post(`${API}/recording`, { match_id: 'deploy_smoke_20260211_220241', force: true }), { status: 200, body: { success: true, message: String } });
  await unprotected(rig);
  const { body } = await rig.delete(`${API}/recording?force=true`);
  t.ok(body['transport_success']?.valueOf());
  t.equal(body['integrity']?.['all_ok']?.valueOf(), true);
  t.ok(is(await get(rig, '/recording'), 'recording', false));
});

t.test('quick-test.sh and performance-test.sh: preview over HLS, then a recording, idle after each', async (t) => {
  const hls = t.testdir();
  const rig = await startRig(t, { TOUCHLINE_HLS_DIR: join(hls, 'hls') });
  t.match(Object.keys(await get(rig, '/status')), ['recording', 'preview']);
  await idleWithinTwoSeconds(rig);
  t.match(await rig.post(`${API}/preview`, { transport: 'hls' }), { status: 200, body: { success: true } });
  for (const camera of [0, 1]) await until(() => exists(join(hls, 'hls', `cam${camera}.m3u8`)), `playlist of camera ${camera}`, 20_000);
  t.ok(is(await get(rig, '/preview'), 'preview_active', true));
  const fragments = async (camera: number): Promise<number> => (await readdir(join(hls, 'hls')).catch(noFiles)).filter((name) => name.startsWith(`cam${camera}_`) && name.endsWith('.ts')).length;
  for (const camera of [0, 1]) await until(async () => (await fragments(camera)) >= 4, `four fragments of camera ${camera} after ten seconds`, 10_000);
  t.match(await rig.delete(`${API}/preview`), { status: 200 });
  await idleWithinTwoSeconds(rig);

  t.match(await rig.post(`${API}/recording`, { match_id: 'quicktest_1770837041' }), { status: 200, body: { success: true } });
  t.ok([400, 503].includes((await rig.post(`${API}/preview`, {})).status));
  await get(rig, '/recording-health');
  await unprotected(rig);
  const { body } = await rig.delete(`${API}/recording?force=false`);
  t.match(body, { success: true, graceful_stop: true });
  await idleWithinTwoSeconds(rig);
  for (const camera of [0, 1]) t.ok((await rig.segments('quicktest_1770837041', camera)).length > 0);
});

t.test('run_recording_regression_matrix.py: each quality from the file, after a restart of the service', async (t) => {
  const folder = t.testdir();
  const config = join(folder, 'camera_config.json');
  await writeFile(config, JSON.stringify({ recording_quality: 'high', recording_require_all_cameras: true }));
  const rig = await startRig(t, { TOUCHLINE_CONFIG: config, TOUCHLINE_RECORDING_QUALITY: '', TOUCHLINE_VIDEO_WIDTH: '640', TOUCHLINE_VIDEO_HEIGHT: '360' });
  const bitrates: number[] = [];
  for (const preset of ['fast', 'balanced', 'high']) {
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace(/"recording_quality": ?"\w+"/, `"recording_quality": "${preset}"`));
    await rig.endDaemon();
    await rig.startDaemon();
    t.ok(is(await get(rig, '/health'), 'status', 'healthy'));
    const match = `regression-${preset}-1770837041`;
    t.match(await rig.post(`${API}/recording`, { match_id: match, force: true }), { body: { success: true } });
    t.type((await get(rig, '/system-metrics'))['cpu_usage']?.['overall'], 'number');
    await unprotected(rig);
    const { body } = await rig.delete(`${API}/recording`);
    t.match(body, { success: true, message: 'Recording stopped successfully' }, preset);
    t.equal(body['integrity']?.['all_ok']?.valueOf(), true);
    for (const stop of Object.values(body['camera_stop_results'] ?? {})) {
      // x264 notes its settings in the file; the script compares the presets by what they produce.
      const file = await readFile(String(Object(stop)['segment_path']), 'latin1');
      bitrates.push(Number(/ bitrate=(\d+)/.exec(file)?.[1]));
    }
  }
  const [fast = 0, , balanced = 0, , high = 0] = bitrates;
  t.ok(0 < fast && fast < balanced && balanced < high, `each recording has the quality of the file: ${bitrates.join(', ')}`);
});

t.test('validate.sh and the deployment workflow: only an idle rig is updated', async (t) => {
  const rig = await startRig(t);
  const mayDeploy = async (): Promise<boolean> => is(await get(rig, '/recording'), 'recording', false) && is(await get(rig, '/pipeline-state'), 'mode', 'idle');
  await get(rig, '/status');
  t.equal(await mayDeploy(), true);
  await rig.post(`${API}/preview`, { camera_id: 1 });
  t.equal(await mayDeploy(), false, 'somebody is aiming a camera');
  await rig.record('match_20260211_001');
  t.equal(await mayDeploy(), false);
  await rig.stop();
  t.equal(await mayDeploy(), true);
});

t.test('the scripts from before v3 conclude that nothing is recorded, and leave a recording alone', async (t) => {
  const rig = await startRig(t);
  await rig.record('match_20260211_001');
  // They look for status == "recording" at the top, and would restart what they then do not find.
  const body = await get(rig, '/status');
  for (const key of ['status', 'match_id', 'duration_seconds']) t.notOk(key in body, key);
  t.match(await rig.delete(`${API}/recording`), { status: 200, body: { protected: true } }, 'the stop of the monitor is one that can be refused');
  t.ok(is(await get(rig, '/recording'), 'recording', true));
});
