/** Files of a match over HTTP, against the bytes on disk. */
import { truncate, utimes } from 'node:fs/promises';
import t from 'tap';
import { beginDownload, download, openFilesOf, serveLibrary } from '../support/download-rig.js';
import { until } from '../support/rig.js';

/** No two stretches of it are alike. */
const CONTENT = Array.from({ length: 125 }, (_, index) => `${String(index).padStart(7, '0')} `).join('');
const FILE = '/api/v1/recordings/m/files/a.mp4';
const SEGMENT = '/api/v1/recordings/m/segments/cam0_20260211_220241_00.mp4';
const BIG_BYTES = 64 * 1024 * 1024;

t.test('a whole file comes as it is on disk, with all that a client needs to resume and to save it', async (t) => {
  const { files, url } = await serveLibrary(t);
  await files.put('m/a.mp4', CONTENT);
  await files.put('m/segments/cam0_20260211_220241_00.mp4', 'segment');
  const file = await download(url, FILE);
  t.equal(file.status, 200);
  t.equal(file.bytes.toString(), CONTENT);
  t.match(file.headers, {
    'content-type': 'application/octet-stream',
    'content-length': '1000',
    'accept-ranges': 'bytes',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'content-disposition': 'attachment; filename=a.mp4',
    etag: /^"[^"]+"$/,
    'last-modified': /GMT$/,
  });
  t.equal((await download(url, SEGMENT)).bytes.toString(), 'segment');
  const head = await download(url, FILE, { method: 'HEAD' });
  t.match(head, { status: 200, headers: { 'content-length': '1000', etag: file.headers['etag'] } });
  t.equal(head.bytes.length, 0);
  t.equal(await openFilesOf(process.pid, 'a.mp4'), 0);
});

t.test('every form of a range gives exactly those bytes', async (t) => {
  const { files, url } = await serveLibrary(t);
  await files.put('m/a.mp4', CONTENT);
  const parts: readonly (readonly [range: string, start: number, end: number])[] = [
    ['bytes=0-0', 0, 0],
    ['bytes=0-99', 0, 99],
    ['bytes=100-', 100, 999],
    ['bytes=-1', 999, 999],
    ['bytes=-100', 900, 999],
    ['bytes=-5000', 0, 999],
    ['bytes=990-5000', 990, 999],
    ['bytes=999-999', 999, 999],
  ];
  for (const [range, start, end] of parts) {
    const part = await download(url, FILE, { headers: { range } });
    t.match(part, { status: 206, headers: { 'content-range': `bytes ${start}-${end}/1000`, 'content-length': String(end - start + 1) } }, range);
    t.equal(part.bytes.toString(), CONTENT.slice(start, end + 1), range);
  }
  for (const range of ['bytes=1000-', 'bytes=5000-6000']) {
    const part = await download(url, FILE, { headers: { range } });
    t.match(part, { status: 416, headers: { 'content-range': 'bytes */1000', 'content-type': /json/ } }, range);
    t.notOk(part.headers['etag'], 'a refusal has no version');
  }
  for (const range of ['bytes=', 'bytes=a-b', 'items=0-5', 'bytes', 'bytes=0-9,20-29']) {
    const whole = await download(url, FILE, { headers: { range } });
    t.match(whole, { status: 200, headers: { 'content-length': '1000' } }, `${range} is answered with the whole`);
    t.equal(whole.bytes.length, 1000);
  }
  const head = await download(url, FILE, { method: 'HEAD', headers: { range: 'bytes=0-9' } });
  t.match(head, { status: 206, headers: { 'content-length': '10' } });
  t.equal(await openFilesOf(process.pid, 'a.mp4'), 0);
});

t.test('an empty file is an empty answer, and no range of it exists', async (t) => {
  const { files, url } = await serveLibrary(t);
  await files.put('m/a.mp4', '');
  t.match(await download(url, FILE), { status: 200, headers: { 'content-length': '0' } });
  t.match(await download(url, FILE, { headers: { range: 'bytes=0-' } }), { status: 416, headers: { 'content-range': 'bytes */0' } });
});

