/** A disk that fills up in mid-match takes nothing that was written, and the rig says so and goes on when it can. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import t from 'tap';
import { framesIn, Rig, until } from '../support/rig.js';

const isRoot = process.getuid?.() === 0;
const DISK_MB = 24;
const FILLER_MB = 21;

t.test('disk full while recording', { skip: isRoot ? false : 'needs root: mounts a small tmpfs' }, async (t) => {
  const disk = await mkdtemp(join(tmpdir(), 'touchline-disk-'));
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk]);
  t.teardown(async () => {
    await execa('umount', ['-l', disk], { reject: false });
    await rm(disk, { recursive: true, force: true });
  });
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc(FILLER_MB * 1024 * 1024));
  const recordings = join(disk, 'recordings');
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: recordings, TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  t.teardown(() => rig.dispose());
  await rig.record('full');

  const status = async () => (await rig.get('/api/v1/recording')).body;
  await until(async () => /No space left/.test(String((await status())['degraded_cameras']?.['camera_0'])), 'camera 0 says that the disk is full', 30_000, () => rig.output);
  await until(async () => /No space left/.test(String((await status())['degraded_cameras']?.['camera_1'])), 'camera 1 says so, too', 30_000, () => rig.output);

  await t.test('nobody calls it healthy, and the daemon answers', async (t) => {
    t.match(await status(), { recording: true, match_id: 'full', degraded: true });
    t.equal((await rig.get('/api/v1/recording-health')).body['healthy']?.valueOf(), false);
    t.match(await rig.get('/api/v1/health'), { status: 200, body: { status: 'healthy' } });
  });

  const before = new Map<string, number>();
  await t.test('everything that was written plays', async (t) => {
    for (const camera of [0, 1]) {
      for (const name of await rig.segments('full', camera)) {
        const frames = await framesIn(join(rig.segmentsDir('full'), name));
        t.ok(frames > 0, `${name}: ${frames} frames`);
        before.set(name, frames);
      }
    }
    t.ok([...before.values()].reduce((sum, frames) => sum + frames, 0) > 90);
  });

  await t.test('it goes on by itself when there is room again', async (t) => {
    await rm(filler);
    for (const id of [0, 1]) {
      await until(async () => (await status())['cameras']?.[`camera_${id}`]?.['state']?.valueOf() === 'running', `camera ${id} records`, 30_000, () => rig.output);
    }
    await until(async () => (await status())['degraded']?.valueOf() === false, 'nothing is degraded');
    const count = (await rig.segments('full', 0)).length;
    await until(async () => (await rig.segments('full', 0)).length > count + 1, 'new segments');
    t.match((await rig.stop()).body, { success: true, degraded_cameras: { camera_0: /No space left/ } });
    for (const [name, frames] of before) t.ok((await framesIn(join(rig.segmentsDir('full'), name))) >= frames, `${name} still has its frames`);
  });
});
