/** Small pictures of a camera while it records: they are there, they move, and nothing about them reaches the recording. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { MotionJpeg } from '../support/motion-jpeg.js';
import { framesIn, Rig, until } from '../support/rig.js';
import { startRtspCamera } from '../support/rtsp-camera.js';

const STAND_INS = join(import.meta.dirname, '..', '..', 'native-test');

async function rigOf(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Rig & { readonly pictures: string }> {
  const pictures = await mkdtemp(join(tmpdir(), 'touchline-pictures-'));
  const rig = await Rig.start({ env: { TOUCHLINE_HLS_DIR: pictures, ...env } });
  t.teardown(async () => {
    await rig.dispose();
    await rm(pictures, { recursive: true, force: true });
  });
  return Object.assign(rig, { pictures });
}

const snapshot = (rig: Rig, camera: number): Promise<Response> => fetch(`${rig.url}/api/v1/cameras/${camera}/snapshot.jpg`);

/** Size of a JPEG as ffprobe sees it. */
async function sizeOf(t: Test, picture: Response): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-snapshot-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'picture.jpg'), Buffer.from(await picture.arrayBuffer()));
  const probe = await execa('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', join(folder, 'picture.jpg')], { stdin: 'ignore' });
  return String(probe.stdout).trim();
}

/** Every frame that the cameras delivered is in the files: by the host's own count, and by a player's. */
async function nothingIsLost(t: Test, rig: Rig, matchId: string): Promise<void> {
  for (const camera of [0, 1]) {
    const ended = (await rig.journal(matchId, camera)).filter((entry) => entry['kind']?.valueOf() === 'run-ended');
    t.equal(ended.length, 1, 'one run');
    const [last] = ended;
    t.equal(last?.['framesMissed']?.valueOf(), 0, `camera ${camera} missed none`);
    t.equal(last?.['framesInSegments']?.valueOf(), last?.['framesAtSource']?.valueOf(), `camera ${camera}: each frame is in a file`);
    let frames = 0;
    for (const name of await rig.segments(matchId, camera)) frames += await framesIn(join(rig.segmentsDir(matchId), name));
    t.equal(frames, last?.['framesInSegments']?.valueOf(), 'and a player finds it');
  }
}

t.test('what is being recorded can be seen as stills and as motion JPEG, and what is not running cannot', async (t) => {
  const rig = await rigOf(t);
  const idle = await snapshot(rig, 0);
  t.equal(idle.status, 409);
  t.match(await idle.json(), { code: 'camera_not_running', detail: /Start a recording or the preview/ });
  await rig.record('match');
  for (const camera of [0, 1]) {
    const picture = await snapshot(rig, camera);
    t.equal(picture.status, 200);
    t.equal(picture.headers.get('content-type'), 'image/jpeg');
    t.equal(await sizeOf(t, picture), 'mjpeg,640,360');
    const moving = new MotionJpeg(rig, camera);
    await until(() => moving.pictures.different >= 10, 'it moves');
    moving.socket.destroy();
  }
  t.equal((await snapshot(rig, 7)).status, 404);
  t.equal((await fetch(`${rig.url}/video/stream?path=../cam0`)).status, 422);
  const last = new MotionJpeg(rig, 0);
  await until(() => last.pictures.count > 0, 'somebody watches');
  t.match((await rig.stop()).body, { success: true, graceful_stop: true });
  await until(() => last.isOver, 'who watches is told that no more pictures come', 10_000);
  t.equal((await snapshot(rig, 0)).status, 409);
  await nothingIsLost(t, rig, 'match');
  await rig.post('/api/v1/preview', {});
  t.equal((await snapshot(rig, 1)).status, 200, 'a camera that is shown can be asked for a still, too');
});

t.test('viewers who stall, in any number, cost the recording no frame and hold up no stop', async (t) => {
  const rig = await rigOf(t);
  await rig.record('match');
  const stalled = Array.from({ length: 15 }, (_, index) => new MotionJpeg(rig, index % 2));
  t.teardown(() => stalled.forEach(({ socket }) => socket.destroy()));
  for (const { socket } of stalled) socket.pause();
  const reading = new MotionJpeg(rig, 0);
  await until(() => reading.pictures.different >= 40, 'the one who reads sees it move');
  t.equal((await fetch(`${rig.url}/video/stream?path=cam0`)).status, 503, 'the number of viewers is bounded');
  t.match((await rig.stop()).body, { success: true, graceful_stop: true });
  await nothingIsLost(t, rig, 'match');
});

