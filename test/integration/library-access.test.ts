/** Nothing outside the recordings folder can be read or removed through the library, whatever the names say. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { OpenedFile } from '../../src/library/types.js';
import { openFilesOf } from '../support/download-rig.js';
import { ids, LibraryRig } from '../support/library.js';
import { until } from '../support/rig.js';

const SECRET = 'nobody may read this';

/** Ways out of a folder, and names that are none. */
const TRICKS = ['', '.', '..', '../outside', '../../etc/passwd', '/etc', '/etc/passwd', 'm/../m', 'm/', './m', 'm/segments', 'a\0', 'm\0/../..', '\ud800', 'x'.repeat(256), 'x'.repeat(100_000), 'ä'.repeat(128), '.deleting-1-1', '.hidden', 'lost+found', 'link', 'dangling', 'loop', 'file.mp4', 'fifo', 'nobody'];

async function hostile(t: Parameters<typeof LibraryRig.make>[0]): Promise<LibraryRig> {
  const rig = await LibraryRig.make(t);
  const outside = join(rig.folder, 'outside');
  await mkdir(join(outside, 'segments'), { recursive: true });
  await writeFile(join(outside, 'segments', 'cam0_1.mp4'), SECRET);
  await writeFile(join(outside, 'cam0_1.mp4'), SECRET);
  await rig.put('m/segments/cam0_1.mp4', 'video');
  await rig.put('m/archive.zip', 'archive');
  await rig.put('file.mp4');
  for (const folder of ['.deleting-1-1', '.hidden', 'lost+found']) {
    await rig.put(`${folder}/segments/cam0_1.mp4`, SECRET);
    await rig.put(`${folder}/cam0_1.mp4`, SECRET);
  }
  await symlink(outside, rig.path('link'));
  await symlink('/nowhere', rig.path('dangling'));
  await symlink('loop', rig.path('loop'));
  execFileSync('mkfifo', [rig.path('fifo')]);
  await mkdir(rig.path('linked-segments'));
  await symlink(join(outside, 'segments'), rig.path('linked-segments', 'segments'));
  for (const folder of ['m', 'm/segments']) {
    await symlink(join(outside, 'cam0_1.mp4'), rig.path(folder, 'link.mp4'));
    await symlink('cam0_1.mp4', rig.path(folder, 'inner.mp4'));
    await symlink('loop.mp4', rig.path(folder, 'loop.mp4'));
    await symlink('/nowhere', rig.path(folder, 'dangling.mp4'));
    await symlink('/dev/zero', rig.path(folder, 'device.mp4'));
    await symlink(outside, rig.path(folder, 'folder-link'));
    execFileSync('mkfifo', [rig.path(folder, 'fifo.mp4')]);
    await mkdir(rig.path(folder, 'folder.mp4'));
    await writeFile(rig.path(folder, '.repair-cam0_1.mp4'), SECRET);
  }
  return rig;
}

async function contentOf(file: OpenedFile): Promise<string> {
  const text = await file.handle.readFile('utf8');
  await file.handle.close();
  return text;
}

/** Files that the garbage collection had to close: someone forgot them. */
const forgotten: string[] = [];
process.on('warning', ({ message }) => void (message.includes('on garbage collection') && forgotten.push(message)));

/** Nothing in the folders stays open; the library itself may just be reading in them. */
async function noneOpen(t: Parameters<typeof LibraryRig.make>[0], ...folders: string[]): Promise<void> {
  for (const folder of folders) await t.resolves(until(async () => (await openFilesOf(process.pid, folder)) === 0, 'no file stays open'));
  t.strictSame(forgotten, []);
}

