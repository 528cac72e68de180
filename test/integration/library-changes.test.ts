/** The list follows what happens in the folders, whoever does it and whatever they are called. */
import { execFileSync } from 'node:child_process';
import { appendFile, cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from '#execa';
import t from 'tap';
import { ids, LibraryRig } from '../support/library.js';
import { Rig, until } from '../support/rig.js';
import { systemClock } from '../../src/lib/clock.js';
import { isTempFileName } from '../../src/lib/durable-file.js';
import { Catalogue } from '../../src/library/worker/catalogue.js';
import { Keeper } from '../../src/library/worker/keeper.js';
import type { FromThread } from '../../src/library/worker/protocol.js';

const NEVER = 3_600_000;

function bytesOf(library: Awaited<ReturnType<LibraryRig['open']>>, matchId: string): number | undefined {
  return library.matches().find((match) => match.matchId === matchId)?.totalBytes;
}

t.test('matches that others copy in, rename and remove are followed by the watcher alone', async (t) => {
  const rig = await LibraryRig.make(t);
  const outside = join(rig.folder, 'stick', 'Derby');
  await mkdir(join(outside, 'segments'), { recursive: true });
  for (const index of [1, 2, 3]) await writeFile(join(outside, 'segments', `cam0_${index}.mp4`), 'x'.repeat(index));
  const library = await rig.open({ compareEveryMs: NEVER });
  t.strictSame(ids(library), []);
  await cp(outside, rig.path('Derby'), { recursive: true });
  await until(() => bytesOf(library, 'Derby') === 6, 'cp -r appears, whole');
  await rename(rig.path('Derby'), rig.path('Cup'));
  await until(() => ids(library).join() === 'Cup', 'a renamed match has its new name');
  await rm(rig.path('Cup'), { recursive: true });
  await until(() => ids(library).length === 0, 'rm -r disappears');
});

t.test('a match that is being copied in while the rig starts is followed until it is whole', async (t) => {
  const rig = await LibraryRig.make(t);
  const settings = { recordingsDir: rig.recordingsDir, catalogueFile: join(rig.stateDir, 'catalogue.sqlite'), compareEveryMs: NEVER, rereadMatches: 0, gatherMs: 50, settledAfterMs: 0 };
  const silent = (): void => undefined;
  let bytes = 0;
  const send = (message: FromThread): void => {
    if (message.kind === 'changed') bytes = message.matches.find(({ matchId }) => matchId === 'Derby')?.totalBytes ?? bytes;
  };
  const keeper = new Keeper({ settings, catalogue: new Catalogue(settings.catalogueFile, silent), clock: systemClock, say: silent, send });
  t.teardown(() => keeper.close());
  keeper.load();
  await keeper.compare();
  await rig.put('Derby/segments/cam0_1.mp4', '1');
  // What the watcher asks for when it has begun to watch.
  await keeper.compare();
  t.equal(bytes, 1);
  await rig.put('Derby/segments/cam0_2.mp4', '22');
  await until(() => bytes === 3, 'the rest is found although nobody tells of it');
});

t.test('without a word from anybody the comparison finds what was added to an old match, and files that grow', async (t) => {
  const rig = await LibraryRig.make(t);
  await rig.put('old/segments/cam0_1.mp4', '12345');
  await rig.settle('old/segments', 'old');
  const library = await rig.open();
  const before = library.revision();
  await rig.put('old/segments/cam1_1.mp4', '123');
  await until(() => bytesOf(library, 'old') === 8, 'a segment is added');
  await rig.put('old/cam0_archive.mp4', '1');
  await until(() => bytesOf(library, 'old') === 9, 'an archive is added');
  t.strictSame(library.archives('old'), { cam0: true, cam1: false });
  t.strictSame(library.archives('nobody'), { cam0: false, cam1: false });
  await appendFile(rig.path('old/segments/cam0_1.mp4'), '67890');
  await until(() => bytesOf(library, 'old') === 14, 'a file grows');
  await rm(rig.path('old/segments/cam0_1.mp4'));
  await until(() => bytesOf(library, 'old') === 4, 'a segment is removed');
  t.equal(library.revision(), before + 4, 'the revision grows with the answer and with nothing else');
});

t.test('what the recorder says is seen at once, and an answer that stays the same stays the same object', async (t) => {
  const rig = await LibraryRig.make(t);
  await rig.put('other/segments/cam0_1.mp4', '1');
  const library = await rig.open({ compareEveryMs: NEVER });
  const other = library.matches().find(({ matchId }) => matchId === 'other');
  await rig.put('now/segments/cam0_1.mp4', '1');
  library.touched('now');
  await until(() => bytesOf(library, 'now') === 1, 'a new match');
  await writeFile(rig.path('now/segments/cam0_1.mp4'), '123456');
  library.touched('now');
  for (let i = 0; i < 500; i += 1) library.touched('now');
  await until(() => bytesOf(library, 'now') === 6, 'its segment has grown');
  t.equal(library.matches().find(({ matchId }) => matchId === 'other'), other);
  // Nothing but the word of the recorder tells of a file in a folder that was there before.
  await rig.put('other/segments/cam1_1.mp4', '1');
  library.touched('other');
  await until(() => bytesOf(library, 'other') === 2, 'a segment of a match that was there before');
  t.equal(library.matches(), library.matches());
  for (const id of ['', '.', '..', '../x', 'a/b', 'a\0', '\ud800', 'x'.repeat(300), '.hidden', 'nobody']) t.doesNotThrow(() => library.touched(id));
  t.equal(await library.rebuild(), 2);
});

t.test('names of every kind are listed as they are, and what cannot be said or read is left out and does no harm', async (t) => {
  const rig = await LibraryRig.make(t);
  const odd = ['a\nb', ' ', '⚽ U19 – Derby', 'ש׳ מכבי', '\u202egnp.exe', 'ä'.repeat(127), '__proto__', 'constructor', "'; DROP TABLE match; --", '%2e%2e', 'a\\b', 'CON', '-rf', '…', 'x\ufffd'];
  for (const id of odd) await rig.put(`${id}/segments/cam0_${'n'.repeat(200)}\n1.mp4`, '1');
  await rig.put('lost+found/segments/cam0_1.mp4');
  await rig.put('.hidden/segments/cam0_1.mp4');
  await rig.put('a-file.mp4');
  await rig.put('empty/notes.txt');
  await mkdir(rig.path('nothing'));
  // Bytes that are no UTF-8, as an old camera or a stick writes them.
  const latin1 = Buffer.concat([Buffer.from(`${rig.recordingsDir}/caf`), Buffer.from([0xe9])]);
  await mkdir(latin1);
  await writeFile(Buffer.concat([latin1, Buffer.from('/cam0_1.mp4')]), 'x');
  await rig.put('mixed/segments/cam0_1.mp4', '1');
  const segments = Buffer.from(rig.path('mixed/segments/'));
  await writeFile(Buffer.concat([segments, Buffer.from([0xff, 0xfe]), Buffer.from('.mp4')]), 'x');
  await writeFile(rig.path('mixed/segments/.repair-cam0_1.mp4'), 'x');
  await mkdir(rig.path('mixed/segments/folder.mp4'));
  await symlink('loop.mp4', rig.path('mixed/segments/loop.mp4'));
  await symlink('/nowhere', rig.path('mixed/segments/dangling.mp4'));
  await symlink('/etc/passwd', rig.path('mixed/segments/passwd.mp4'));
  execFileSync('mkfifo', [rig.path('mixed/segments/fifo.mp4'), rig.path('mixed/fifo.zip')]);
  // Links to folders, in the place of a match and of its segments.
  const outside = join(rig.folder, 'outside');
  await mkdir(join(outside, 'segments'), { recursive: true });
  await writeFile(join(outside, 'segments', 'cam0_1.mp4'), 'x');
  await symlink(outside, rig.path('linked'));
  await mkdir(rig.path('half-linked'));
  await symlink(join(outside, 'segments'), rig.path('half-linked/segments'));

  const library = await rig.open();
  t.strictSame(ids(library), [...odd, 'mixed'].sort());
  t.equal(bytesOf(library, 'mixed'), 1);
  t.equal(library.matches().find(({ matchId }) => matchId === 'mixed')?.segmentCount, 1);
  for (const id of odd) t.equal((await library.segments(id)).segments.length, 1, JSON.stringify(id));
  t.equal((await library.segments('mixed')).segments.length, 1);
  t.equal(rig.logged('caf\u00e9'), 1, 'one line for the name that cannot be said');
  t.equal(await library.rebuild(), odd.length + 1);
});

t.test('without a recordings folder the list is empty, and fills when there is one', async (t) => {
  const rig = await LibraryRig.make(t);
  await rm(rig.recordingsDir, { recursive: true });
  const library = await rig.open();
  t.strictSame(ids(library), []);
  await rig.put('m/segments/cam0_1.mp4');
  await until(() => ids(library).join() === 'm', 'it appears');
  await rm(rig.recordingsDir, { recursive: true });
  await until(() => ids(library).length === 0, 'an unmounted disk has no matches');
  await writeFile(rig.recordingsDir, 'a file in its place');
  await rig.close(library);
  const other = await rig.open();
  t.strictSame(ids(other), []);
  t.equal(rig.logged('the recordings folder cannot be read'), 1);
});

t.test('a match is on the list while it is recorded, grows there, and only whole fragments of it are offered', async (t) => {
  const daemon = await Rig.start();
  t.teardown(() => daemon.dispose());
  await daemon.record('live');
  // Long before the daemon would compare by itself: it is the recorder that says so.
  await until(async () => String((await daemon.get('/api/v1/recordings')).body['recordings']?.['live']?.['camera_count']) === '2', 'the daemon lists it', 8000);
  await until(async () => (await daemon.segments('live', 0)).length > 0, 'a segment is there');
  // A second library on the same folder, as nothing of the daemon's own is needed to read it.
  const rig = await LibraryRig.make(t, daemon.recordingsDir);
  const library = await rig.open();
  await until(() => (bytesOf(library, 'live') ?? 0) > 0, 'the match is on the list');
  const first = bytesOf(library, 'live') ?? 0;
  await until(() => (bytesOf(library, 'live') ?? 0) > first, 'it grows');
  const [name = ''] = await daemon.segments('live', 0);
  await until(async () => {
    const file = await library.openSegment('live', name);
    const { size } = await file.handle.stat();
    const offered = Buffer.alloc(file.bytes);
    await file.handle.read(offered, 0, file.bytes, 0);
    await file.handle.close();
    const copy = join(rig.folder, 'copy.mp4');
    await writeFile(copy, offered);
    const { stderr } = await execa('ffmpeg', ['-v', 'warning', '-i', copy, '-f', 'null', '-'], { reject: false });
    return file.bytes > 10_000 && file.bytes <= size && stderr === '';
  }, 'what is offered plays without a complaint');
  await daemon.stop();
  const all = await library.openAll('live');
  for (const { handle } of all) await handle.close();
  t.notOk(all.some(({ name: each }) => isTempFileName(each) || each.startsWith('.repair-')));
  t.ok(all.some(({ relativePath }) => relativePath === `segments/${name}`));
});