t.test('a small picture that fails does not touch the recording', async (t) => {
  const rig = await rigOf(t);
  // A folder in the place of the file: nothing can be moved there.
  await mkdir(join(rig.pictures, 'monitor0.jpg', 'in-the-way'), { recursive: true });
  await rig.record('match');
  const failing = await snapshot(rig, 0);
  t.equal(failing.status, 504);
  t.match(await failing.json(), { code: 'monitor_no_picture' });
  t.equal((await snapshot(rig, 1)).status, 200, 'the other camera is seen');
  t.match((await rig.get('/api/v1/recording')).body, { recording: true, degraded: false });
  t.match((await rig.stop()).body, { success: true, graceful_stop: true });
  await nothingIsLost(t, rig, 'match');
});

t.test('a viewer goes on seeing a camera whose process was killed and came back', async (t) => {
  const rig = await rigOf(t);
  await rig.record('match');
  const viewer = new MotionJpeg(rig, 0);
  await until(() => viewer.pictures.count > 3, 'it is seen');
  await rig.signalHost(0, 'SIGKILL');
  const before = viewer.pictures.different;
  await until(() => viewer.pictures.different > before + 10, 'it is seen again');
  t.notOk(viewer.isOver);
  t.match((await rig.stop()).body, { success: true });
});

/** Names of the threads of this process that run at a lower priority (proc(5), field 19 of stat), but those that make small pictures. */
async function niceThreads(pid: number): Promise<string[]> {
  const found: string[] = [];
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'latin1').catch(() => '');
    const end = stat.lastIndexOf(')');
    const name = stat.slice(stat.indexOf('(') + 1, end);
    if (Number(stat.slice(end + 2).split(' ')[16]) > 0 && !name.startsWith('monitor')) found.push(name);
  }
  return found;
}

t.test('only what makes small pictures runs at low priority, also in a recording that follows at once', async (t) => {
  const rig = await rigOf(t);
  for (const round of [1, 2, 3]) {
    await rig.post('/api/v1/preview', {});
    t.equal((await snapshot(rig, 0)).status, 200);
    await rig.record(`match-${round}`);
    t.same(await niceThreads((await rig.hostIdentity(0))?.pid ?? 0), []);
    t.equal((await snapshot(rig, 0)).status, 200);
    await rig.record(`match-${round}-again`, { force: true });
    t.same(await niceThreads((await rig.hostIdentity(0))?.pid ?? 0), []);
    t.match((await rig.stop()).body, { success: true });
  }
});

t.test('small pictures come again when somebody took their folder away', async (t) => {
  const rig = await rigOf(t);
  await rig.record('match');
  t.equal((await snapshot(rig, 0)).status, 200);
  await rm(rig.pictures, { recursive: true, force: true });
  await until(async () => (await snapshot(rig, 0)).status === 200, 'there is a picture again', 20_000, () => rig.output.slice(-3000));
  t.match((await rig.stop()).body, { success: true });
});

t.test('small pictures can be switched off, and then the pipelines have no tap', async (t) => {
  const rig = await rigOf(t, { TOUCHLINE_MONITOR_MODE: 'off' });
  await rig.record('match');
  const refused = await snapshot(rig, 0);
  t.equal(refused.status, 503);
  t.match(await refused.json(), { code: 'monitor_off' });
  t.match((await rig.stop()).body, { success: true });
});

for (const profile of ['jetson-nvenc', 'jetson-x264']) {
  t.test(`a Jetson with profile ${profile} is seen while it records`, async (t) => {
    const rig = await rigOf(t, { TOUCHLINE_PROFILE: profile, TOUCHLINE_VIDEO_WIDTH: '1280', TOUCHLINE_VIDEO_HEIGHT: '720', GST_PLUGIN_PATH: STAND_INS });
    await rig.record('match');
    t.equal(await sizeOf(t, await snapshot(rig, 0)), 'mjpeg,640,360');
    t.match((await rig.stop()).body, { success: true, graceful_stop: true });
  });
}

t.test('of an IP camera that encodes itself the keyframes are seen', async (t) => {
  const camera = await startRtspCamera({ width: 320, height: 180 });
  t.teardown(() => camera.close());
  const rig = await rigOf(t, { TOUCHLINE_PROFILE: 'ip', TOUCHLINE_SOURCES: `${camera.url},${camera.url}` });
  await rig.record('match');
  await until(async () => (await snapshot(rig, 0)).status === 200, 'a keyframe came', 10_000);
  t.equal(await sizeOf(t, await snapshot(rig, 0)), 'mjpeg,640,360');
  t.match((await rig.stop()).body, { success: true });
});