t.test('no id and no name leads out of the recordings folder, in any operation, and no refusal tells why', async (t) => {
  const rig = await hostile(t);
  const library = await rig.open();
  t.strictSame(ids(library), ['m']);
  t.equal(await contentOf(await library.openSegment('m', 'cam0_1.mp4')), 'video');
  t.equal(await contentOf(await library.openFile('m', 'archive.zip')), 'archive');

  const noRecording = (id: string) => ({ kind: 'not_found', code: 'recording_not_found', message: `Recording ${id} not found` });
  const noSegment = { kind: 'not_found', code: 'segment_not_found', message: 'Segment not found' };
  const noFile = { kind: 'not_found', code: 'recording_file_not_found', message: 'Recording file not found' };
  for (const id of TRICKS) {
    const what = JSON.stringify(id).slice(0, 60);
    t.equal(await library.has(id), false, what);
    await t.rejects(library.segments(id), noRecording(id), what);
    await t.rejects(library.openSegment(id, 'cam0_1.mp4'), noSegment, what);
    await t.rejects(library.openFile(id, 'cam0_1.mp4'), noFile, what);
    await t.rejects(library.openAll(id), noRecording(id), what);
    await t.rejects(library.remove(id), noRecording(id), what);
    t.strictSame(library.archives(id), { cam0: false, cam1: false });
  }
  const names = [...TRICKS, 'link.mp4', 'inner.mp4', 'loop.mp4', 'dangling.mp4', 'device.mp4', 'fifo.mp4', 'folder.mp4', '.repair-cam0_1.mp4', '../archive.zip', 'segments/cam0_1.mp4', 'folder-link/cam0_1.mp4'];
  for (const name of names) {
    const what = JSON.stringify(name).slice(0, 60);
    await t.rejects(library.openSegment('m', name), noSegment, what);
    await t.rejects(library.openFile('m', name), noFile, what);
  }
  await t.rejects(library.openSegment('linked-segments', 'cam0_1.mp4'), noSegment);
  await t.rejects(library.segments('linked-segments'), noRecording('linked-segments'));
  const all = await library.openAll('m');
  t.strictSame(all.map(({ relativePath }) => relativePath), ['archive.zip', 'segments/cam0_1.mp4']);
  for (const file of all) t.not(await contentOf(file), SECRET);
  t.strictSame((await library.segments('m')).segments.map(({ name }) => name), ['cam0_1.mp4']);

  t.equal(await readFile(join(rig.folder, 'outside/segments/cam0_1.mp4'), 'utf8'), SECRET);
  t.ok(existsSync(rig.path('file.mp4')) && existsSync(rig.path('m/archive.zip')));
  await noneOpen(t, rig.recordingsDir, join(rig.folder, 'outside'));
});

t.test('a folder that is swapped for a link between two looks leads nowhere', async (t) => {
  const rig = await hostile(t);
  const library = await rig.open();
  let swapping = true;
  const swap = (async () => {
    while (swapping) {
      await rename(rig.path('m'), rig.path('.aside'));
      await symlink(join(rig.folder, 'outside'), rig.path('m'));
      await rm(rig.path('m'));
      await rename(rig.path('.aside'), rig.path('m'));
    }
  })();
  const seen = new Set<string>();
  for (let i = 0; i < 300; i += 1) {
    const file = await library.openSegment('m', 'cam0_1.mp4').catch(() => null);
    seen.add(file === null ? 'refused' : await contentOf(file));
  }
  swapping = false;
  await swap;
  t.notOk(seen.has(SECRET));
  t.ok(seen.has('video') && seen.has('refused'), 'both were met');
});

t.test('an opened file tells one state of the file from another, and stays what it was', async (t) => {
  const rig = await LibraryRig.make(t);
  await rig.put('m/segments/cam0_1.mp4', 'video');
  const library = await rig.open();
  const first = await library.openSegment('m', 'cam0_1.mp4');
  const same = await library.openSegment('m', 'cam0_1.mp4');
  t.match(first.etag, /^"[0-9a-f-]+"$/);
  t.equal(first.etag, same.etag);
  t.equal(first.bytes, 5);
  t.equal(first.path, rig.path('m/segments/cam0_1.mp4'));
  t.equal(Math.round(first.modifiedEpochMs), Math.round((await stat(first.path)).mtimeMs));
  await same.handle.close();
  await rm(rig.path('m'), { recursive: true });
  t.equal(await contentOf(first), 'video', 'although its name is gone');
  await rig.put('m/segments/cam0_1.mp4', 'other');
  const other = await library.openSegment('m', 'cam0_1.mp4');
  t.not(other.etag, first.etag);
  await other.handle.close();
});

