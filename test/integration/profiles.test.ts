/** Every kind of camera that can be had here, recorded by the daemon from start to stop. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { Rig, until } from '../support/rig.js';
import { startRtspCamera } from '../support/rtsp-camera.js';

const STAND_INS = join(import.meta.dirname, '..', '..', 'native-test');

async function recordTwoSeconds(t: Test, env: Readonly<Record<string, string>>): Promise<string> {
  const rig = await Rig.start({ env });
  t.teardown(() => rig.dispose());
  await rig.record('profile');
  await until(async () => Number((await rig.get('/api/v1/recording')).body['cameras']?.['camera_0']?.['facts']?.['frames_encoded']) > 45, 'frames of camera 0', 20_000, () => rig.output);
  const { body } = await rig.stop();
  t.match(body, { success: true, graceful_stop: true, integrity: { all_ok: true } });
  for (const camera of ['camera_0', 'camera_1']) t.ok(Number(body['integrity']?.['cameras']?.[camera]?.['probe']?.['frames']) > 20, `${camera} holds frames`);
  const path = String(body['camera_stop_results']?.['camera_1']?.['segment_path']);
  const { stdout } = await execa('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', path]);
  return stdout.trim();
}

t.test('the processes of a rig can be told apart', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await until(async () => (await rig.hostIdentity(1)) !== null, 'the host is up');
  const title = async (pid: number): Promise<string> => (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  t.equal(await title(rig.pid), 'touchline');
  t.equal(await title((await rig.hostIdentity(1))?.pid ?? 0), 'touchline-camera@1');
});

t.test('jetson-nvenc: CSI cameras with the hardware encoder, cropped as configured', async (t) => {
  const picture = await recordTwoSeconds(t, {
    GST_PLUGIN_PATH: STAND_INS,
    TOUCHLINE_PROFILE: 'jetson-nvenc',
    TOUCHLINE_VIDEO_WIDTH: '640',
    TOUCHLINE_VIDEO_HEIGHT: '360',
    TOUCHLINE_CAMERAS__1__CROP__LEFT: '100',
    TOUCHLINE_CAMERAS__1__CROP__BOTTOM: '60',
  });
  t.equal(picture, 'h264,540,300');
});

t.test('jetson-x264: CSI cameras where there is no hardware encoder', async (t) => {
  t.equal(await recordTwoSeconds(t, { GST_PLUGIN_PATH: STAND_INS, TOUCHLINE_PROFILE: 'jetson-x264', TOUCHLINE_VIDEO_WIDTH: '640', TOUCHLINE_VIDEO_HEIGHT: '360' }), 'h264,640,360');
});

t.test('file: footage that ends goes on for ever', async (t) => {
  const clip = join(t.testdir(), 'left half.mp4');
  await execa('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=30:duration=0.5', '-pix_fmt', 'yuv420p', clip]);
  t.equal(await recordTwoSeconds(t, { TOUCHLINE_SOURCES: `${clip},${clip}` }), 'h264,320,240');
});

t.test('ip: the stream of the camera is stored as it comes', async (t) => {
  const camera = await startRtspCamera({ width: 320, height: 180 }, 'secret');
  t.teardown(() => camera.close());
  t.equal(await recordTwoSeconds(t, { TOUCHLINE_SOURCES: `${camera.url},${camera.url}` }), 'h264,320,180');
});

t.test('ip: a camera whose keyframe does not come is not said to record, at the start and after it came back', async (t) => {
  let isMidGop = true;
  const camera = await startRtspCamera({ width: 320, height: 180, isMidGop: () => isMidGop });
  t.teardown(() => camera.close());
  const rig = await Rig.start({ env: { TOUCHLINE_SOURCES: `${camera.url},${camera.url}` } });
  t.teardown(() => rig.dispose());
  t.match((await rig.post('/api/v1/recording', { match_id: 'gop' })).body, { success: false, camera_errors: { camera_0: /keyframe interval/, camera_1: /keyframe interval/ } });
  isMidGop = false;
  await rig.record('gop');
  isMidGop = true;
  await rig.signalHost(0, 'SIGKILL');
  const seen = async () => (await rig.get('/api/v1/recording')).body;
  const cameraOf = async () => (await seen())['cameras']?.['camera_0'];
  await until(async () => Number((await cameraOf())?.['facts']?.['frames_encoded']) > 30 && Number((await cameraOf())?.['facts']?.['bytes_written']) === 0, 'frames that nobody can keep', 20_000, () => rig.output);
  t.match(await seen(), { degraded: true, camera_recovery: { camera_0: { recovering: true } } });
  t.not((await cameraOf())?.['state']?.valueOf(), 'running');
  isMidGop = false;
  await until(async () => (await seen())['degraded']?.valueOf() === false && (await cameraOf())?.['state']?.valueOf() === 'running', 'it is back with its keyframe');
  t.match((await rig.stop()).body, { success: true });
});

t.test('usb: a device that is no camera is told in its own words, not as a camera that takes its time', async (t) => {
  const rig = await Rig.start({ env: { TOUCHLINE_PROFILE: 'usb', TOUCHLINE_SOURCES: '/dev/null,/dev/zero' } });
  t.teardown(() => rig.dispose());
  for (const path of ['/api/v1/recording', '/api/v1/preview']) {
    const { body } = await rig.post(path, path.endsWith('recording') ? { match_id: 'usb' } : {});
    t.match(body, { success: false, cameras_failed: [0, 1] });
  }
  t.match((await rig.post('/api/v1/recording', { match_id: 'usb' })).body, { camera_errors: { camera_0: /'\/dev\/null'.*v4l2/s, camera_1: /'\/dev\/zero'/ } });
});
