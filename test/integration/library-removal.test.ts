/** Removing a match takes as long as the disk needs; a match that begins does not wait for it. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { Rig, until } from '../support/rig.js';

/** So many that removing them takes longer than a recording takes to start. */
const FILES = 40_000;
const AT_A_TIME = 500;

t.test('a recording starts and stops while a big match is being removed', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const folder = join(rig.recordingsDir, 'old', 'frames');
  await mkdir(folder, { recursive: true });
  for (let from = 0; from < FILES; from += AT_A_TIME) {
    await Promise.all(Array.from({ length: AT_A_TIME }, (_none, index) => writeFile(join(folder, `${from + index}.txt`), '')));
  }
  let isRemoved = false;
  const removal = rig.delete('/api/v1/recordings/old').then((answer) => {
    isRemoved = true;
    return answer;
  });
  await until(async () => !(await readdir(rig.recordingsDir)).includes('old'), 'the match has left its place');
  await rig.record('match');
  t.notOk(isRemoved, 'it has begun before the last file was gone');
  t.match((await rig.stop()).body, { success: true });
  t.match(await removal, { status: 200, body: { files_deleted: FILES } });
  t.strictSame(await readdir(rig.recordingsDir), ['match']);
});
