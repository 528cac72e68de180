/** The accounts that the drills trust see a loss when there is one. */
import { copyFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import t from 'tap';
import { accountOf, framesInAll, framesLost, lostSeconds, stampsIn, stampsInAll } from '../../scripts/drill/kit/account.js';
import { until } from '../support/rig.js';
import { sceneFor } from '../support/drills.js';

t.test('a recording that is whole, and the same with something missing', async (t) => {
  const scene = sceneFor(t);
  const rig = await scene.rig({ env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '1' } });
  await rig.record('whole');
  await until(async () => (await rig.segments('whole', 0)).length > 3, 'three segments');
  await rig.stop();
  const matchDir = join(rig.recordingsDir, 'whole');
  const account = async () => accountOf(matchDir, 0);
  const [run] = await account();
  if (run === undefined || run.firstFrameMonoUs === null) throw new Error('there is no run');
  const paths = run.segments.map(({ name }) => join(matchDir, 'segments', name));

  await t.test('nothing is missing', async (t) => {
    t.equal(framesLost([run]), 0);
    t.match(run, { ended: { framesAtSource: run.frames, framesMissed: 0 }, stamps: { first: 0, last: run.frames - 1, missing: 0, repeated: 0, unreadable: 0 } });
    t.ok(run.segments.every(({ shape }) => shape === 'finalised'));
    t.equal(await framesInAll(paths), run.frames, 'counted all together as well');
    t.strictSame(await stampsInAll(paths), run.stamps);
    t.ok(Math.abs(lostSeconds(run, (run.firstFrameMonoUs ?? 0) + (run.frames / 30) * 1e6)) < 0.1);
    t.ok(lostSeconds(run, (run.firstFrameMonoUs ?? 0) + (run.frames / 30 + 2) * 1e6) > 1.9, 'two seconds that are in no file');
  });

  await t.test('a frame in the middle of a segment', async (t) => {
    const [first = ''] = paths;
    const copy = join(await scene.folder(), 'first.mp4');
    await execa('ffmpeg', ['-v', 'error', '-i', first, '-vf', "select='not(eq(n,10))'", '-fps_mode', 'passthrough', '-c:v', 'libx264', '-preset', 'ultrafast', copy]);
    t.match(await stampsIn([copy]), { first: 0, missing: 1, repeated: 0 });
    await copyFile(first, copy);
    t.match(await stampsIn([copy, copy]), { missing: 0, repeated: 1 }, 'a file twice');
  });

  await t.test('a whole segment', async (t) => {
    await rm(paths[1] ?? '');
    const [after] = await account();
    t.equal(framesLost(after === undefined ? [] : [after]), 30);
  });

  await t.test('the end of a segment', async (t) => {
    await truncate(paths[2] ?? '', 20_000);
    const [after] = await account();
    t.ok(framesLost(after === undefined ? [] : [after]) > 30);
  });
});
