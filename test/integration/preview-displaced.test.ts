/** A live picture that comes late must not touch the recording that has taken its camera. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { execa } from '#execa';
import { Rig, until } from '../support/rig.js';

/** A recording has begun long before they are removed; fewer than the threads that node has for files. */
const OLD_FILES = 2;
const REMOVAL_MS = 3000;

t.test('a live picture whose folder was slow does not end the recording that has begun meanwhile', async (t) => {
  const hls = await mkdtemp(join(tmpdir(), 'touchline-hls-'));
  t.teardown(() => rm(hls, { recursive: true, force: true }));
  const library = join(t.testdir(), 'disk-faults.so');
  await execa('cc', ['-shared', '-fPIC', '-O1', '-o', library, 'test/support/disk-faults.c', '-ldl']);
  const rig = await Rig.start({ env: { TOUCHLINE_HLS_DIR: hls, LD_PRELOAD: library, DISK_FAULT: `unlink@1+=d${REMOVAL_MS}` } });
  t.teardown(() => rig.dispose());
  for (let index = 0; index < OLD_FILES; index += 1) await writeFile(join(hls, `cam0_0000${index}.ts`), '');
  const picture = rig.post('/api/v1/preview', { camera_id: 0 });
  await until(async () => (await rig.get('/api/v1/pipeline-state')).body['mode']?.valueOf() === 'preview', 'the live picture is being prepared');
  await rig.record('match');
  const { body } = await picture;
  t.match(body, { success: false, failed_cameras: [0] }, 'the recording came first');
  await until(async () => Number((await rig.get('/api/v1/recording')).body['duration']) > 2, 'it has been recorded for a while');
  t.match((await rig.get('/api/v1/recording')).body, { recording: true, degraded: false, cameras: { camera_0: { state: 'running' }, camera_1: { state: 'running' } } });
  t.match((await rig.get('/api/v1/pipeline-state')).body, { mode: 'recording' });
  t.match((await rig.stop()).body, { success: true });
  t.equal((await rig.segments('match', 0)).length, 1, 'in one piece');
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
