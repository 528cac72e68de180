/** A live picture that comes late must not touch the recording that has taken its camera. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Rig, until } from '../support/rig.js';

/** So many that removing them takes longer than a recording takes to start; how long that is depends on what else the machine does. */
const OLD_FILES = [40_000, 80_000, 160_000];
const AT_A_TIME = 500;

async function slowFolder(files: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-hls-'));
  for (let from = 0; from < files; from += AT_A_TIME) {
    await Promise.all(Array.from({ length: AT_A_TIME }, (_none, index) => writeFile(join(folder, `cam0_${from + index}.ts`), '')));
  }
  return folder;
}

/** Whether the picture was still being prepared when the recording took its camera. */
async function recordsBesideSlowPicture(t: Test, files: number): Promise<boolean> {
  const hls = await slowFolder(files);
  t.teardown(() => rm(hls, { recursive: true, force: true }));
  const rig = await Rig.start({ env: { TOUCHLINE_HLS_DIR: hls } });
  t.teardown(() => rig.dispose());
  const picture = rig.post('/api/v1/preview', { camera_id: 0 });
  await until(async () => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf() === 'preview', 'the live picture is being prepared');
  await rig.record('match');
  const { body } = await picture;
  const isDisplaced = body['success']?.valueOf() !== true;
  if (isDisplaced) t.match(body, { success: false, failed_cameras: [0] });
  await until(async () => Number((await rig.get('/api/v1/recording')).body['duration']) > 2, 'it has been recorded for a while');
  t.match((await rig.get('/api/v1/recording')).body, { recording: true, degraded: false, cameras: { camera_0: { state: 'running' }, camera_1: { state: 'running' } } });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'recording' });
  t.match((await rig.stop()).body, { success: true });
  t.equal((await rig.segments('match', 0)).length, 1, 'in one piece');
  return isDisplaced;
}

t.test('a live picture whose folder was slow does not end the recording that has begun meanwhile', async (t) => {
  let isDisplaced = false;
  for (const files of OLD_FILES) isDisplaced ||= await recordsBesideSlowPicture(t, files);
  t.ok(isDisplaced, 'the recording came first at least once');
});

t.test('a recording that takes the cameras leaves no old picture behind', async (t) => {
  const hls = await mkdtemp(join(tmpdir(), 'touchline-hls-'));
  const rig = await Rig.start({ env: { TOUCHLINE_HLS_DIR: hls } });
  t.teardown(async () => {
    await rig.dispose();
    await rm(hls, { recursive: true, force: true });
  });
  for (const round of [1, 2, 3]) {
    await rig.post('/api/v1/preview', {});
    await until(async () => (await readdir(hls)).filter((name) => name.endsWith('.m3u8')).length === 2, 'both playlists are there');
    await rig.record(`match-${round}`);
    await until(async () => (await readdir(hls)).length === 0, 'the files of the live pictures are gone');
    t.match((await rig.stop()).body, { success: true });
    t.strictSame(await readdir(hls), []);
  }
});

t.test('a daemon that comes after one that was killed shows none of its pictures, and leaves none itself', async (t) => {
  const hls = await mkdtemp(join(tmpdir(), 'touchline-hls-'));
  t.teardown(() => rm(hls, { recursive: true, force: true }));
  const rig = await Rig.start({ env: { TOUCHLINE_HLS_DIR: hls } });
  t.teardown(() => rig.dispose());
  await rig.post('/api/v1/preview', {});
  await until(async () => (await readdir(hls)).includes('cam0.m3u8'), 'there is a playlist');
  await rig.crashDaemon();
  await rig.startDaemon();
  await until(async () => (await fetch(`${rig.url}/hls/cam0.m3u8`)).status === 404, 'it is not shown');
  // The camera process of before may write once more behind the first tidying.
  await writeFile(join(hls, 'cam1.m3u8'), 'late');
  await until(async () => (await fetch(`${rig.url}/hls/cam1.m3u8`)).status === 404, 'what came late is not shown either');
  await rig.post('/api/v1/preview', {});
  t.equal((await fetch(`${rig.url}/api/v1/cameras/0/snapshot.jpg`)).status, 200);
  await rig.endDaemon();
  t.strictSame(await readdir(hls).catch(() => []), []);
});
