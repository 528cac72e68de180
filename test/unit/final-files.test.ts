/** What a manifest says of a segment is true, although thousands of them are not looked at each time. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { FinalFiles } from '../../src/recording/final-files.js';

function box(type: string, bytes: number): Buffer {
  const all = Buffer.alloc(bytes);
  all.writeUInt32BE(bytes, 0);
  all.write(type, 4, 'latin1');
  return all;
}

const FINAL = Buffer.concat([box('ftyp', 24), box('mdat', 900), box('moov', 70)]);
const LONGER = Buffer.concat([box('ftyp', 24), box('mdat', 1900), box('moov', 70)]);

t.test('a file is taken as known when its recorder has let go of it and it is final, and not before', async (t) => {
  const folder = t.testdir({});
  const files = new FinalFiles();
  const look = (isClosed: boolean) => files.look(folder, 'a.mp4', isClosed);
  t.equal(await look(true), null);
  await writeFile(join(folder, 'a.mp4'), FINAL);
  t.match(await look(false), { bytes: FINAL.length, finalised: true }, 'its first fragment looks like that');
  await writeFile(join(folder, 'a.mp4'), Buffer.concat([LONGER, box('mdat', 50), box('moof', 50)]));
  t.match(await look(true), { bytes: LONGER.length + 100, finalised: false }, 'and then it grows');
  await writeFile(join(folder, 'a.mp4'), LONGER);
  t.match(await look(true), { bytes: LONGER.length, finalised: true });
  await rm(join(folder, 'a.mp4'));
  t.match(await look(true), { bytes: LONGER.length, finalised: true }, 'known');
});
