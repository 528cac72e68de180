/** A whole match as one zip: everything in it, nothing lost, nothing left behind. */
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import express from 'express';
import t from 'tap';
import { sendZip } from '../../src/api/http/zip.js';
import { beginDownload, download, openFilesOf, serveLibrary } from '../support/download-rig.js';
import { Rig, until } from '../support/rig.js';
import { readZip } from '../support/zip-check.js';

const MiB = 1024 * 1024;
const ZIP = '/api/v1/recordings/m/download';

t.test('a zip holds every file of the match under its id, as it is on disk, in exactly the announced length', async (t) => {
  const { files, url } = await serveLibrary(t);
  const id = 'Финал – 決勝 ⚽️';
  const contents = new Map([
    [`${id}/match.json`, '{}'],
    [`${id}/empty.mp4`, ''],
    [`${id}/матч.mp4`, 'а'.repeat(70_000)],
    [`${id}/segments/cam0_20260211_220241_00.mp4`, 'x'.repeat(3 * MiB + 1)],
    [`${id}/segments/deeper/notes.txt`, 'note'],
  ]);
  for (const [name, content] of contents) await files.put(name, content);
  const writtenAt = new Date(2026, 1, 11, 22, 2, 42);
  await utimes(files.path(id, 'match.json'), writtenAt, writtenAt);

  const zip = await download(url, `/api/v1/recordings/${encodeURIComponent(id)}/download`);
  t.match(zip, { status: 200, broken: false, headers: { 'content-type': 'application/zip', 'content-length': String(zip.bytes.length), 'cache-control': 'no-store' } });
  t.equal(zip.headers['content-disposition'], `attachment; filename="????? ? ?? ??.zip"; filename*=UTF-8''${encodeURIComponent(`${id}.zip`)}`);
  const path = join(files.folder, 'got.zip');
  await writeFile(path, zip.bytes);
  const read = await readZip(path, { unpackInto: join(files.folder, 'unpacked') });
  t.equal(read.damaged, null);
  t.strictSame(read.entries.map(({ name }) => name).sort(), [...contents.keys()].sort());
  t.ok(read.entries.every(({ stored }) => stored));
  t.equal(read.entries.find(({ name }) => name.endsWith('match.json'))?.local, '2026-02-11 22:02:42');
  for (const [name, content] of contents) t.equal(await readFile(join(files.folder, 'unpacked', name), 'utf8'), content, name);

  const head = await download(url, `/api/v1/recordings/${encodeURIComponent(id)}/download`, { method: 'HEAD' });
  t.match(head, { status: 200, headers: { 'content-length': String(zip.bytes.length), 'content-type': 'application/zip' } });
  t.equal(head.bytes.length, 0);
  t.equal(await openFilesOf(process.pid, files.recordingsDir), 0);
});

t.test('a match of more than 4 GiB becomes a zip that other programs read to its end', async (t) => {
  // In a process of its own, so that sending and receiving do not wait for each other.
  // Holes in memory's own file system cost nothing to read; elsewhere each becomes a page of the cache first.
  const recordingsDir = await mkdtemp('/dev/shm/touchline-');
  t.teardown(() => rm(recordingsDir, { recursive: true, force: true }));
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDINGS_DIR: recordingsDir } });
  t.teardown(() => rig.dispose());
  const hugeBytes = 4 * 1024 * MiB + 5;
  await mkdir(join(rig.recordingsDir, 'm'));
  await writeFile(join(rig.recordingsDir, 'm', 'a-huge.mp4'), '');
  await truncate(join(rig.recordingsDir, 'm', 'a-huge.mp4'), hugeBytes);
  await writeFile(join(rig.recordingsDir, 'm', 'behind.mp4'), 'behind the huge one');
  const response = await beginDownload(rig.url, ZIP);
  // What is only zeros becomes a hole again, so that the disk does not have to take four gigabytes.
  const zeros = Buffer.alloc(MiB);
  const path = join(rig.folder, 'got.zip');
  const file = openSync(path, 'w');
  let bytes = 0;
  response.on('data', (piece: Buffer) => {
    if (zeros.compare(piece, 0, piece.length, 0, piece.length) !== 0) writeSync(file, piece, 0, piece.length, bytes);
    bytes += piece.length;
  });
  await once(response, 'end');
  closeSync(file);
  t.equal(String(bytes), response.headers['content-length']);
  // Reading four gigabytes once more with Python would take longer than all the rest: the checksum is compared instead.
  let crc = 0;
  for (let from = 0; from < hugeBytes; from += MiB) crc = crc32(zeros.subarray(0, Math.min(MiB, hugeBytes - from)), crc);
  const read = await readZip(path, { all: false });
  t.match(read.entries, [{ name: 'm/a-huge.mp4', bytes: hugeBytes, stored: true, crc }, { name: 'm/behind.mp4', bytes: 19 }]);
  t.equal(read.smallest, 'behind the huge one', 'the entry behind 4 GiB is found');
});