t.test('who has the file is told so, and a resumed download never mixes two versions', async (t) => {
  const { files, url } = await serveLibrary(t);
  await files.put('m/a.mp4', 'first version');
  const first = await download(url, FILE);
  const etag = String(first.headers['etag']);
  const lastModified = String(first.headers['last-modified']);
  const ask = async (headers: Readonly<Record<string, string>>) => download(url, FILE, { headers });

  for (const headers of [{ 'if-none-match': etag }, { 'if-none-match': `"x", ${etag}` }, { 'if-none-match': '*' }, { 'if-modified-since': lastModified }]) {
    const answer = await ask(headers);
    t.match(answer, { status: 304, headers: { etag } }, JSON.stringify(headers));
    t.equal(answer.bytes.length, 0);
  }
  t.equal((await ask({ 'if-none-match': '"x"', 'if-modified-since': lastModified })).status, 200, 'the tag counts more than the date');
  for (const version of [etag, lastModified]) {
    const rest = await ask({ range: 'bytes=6-', 'if-range': version });
    t.match(rest, { status: 206 });
    t.equal(rest.bytes.toString(), 'version');
  }
  t.equal((await ask({ range: 'bytes=6-', 'if-match': etag, 'if-unmodified-since': lastModified })).status, 206);

  await files.put('m/a.mp4', 'other version', 1_800_000);
  t.not((await download(url, FILE)).headers['etag'], etag);
  for (const version of [etag, lastModified, `W/${etag}`]) {
    const whole = await ask({ range: 'bytes=6-', 'if-range': version });
    t.equal(whole.status, 200, 'the whole of the new one');
    t.equal(whole.bytes.toString(), 'other version');
  }
  t.match(await ask({ range: 'bytes=6-', 'if-match': etag }), { status: 412 });
  t.match(await ask({ range: 'bytes=6-', 'if-unmodified-since': lastModified }), { status: 412 });
  t.equal((await ask({ 'if-none-match': etag })).status, 200);
  t.equal((await ask({ 'if-modified-since': lastModified })).status, 200);
  t.equal(await openFilesOf(process.pid, 'a.mp4'), 0);
});

t.test('a name of any alphabet arrives as it is on disk, and links of the list lead to it', async (t) => {
  const { files, library, url } = await serveLibrary(t);
  const names = ['матч №1.mp4', '決勝戦.mp4', 'gol ⚽️.mp4', `it's "the" final.mp4`, 'back\\slash.mp4', '100% sure?#.mp4', 'a;b=c.mp4', 'é\u0301.mp4', 'line\nbreak.mp4', '..mp4'];
  for (const name of names) await files.put(`Föhr – 決勝/${name}`, name);
  library.touched('Föhr – 決勝');
  await until(() => library.matches()[0]?.files.length === names.length, 'all are known');
  const list = await download(url, '/api/v1/recordings');
  const paths = new Map([...list.bytes.toString().matchAll(/"file":("(?:[^"\\]|\\.)*"),[^}]*?"path":"([^"]*)"/g)].map(([, name = '""', path = '']) => [String(JSON.parse(name)), path]));
  for (const name of names) {
    const path = paths.get(name) ?? '';
    t.match(path, /^[\x21-\x7e]+$/, `${JSON.stringify(name)} has a link of plain characters`);
    const file = await download(url, path);
    t.equal(file.status, 200, JSON.stringify(name));
    t.equal(file.bytes.toString(), name);
    const disposition = String(file.headers['content-disposition']);
    t.match(disposition, /^attachment; [\x20-\x7e]+$/);
    t.equal(savedAs(disposition), name.replace('\n', '_'));
  }
});

t.test('a client that leaves midway leaves no file open', async (t) => {
  const { files, url } = await serveLibrary(t);
  await truncate(await files.put('m/a.mp4'), BIG_BYTES);
  const response = await beginDownload(url, FILE);
  t.equal(await openFilesOf(process.pid, 'a.mp4'), 1);
  response.destroy();
  await until(async () => (await openFilesOf(process.pid, 'a.mp4')) === 0, 'the file is closed');
});

t.test('a client that takes nothing any more is let go, with its file', async (t) => {
  const { files, url } = await serveLibrary(t, { downloadStallMs: 300 });
  await truncate(await files.put('m/a.mp4'), BIG_BYTES);
  const response = await beginDownload(url, FILE);
  await until(async () => (await openFilesOf(process.pid, 'a.mp4')) === 0, 'the file is closed');
  t.notOk(response.complete);
  response.destroy();
});

t.test('a file that becomes shorter while it is sent breaks the connection', async (t) => {
  const { files, url, lines } = await serveLibrary(t);
  const path = await files.put('m/a.mp4');
  await truncate(path, BIG_BYTES);
  await utimes(path, 1, 1);
  const response = await beginDownload(url, FILE);
  await truncate(path, 10);
  const broken = Promise.withResolvers<boolean>();
  response.once('error', () => broken.resolve(true));
  response.once('end', () => broken.resolve(false));
  response.resume();
  t.ok(await broken.promise);
  await until(() => lines.some((line) => line.includes('file_became_shorter')), 'the log says why');
  t.equal(await openFilesOf(process.pid, 'a.mp4'), 0);
});

/** What a browser saves it as: `filename*` (RFC 8187) before `filename`. */
function savedAs(disposition: string): string {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (extended !== undefined) return decodeURIComponent(extended);
  const quoted = /filename="((?:[^"\\]|\\.)*)"/.exec(disposition)?.[1];
  return quoted === undefined ? (/filename=([^;]+)/.exec(disposition)?.[1] ?? '') : quoted.replaceAll(/\\(.)/g, '$1');
}
