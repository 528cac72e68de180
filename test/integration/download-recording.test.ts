/** The library over HTTP on the real daemon, while it records and after. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { download, openFilesOf } from '../support/download-rig.js';
import { framesIn, Rig, until } from '../support/rig.js';
import { readZip } from '../support/zip-check.js';

const ID = 'Finale Ü12';
const BASE = `/api/v1/recordings/${encodeURIComponent(ID)}`;

t.test('a match can be downloaded while it is recorded, and can be deleted only afterwards', async (t) => {
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDING_SEGMENT_SECONDS: '4' } });
  t.teardown(() => rig.dispose());
  await rig.record(ID);
  await until(async () => (await rig.segments(ID, 0)).length >= 2, 'a second segment', 30_000);
  const growing = (await rig.segments(ID, 0)).at(-1) ?? '';

  await t.test('a segment that is being written plays as far as it is offered, and later is another version', async () => {
    const path = `${BASE}/segments/${growing}`;
    const local = join(rig.folder, 'growing.mp4');
    let etag = '';
    await until(async () => {
      const part = await download(rig.url, path);
      if (part.status !== 200 || part.broken) return false;
      etag = String(part.headers['etag']);
      await writeFile(local, part.bytes);
      return (await framesIn(local)) > 0;
    }, 'the segment plays');
    await until(async () => {
      const later = await download(rig.url, path, { headers: { range: 'bytes=100-', 'if-range': etag } });
      return later.status === 200 && later.headers['etag'] !== etag;
    }, 'it grows, and is not continued from the older version');
  });

  await t.test('the zip of the running match is whole and plays', async (t) => {
    const zip = await download(rig.url, `${BASE}/download`);
    t.match(zip, { status: 200, broken: false, headers: { 'content-length': String(zip.bytes.length) } });
    const path = join(rig.folder, 'running.zip');
    const unpacked = join(rig.folder, 'unpacked');
    await writeFile(path, zip.bytes);
    const read = await readZip(path, { unpackInto: unpacked });
    t.equal(read.damaged, null);
    const videos = read.entries.filter(({ name }) => name.endsWith('.mp4'));
    t.ok(videos.length >= 3, `${videos.length} videos`);
    for (const { name, bytes } of videos) if (bytes > 0) t.ok((await framesIn(join(unpacked, name))) > 0, name);
    t.ok(read.entries.every(({ name }) => name.startsWith(`${ID}/`)));
  });

  await t.test('its deletion is refused and changes nothing', async (t) => {
    const before = (await readdir(rig.segmentsDir(ID))).length;
    t.match(await rig.delete(BASE), { status: 409, body: { code: 'match_is_recording' } });
    t.ok((await readdir(rig.segmentsDir(ID))).length >= before);
    t.match((await rig.get('/api/v1/recording')).body, { recording: true });
  });

  const { body } = await rig.get('/api/v1/recording');
  const stop = await rig.stop();
  await t.test('none of it cost the recording a frame', async (t) => {
    for (const camera of ['camera_0', 'camera_1']) t.equal(body['cameras']?.[camera]?.['facts']?.['frames_missed']?.valueOf(), 0, camera);
    t.match(stop.body, { success: true, integrity: { all_ok: true } });
  });

  await t.test('the list, the segments and their links agree', async (t) => {
    await until(async () => (await rig.get('/api/v1/recordings')).body['recordings']?.[ID]?.['camera_count']?.valueOf() === 2, 'the match is listed');
    const listed = (await rig.get('/api/v1/recordings')).body['recordings']?.[ID];
    const segments = (await rig.get(`${BASE}/segments`)).body;
    t.match(segments, { match_id: ID, type: 'segmented', other: [] });
    t.match(listed, { files: [{ file: 'cam0', type: 'segmented' }, { file: 'cam1', type: 'segmented' }] });
    t.equal(segments['segments_count']?.valueOf(), (await readdir(rig.segmentsDir(ID))).filter((name) => name.endsWith('.mp4')).length);
    const link = String(segments['cam1']?.[0]?.['path']);
    t.equal((await download(rig.url, link)).status, 200);
    t.match(segments['cam1']?.[0], { segment_number: 1, camera: 'cam1' });
    t.strictSame((await rig.get(`${BASE}/processing-status`)).body, { processing: false, completed: false, message: 'Not processed' });
    t.match(await rig.post('/api/v1/library/rebuild', {}), { status: 200, body: { success: true, matches: 1 } });
  });

  await t.test('a finished match is removed with everything in it', async (t) => {
    const removed = await rig.delete(BASE);
    t.match(removed, { status: 200, body: { status: 'deleted', match_id: ID } });
    t.ok(Number(removed.body['files_deleted']) >= 4);
    t.notOk(existsSync(join(rig.recordingsDir, ID)));
    t.match(await rig.delete(BASE), { status: 404, body: { detail: `Recording ${ID} not found` } });
    t.match(await rig.get(`${BASE}/segments`), { status: 404, body: { detail: `Recording ${ID} not found` } });
    t.match((await rig.get('/api/v1/recordings')).body, { recordings: {} });
    t.equal((await rig.get(`${BASE}/processing-status`)).status, 200);
  });
});

const SECRET = 'nobody may read this';
/** On the wire as they are, each in place of an id and of a name. */
const TRICKS = [
  '.', '..', '%2e', '%2e%2e', '%2E%2e', '..%2f..%2foutside', '%2e%2e%2foutside', '%252e%252e', '%252e%252e%252foutside', '..%5coutside', '..\\outside',
  '%2fetc', '%2fetc%2fpasswd', '/etc/passwd', '//etc/passwd', '%00', 'm%00', 'a.mp4%00.txt', 'link', 'link.mp4', 'm%2f..%2fm', 'm.', 'm%20', 'a.mp4.', 'a.mp4%20', ' ',
  '%c0%ae%c0%ae', '%u002e', '%', '%zz', '%ed%a0%80', `${'x'.repeat(300)}`, `${'%C3%A4'.repeat(2000)}`, '....', '..;', '~', '*', 'segments', 'segments%2fcam0_1.mp4',
];

