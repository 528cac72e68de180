/** The catalogue is an index: whatever becomes of it, the list is that of the folders. */
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { execa } from '#execa';
import t from 'tap';
import { makeBigLibrary } from '../support/big-library.js';
import { ids, LibraryRig } from '../support/library.js';
import { until } from '../support/rig.js';

const MATCHES = 60;

async function filled(t: Parameters<typeof LibraryRig.make>[0]): Promise<LibraryRig> {
  const rig = await LibraryRig.make(t);
  await makeBigLibrary(rig.recordingsDir, { matches: MATCHES, segmentsPerCamera: 2 });
  return rig;
}

function edit(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

t.test('whatever happened to its file, the list is right and the catalogue is whole again', async (t) => {
  const rig = await filled(t);
  const file = join(rig.stateDir, 'library.db');
  const first = await rig.open();
  const truth = first.matches();
  t.equal(truth.length, MATCHES);
  await rig.close(first);

  const overwrite = async (position: number, bytes: Buffer): Promise<void> => {
    const handle = await open(file, 'r+');
    await handle.write(bytes, 0, bytes.length, position);
    await handle.close();
  };
  const size = (await stat(file)).size;
  const damages: Record<string, () => Promise<unknown>> = {
    removed: () => rm(file),
    'cut in the middle': () => truncate(file, Math.floor(size / 2) + 100),
    'cut to half a header': () => truncate(file, 50),
    'of no bytes': () => truncate(file, 0),
    'a text': () => writeFile(file, 'this is no database\n'.repeat(500)),
    'zeros at the beginning': () => overwrite(0, Buffer.alloc(4096)),
    'rubbish in the middle': () => overwrite(Math.floor(size / 2), Buffer.alloc(3000, 0xa5)),
    'one changed digit': async () => {
      const content = await readFile(file);
      const at = content.indexOf('"totalBytes":', content.indexOf(`{"matchId":"${truth[40]?.matchId}"`)) + '"totalBytes":'.length;
      await overwrite(at, Buffer.from('9'));
    },
    'of another version': async () => edit(file, 'PRAGMA user_version = 77'),
    'without its table': async () => edit(file, 'DROP TABLE match'),
    'with another table of that name': async () => edit(file, 'DROP TABLE match; CREATE TABLE match (a TEXT)'),
    'with an entry that is no summary': async () => edit(file, `UPDATE match SET summary = '{"matchId":7}'`),
    'with the entries of other matches': async () => edit(file, `UPDATE match SET fingerprint = '', match_id = 'x' || match_id`),
    'with files of a crash beside it': async () => {
      await writeFile(`${file}-wal`, Buffer.alloc(9000, 0x5a));
      await writeFile(`${file}-shm`, Buffer.alloc(100, 0x5a));
    },
    'a FIFO': () => rm(file).then(() => execa('mkfifo', [file])),
    'a link to nowhere': () => rm(file).then(() => symlink('/nowhere/at/all', file)),
  };
  const unsaid = new Set(['removed', 'with files of a crash beside it', 'a link to nowhere']);
  for (const [what, damage] of Object.entries(damages)) {
    await damage();
    const saidBefore = rig.logged('made anew');
    const library = await rig.open();
    t.strictSame(library.matches(), truth, what);
    t.equal(rig.logged('made anew') - saidBefore, unsaid.has(what) ? 0 : 1, 'it is said when a catalogue was thrown away');
    await rig.close(library);
    const again = await rig.open();
    t.strictSame(again.matches(), truth, `${what}, the next time`);
    await rig.close(again);
    t.ok((await stat(file)).isFile(), 'there is a catalogue on disk again');
    t.notOk(existsSync(`${file}-wal`), 'closed in order');
  }
});

t.test('without a place for its file the list is kept in memory, and one line says so', async (t) => {
  const rig = await filled(t);
  await mkdir(join(rig.stateDir, 'library.db', 'not-ours'), { recursive: true });
  const library = await rig.open();
  t.equal(library.matches().length, MATCHES);
  t.equal(rig.logged('kept in memory'), 1);
  await rig.put('later/segments/cam0_1.mp4');
  await until(() => ids(library).includes('later'), 'a new match appears');
  t.ok(existsSync(join(rig.stateDir, 'library.db', 'not-ours')), 'what is not ours stays');
  t.equal(rig.logged('kept in memory'), 1);
});

t.test('a start with a catalogue shows what it knows at once and looks only at what has moved', async (t) => {
  const rig = await filled(t);
  const first = await rig.open();
  const [touched, gone] = ids(first);
  const same = ids(first)[40];
  await rig.close(first);
  // In place and with the old times: nothing in the folders tells.
  const segment = `${same}/segments/cam0_hidden_1.mp4`;
  await rig.put(segment, 'x');
  await rig.settle(`${same}/segments`, same ?? '');
  const baseline = await rig.open();
  await rig.close(baseline);
  await rig.put(segment, 'a much longer content');
  await rig.put(`${touched}/segments/cam5_1.mp4`);
  await rm(rig.path(gone ?? ''), { recursive: true });

  const library = await rig.openUnready({ compareEveryMs: 3_600_000 });
  const atOnce = new Promise<number>((resolve) => library.events.once('changed', () => resolve(ids(library).length)));
  await library.ready();
  t.equal(await atOnce, MATCHES, 'all that was known, the match that is gone included');
  t.notOk(ids(library).includes(gone ?? ''), 'after the comparison it is gone');
  const match = (id: string | undefined) => library.matches().find(({ matchId }) => matchId === id);
  t.ok(match(touched)?.cameras.some(({ group }) => group === 'cam5'), 'what was added is there');
  // The known size, not the true one: the proof that the files of a match that did not move were not asked for.
  t.equal(match(same)?.totalBytes, 4 * 52 + 1);
});

t.test('a match that was being written when the daemon ended is looked at again although its folders did not move', async (t) => {
  const rig = await LibraryRig.make(t);
  const path = await rig.put('m/segments/cam0_1.mp4', 'short', 10_000);
  const first = await rig.open();
  t.equal(first.matches()[0]?.totalBytes, 5);
  await rig.close(first);
  await writeFile(path, 'much longer than before');
  const second = await rig.open({ compareEveryMs: 3_600_000 });
  t.equal(second.matches()[0]?.totalBytes, 23);
});

t.test('a file that was overwritten in place is found in the end, because each comparison reads some matches anew', async (t) => {
  const rig = await filled(t);
  const path = await rig.put('zz/segments/cam0_1.mp4', 'x');
  await rig.settle('zz/segments', 'zz');
  const library = await rig.open({ compareEveryMs: 50, rereadMatches: 10 });
  await rig.put('zz/segments/cam0_1.mp4', 'longer');
  await until(() => library.matches().find(({ matchId }) => matchId === 'zz')?.totalBytes === 6, `${path} is read again`);
});

t.test('a rebuild reads every file anew and changes nothing that was right', async (t) => {
  const rig = await filled(t);
  const wrong = await rig.put('wrong/segments/cam0_1.mp4', 'x');
  await rig.settle('wrong/segments', 'wrong');
  const library = await rig.open({ compareEveryMs: 3_600_000 });
  const before = library.matches();
  await writeFile(wrong, 'written in place, without a trace in the folders');
  const revision = library.revision();
  t.equal(await library.rebuild(), MATCHES + 1);
  t.equal(library.revision(), revision + 1);
  t.equal(library.matches().find(({ matchId }) => matchId === 'wrong')?.totalBytes, 48);
  const kept = library.matches().filter((match) => before.includes(match));
  t.equal(kept.length, MATCHES, 'what is the same is the same object');
  t.equal(await library.rebuild(), MATCHES + 1);
  t.equal(library.revision(), revision + 1, 'a rebuild that finds nothing changes nothing');
  t.equal(library.matches(), library.matches(), 'the same list as long as nothing changes');
});

t.test('a thread that dies is started again, says so, and the list stays', async (t) => {
  const rig = await filled(t);
  const { library, thread } = await rig.openWithThread();
  const before = library.matches();
  const rebuilding = library.rebuild();
  await Promise.all([t.rejects(rebuilding, { kind: 'unavailable', code: 'library_restarting' }), thread.terminate()]);
  t.strictSame(library.matches(), before, 'requests are answered meanwhile');
  await t.rejects(library.rebuild(), { code: 'library_restarting' });
  await rm(rig.path(ids(library)[0] ?? ''), { recursive: true });
  await rig.put('after/segments/cam0_1.mp4');
  await until(() => ids(library).includes('after') && library.matches().length === MATCHES, 'the new thread has compared');
  t.equal(rig.logged('started again'), 1);
  t.equal(await library.rebuild(), MATCHES);
  t.equal(library.matches().filter((match) => before.includes(match)).length, MATCHES - 1, 'what is the same is still the same object');
});
