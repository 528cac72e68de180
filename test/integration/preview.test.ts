/** Live pictures: who sees what, and whose the cameras are, whichever way it ends. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { call } from '../support/http.js';
import { Rig, until } from '../support/rig.js';

const STAND_INS = join(import.meta.dirname, '..', '..', 'native-test');

async function rigOf(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Rig & { readonly hls: string }> {
  const hls = await mkdtemp(join(tmpdir(), 'touchline-hls-'));
  const rig = await Rig.start({ env: { TOUCHLINE_HLS_DIR: hls, ...env } });
  t.teardown(async () => {
    await rig.dispose();
    await rm(hls, { recursive: true, force: true });
  });
  return Object.assign(rig, { hls });
}

const mode = async (rig: Rig): Promise<unknown> => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf();
const stateOf = async (rig: Rig, camera: number): Promise<unknown> => (await rig.get('/api/v1/preview')).body['cameras']?.[`camera_${camera}`]?.['state']?.valueOf();

t.test('a live picture can be watched over HLS at the address that the status names, and leaves nothing behind', async (t) => {
  const rig = await rigOf(t);
  const { body } = await rig.post('/api/v1/preview', {});
  t.match(body, { success: true, message: 'Preview started for cameras: [0, 1]', transport: 'hls', cameras_started: [0, 1], cameras_failed: [] });
  t.match((await rig.get('/api/v1/preview')).body, { preview_active: true, cameras: { camera_0: { active: true, state: 'running', hls_url: '/hls/cam0.m3u8' } } });
  for (const camera of [0, 1]) {
    const address = `/hls/cam${camera}.m3u8`;
    await until(async () => (await call(rig.url, address)).status === 200, 'the playlist is there', 10_000);
    t.match((await call(rig.url, address)).headers, { 'content-type': 'application/vnd.apple.mpegurl', 'cache-control': 'no-cache' });
    const probe = await execa('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', `${rig.url}${address}`], { stdin: 'ignore' });
    t.match(String(probe.stdout), /^h264,640,360/);
  }
  await rig.delete('/api/v1/preview');
  t.strictSame(await readdir(rig.hls).catch(() => []), [], 'no old picture can be shown');
  t.equal((await call(rig.url, '/hls/cam0.m3u8')).status, 404);
  t.equal(await mode(rig), 'idle');
});

t.test('cameras are started and stopped one by one in any order, and are free when the last one has stopped', async (t) => {
  const rig = await rigOf(t);
  for (const [start, stop] of [[[0, 1], [0, 1]], [[1, 0], [0, 1]], [[null], [0, 1]], [[0, null], [null]], [[0, 0], [0]]] as const) {
    for (const camera of start) t.match((await rig.post('/api/v1/preview', { camera_id: camera })).body, { success: true });
    t.equal(await mode(rig), 'preview');
    for (const camera of stop) t.match((await rig.delete(`/api/v1/preview${camera === null ? '' : `?camera_id=${camera}`}`)).body, { success: true });
    t.equal(await mode(rig), 'idle', `${JSON.stringify(start)} then ${JSON.stringify(stop)}`);
  }
  t.match((await rig.delete('/api/v1/preview')).body, { success: false, message: 'No preview cameras were stopped', failed_cameras: [0, 1] });
  t.match((await rig.post('/api/v1/preview', { camera_id: 7 })).body, { success: false, message: 'Failed to start any preview cameras', failed_cameras: [7] });
  t.equal(await mode(rig), 'idle');
});

t.test('a recording takes the cameras from a live picture at once, and no live picture takes them from a recording', async (t) => {
  const rig = await rigOf(t);
  await rig.post('/api/v1/preview', {});
  await rig.record('match');
  t.equal(await mode(rig), 'recording');
  t.match((await rig.get('/api/v1/status')).body, { recording: { recording: true }, preview: { preview_active: false } });
  const refused = await rig.post('/api/v1/preview', {});
  t.equal(refused.status, 400);
  t.match(refused.body, { detail: 'Recording is active. Stop recording before starting preview.' });
  t.equal((await rig.post('/api/v1/preview/restart', {})).status, 400);
  t.match((await rig.stop()).body, { success: true, graceful_stop: true });
  t.equal(await mode(rig), 'idle');
  t.match((await rig.post('/api/v1/preview', {})).body, { success: true });
});

t.test('a live picture comes back when its process dies, and says so while it is gone', async (t) => {
  const rig = await rigOf(t);
  await rig.post('/api/v1/preview', {});
  await rig.signalHost(0, 'SIGKILL');
  await until(async () => (await stateOf(rig, 0)) !== 'running', 'the loss shows');
  t.equal(await stateOf(rig, 1), 'running', 'the other camera is not touched');
  await until(async () => (await stateOf(rig, 0)) === 'running', 'the picture is back');
  t.equal(await mode(rig), 'preview');
});

t.test('a camera without frames fails to start in plain words, and the cameras are free again', async (t) => {
  const rig = await rigOf(t, {
    TOUCHLINE_PROFILE: 'jetson-x264',
    TOUCHLINE_VIDEO_WIDTH: '640',
    TOUCHLINE_VIDEO_HEIGHT: '360',
    TOUCHLINE_RECORDING_START_TIMEOUT_SECONDS: '1',
    GST_PLUGIN_PATH: STAND_INS,
    TOUCHLINE_TEST_JETSON_FAULT: 'no-frames',
  });
  t.match((await rig.post('/api/v1/preview', {})).body, { success: false, message: 'Failed to start any preview cameras', failed_cameras: [0, 1] });
  t.equal(await mode(rig), 'idle');
});

t.test('a folder for HLS that other people use keeps what is theirs', async (t) => {
  const rig = await rigOf(t);
  const theirs = join(rig.hls, 'panorama.m3u8');
  await writeFile(theirs, 'x');
  await rig.post('/api/v1/preview', {});
  await until(async () => (await readdir(rig.hls)).includes('cam1_00000.ts'), 'there are pictures');
  await rig.endDaemon();
  t.strictSame(await readdir(rig.hls), ['panorama.m3u8']);
});

t.test('restart answers with both halves and keeps the cameras in between', async (t) => {
  const rig = await rigOf(t);
  await rig.post('/api/v1/preview', {});
  t.match((await rig.post('/api/v1/preview/restart', { camera_id: 1 })).body, {
    success: true,
    message: 'Restart: Preview stopped for cameras: [1] -> Preview started for cameras: [1]',
    stop_result: { success: true, cameras_stopped: [1] },
    start_result: { success: true, cameras_started: [1] },
  });
  t.equal(await stateOf(rig, 0), 'running');
});

for (const profile of ['jetson-nvenc', 'jetson-x264']) {
  t.test(`profile ${profile} shows its cameras, scaled down`, async (t) => {
    const rig = await rigOf(t, { TOUCHLINE_PROFILE: profile, TOUCHLINE_VIDEO_WIDTH: '1920', TOUCHLINE_VIDEO_HEIGHT: '1080', GST_PLUGIN_PATH: STAND_INS });
    t.match((await rig.post('/api/v1/preview', { camera_id: 1 })).body, { success: true, cameras_started: [1] });
    await until(async () => (await call(rig.url, '/hls/cam1.m3u8')).status === 200, 'the playlist is there', 15_000);
    const probe = await execa('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', `${rig.url}/hls/cam1.m3u8`], { stdin: 'ignore' });
    t.match(String(probe.stdout), /^h264,1280,720/);
  });
}