t.test('a client that leaves midway leaves no file open', async (t) => {
  const { files, url, lines } = await serveLibrary(t);
  for (const name of ['a', 'b', 'c']) await truncate(await files.put(`m/${name}.mp4`), 64 * MiB);
  const response = await beginDownload(url, ZIP);
  t.equal(await openFilesOf(process.pid, files.recordingsDir), 3);
  response.destroy();
  await until(async () => (await openFilesOf(process.pid, files.recordingsDir)) === 0, 'the files are closed');
  t.notOk(lines.some((line) => line.includes('broke off')), 'which is nobody\'s fault');
});

t.test('a file that becomes shorter midway breaks the connection; one that is deleted arrives', async (t) => {
  const { files, library, url, lines } = await serveLibrary(t);
  await truncate(await files.put('m/a.mp4'), 64 * MiB);
  const shrinking = await files.put('m/b.mp4');
  await truncate(shrinking, 64 * MiB);
  const response = await beginDownload(url, ZIP);
  await truncate(shrinking, MiB);
  const broken = Promise.withResolvers<boolean>();
  response.once('error', () => broken.resolve(true));
  response.once('end', () => broken.resolve(false));
  response.resume();
  t.ok(await broken.promise);
  await until(() => lines.some((line) => line.includes('file_became_shorter')), 'the log says why');

  const whole = await beginDownload(url, ZIP);
  await library.remove('m');
  let bytes = 0;
  whole.on('data', (piece: Buffer) => (bytes += piece.length));
  await new Promise((resolve) => whole.once('end', resolve));
  t.equal(String(bytes), whole.headers['content-length']);
  await until(async () => (await openFilesOf(process.pid, files.recordingsDir)) === 0, 'the files are closed');
});

t.test('two zips at a time; the third client learns when to ask again, and gets its zip then', async (t) => {
  const { files, url } = await serveLibrary(t);
  await truncate(await files.put('m/a.mp4'), 64 * MiB);
  const [first, second] = [await beginDownload(url, ZIP), await beginDownload(url, ZIP)];
  const third = await download(url, ZIP);
  t.match(third, { status: 503, headers: { 'retry-after': /^\d+$/ } });
  t.match(third.bytes.toString(), /"code":"too_many_downloads"/);
  t.equal((await download(url, ZIP, { method: 'HEAD' })).status, 200, 'the length is no download');
  t.equal((await download(url, '/api/v1/recordings/nobody/download')).status, 503, 'before the disk is asked for anything');
  first.destroy();
  await until(async () => (await download(url, '/api/v1/recordings/nobody/download')).status === 404, 'a place is free');
  const fourth = await beginDownload(url, ZIP);
  t.equal(fourth.statusCode, 200);
  for (const response of [second, fourth]) response.destroy();
});

t.test('the checksums come from native code', async (t) => {
  const yazl = createRequire(createRequire(import.meta.url).resolve('yazl'));
  t.match(yazl.resolve('buffer-crc32'), /\/native\/buffer-crc32\/index\.js$/, 'yazl takes the stand-in');
  const crc32 = yazl('buffer-crc32');
  t.equal(crc32.unsigned(Buffer.from('123456789')), 0xcbf43926);
  t.equal(crc32.unsigned(Buffer.from('6789'), crc32.unsigned(Buffer.from('12345'))), 0xcbf43926, 'a checksum can be continued');
});

t.test('an id or name that unpackers would take for a path becomes a plain one, and none is lost', async (t) => {
  const { files, url } = await serveLibrary(t);
  const id = 'C: Jugend';
  await mkdir(files.path(id), { recursive: true });
  for (const name of ['a\\b.mp4', 'a_b.mp4', '..\\..\\up.mp4', 'back\\']) await writeFile(files.path(id, name), name);
  const zip = await download(url, `/api/v1/recordings/${encodeURIComponent(id)}/download`);
  t.equal(zip.status, 200);
  const path = join(files.folder, 'got.zip');
  await writeFile(path, zip.bytes);
  const read = await readZip(path);
  t.equal(read.damaged, null);
  t.strictSame(read.entries.map(({ name }) => name).sort(), ['C_ Jugend/.._.._up.mp4', 'C_ Jugend/a_b (2).mp4', 'C_ Jugend/a_b.mp4', 'C_ Jugend/back_']);
});

t.test('a client that is gone before the zip begins takes nothing with it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-zip-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.mp4'), 'x'.repeat(3 * MiB));
  const app = express();
  const answered = Promise.withResolvers<boolean>();
  app.get('/', (request, response) => {
    const answer = async (): Promise<boolean> => {
      const handle = await open(join(folder, 'a.mp4'));
      request.socket.destroy();
      await once(response, 'close');
      return sendZip(request, response, { matchId: 'm', files: [{ handle, path: join(folder, 'a.mp4'), name: 'a.mp4', relativePath: 'a.mp4', bytes: 3 * MiB, headers: [], modifiedEpochMs: 0, etag: '"1"' }] }, 1000);
    };
    answer().then(answered.resolve, answered.reject);
  });
  const server = app.listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  await t.rejects(fetch(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`));
  t.equal(await answered.promise, false);
  t.equal(await openFilesOf(process.pid, folder), 0);
  // What is read in the background would fail in a moment: an error that nobody hears ends the process.
  for (let turns = 0; turns < 20; turns += 1) await new Promise((next) => setImmediate(next));
});