t.test('no id and no name on any route leads out of the recordings folder', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const outside = join(rig.folder, 'outside');
  const segments = join(rig.recordingsDir, 'm', 'segments');
  await mkdir(join(outside, 'segments'), { recursive: true });
  await mkdir(segments, { recursive: true });
  const secrets = [join(outside, 'a.mp4'), join(outside, 'segments', 'a.mp4'), join(rig.folder, 'a.mp4'), join(rig.recordingsDir, 'a.mp4')];
  for (const path of secrets) await writeFile(path, SECRET);
  await writeFile(join(rig.recordingsDir, 'm', 'a.mp4'), 'video');
  await writeFile(join(segments, 'cam0_1.mp4'), 'video');
  await symlink(outside, join(rig.recordingsDir, 'link'));
  await symlink(join(outside, 'a.mp4'), join(rig.recordingsDir, 'm', 'link.mp4'));
  await symlink(join(outside, 'a.mp4'), join(segments, 'link.mp4'));
  const kept = async () => (await readdir(rig.folder, { recursive: true })).filter((path) => !/^(?:state|run)/.test(path)).sort();
  const before = await kept();

  const base = '/api/v1/recordings';
  for (const trick of TRICKS) {
    const asks: readonly (readonly [method: string, path: string])[] = [
      ...['segments', 'download', 'segments/a.mp4', 'files/a.mp4', 'segments/cam0_1.mp4'].flatMap((rest) => [['GET', `${base}/${trick}/${rest}`], ['HEAD', `${base}/${trick}/${rest}`]] as const),
      ['DELETE', `${base}/${trick}`],
      ...['files', 'segments'].flatMap((kind) => [['GET', `${base}/m/${kind}/${trick}`], ['HEAD', `${base}/m/${kind}/${trick}`]] as const),
    ];
    for (const [method, path] of asks) {
      // A client cannot even send it.
      if (/[^\x21-\x7e]/.test(path)) continue;
      const answer = await download(rig.url, path, { method });
      const shown = `${method} ${path.slice(0, 80)} -> ${answer.status}`;
      if (answer.status < 400 || answer.status > 499) t.fail(shown);
      if (answer.bytes.includes(SECRET) || answer.bytes.length > 2000) t.fail(`${shown}: ${answer.bytes.subarray(0, 100).toString()}`);
    }
  }
  t.strictSame(await kept(), before, 'nothing was removed');
  t.equal(await openFilesOf(rig.pid, '.mp4'), 0);
  t.equal((await download(rig.url, `${base}/m/files/a.mp4`)).bytes.toString(), 'video', 'what may be read can be read');
  const long = await rig.get(`${base}/${'x'.repeat(5000)}/segments`);
  t.match(long, { status: 404, body: { detail: `Recording ${'x'.repeat(130)}… not found` } });
  t.match(await rig.get(`${base}/a%0Ab%E2%80%AE/segments`), { status: 404, body: { detail: 'Recording a\ufffdb\ufffd not found' } });
  t.match(await rig.get(`${base}/m/segments/nobody.mp4`), { status: 404, body: { detail: 'Segment not found' } });
  t.match(await rig.get(`${base}/m/files/nobody.mp4`), { status: 404, body: { detail: 'Recording file not found' } });
});