t.test('of a segment that is being written, whole fragments are offered', async (t) => {
  const rig = await LibraryRig.make(t);
  const box = (type: string): string => `\0\0\0\x20${type}${'.'.repeat(24)}`;
  const whole = ['ftyp', 'moov', 'moof', 'mdat', 'moof', 'mdat'].map(box).join('');
  const library = await rig.open();
  for (const [name, offered] of [['cam0_1.mp4', 128], ['cam0_1.mov', 128], ['cam0_1.mkv', 190]] as const) {
    await rig.put(`m/segments/${name}`, whole.slice(0, -2));
    const half = await library.openSegment('m', name);
    t.equal(half.bytes, offered, name);
    await rig.put(`m/segments/${name}`, whole);
    const full = await library.openSegment('m', name);
    t.equal(full.bytes, 192, name);
    t.not(full.etag, half.etag);
    const [enclosed] = (await library.openAll('m')).filter((file) => file.name === name || void file.handle.close());
    t.equal(enclosed?.bytes, 192);
    for (const file of [half, full, enclosed]) await file?.handle.close();
  }
});

t.test('a whole match is opened in an order that stays, with everything in it', async (t) => {
  const rig = await LibraryRig.make(t);
  for (const path of ['m/segments/cam1_1.mp4', 'm/segments/cam0_2.mp4', 'm/segments/cam0_1.mp4', 'm/match.json', 'm/cam0.journal.ndjson', 'm/a/b/c/deep.txt', 'm/a/top.txt', 'm/zz.zip']) await rig.put(path, path);
  const library = await rig.open();
  const expected = ['cam0.journal.ndjson', 'match.json', 'zz.zip', 'a/top.txt', 'a/b/c/deep.txt', 'segments/cam0_1.mp4', 'segments/cam0_2.mp4', 'segments/cam1_1.mp4'];
  const all = await library.openAll('m');
  t.strictSame(all.map(({ relativePath }) => relativePath), expected);
  for (const file of all) t.equal(await contentOf(file), `m/${file.relativePath}`);

  await mkdir(rig.path('big'));
  for (let i = 0; i < 5020; i += 1) await writeFile(rig.path('big', `${i}.txt`), '');
  await t.rejects(library.openAll('big'), { kind: 'unavailable', code: 'too_many_files' });
  await noneOpen(t, rig.path('big'));
});

t.test('a removed match leaves the list and the disk with everything in it, and nothing else', async (t) => {
  const rig = await hostile(t);
  await rig.put('m/a/b/deep.txt', '12345');
  await writeFile(Buffer.concat([Buffer.from(rig.path('m/a/')), Buffer.from([0xff, 0xe9])]), '123');
  const library = await rig.open();
  const links = 2 * 6;
  const fifos = 2;
  const removing = library.remove('m');
  const removed = await removing;
  t.equal(library.matches().length, 0);
  t.equal(removed.matchId, 'm');
  t.equal(removed.files, 2 + 2 + links + fifos + 2);
  t.ok(removed.bytes >= 'video'.length + 'archive'.length + 2 * SECRET.length + 5 + 3);
  t.notOk(existsSync(rig.path('m')));
  t.equal(await readFile(join(rig.folder, 'outside/segments/cam0_1.mp4'), 'utf8'), SECRET, 'links were not followed');
  await t.rejects(library.remove('m'), { code: 'recording_not_found' });

  await rig.put('m/segments/cam0_1.mp4', 'again');
  await until(() => ids(library).includes('m'), 'the name can be used again');
  t.equal(rig.logged('interrupted'), 1, 'what an earlier removal left was finished');
  t.strictSame((await readdir(rig.recordingsDir)).filter((name) => name.startsWith('.deleting')), []);
});

t.test('of two that remove the same match at once, one did it', async (t) => {
  const rig = await LibraryRig.make(t);
  await rig.put('m/segments/cam0_1.mp4', 'video');
  const library = await rig.open();
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => library.remove('m')));
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const outcome of outcomes) if (outcome.status === 'rejected') t.match(outcome.reason, { code: 'recording_not_found' });
  await t.resolves(until(() => ids(library).length === 0, 'it is off the list'));
});
