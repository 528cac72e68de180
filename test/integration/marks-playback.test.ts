/** Files of a match play inside a page, and what is no video is never shown by a browser. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openBrowser } from '../support/browser.js';
import { download, serveLibrary } from '../support/download-rig.js';
import { Rig, until } from '../support/rig.js';

const PAGE = '<!doctype html><script>document.title = "ran"</script>';

t.test('inline is for videos that play, everything else is saved as before', async (t) => {
  const { files, url } = await serveLibrary(t);
  for (const name of ['segments/cam0_20260101_120000_00.mp4', 'segments/x.mkv', 'final.mp4', 'evil.html', 'match.json', 'a.zip', 'x.MP4', 'mp4']) await files.put(`final/${name}`, PAGE);
  const of = (name: string): string => `/api/v1/recordings/final/${name.startsWith('segments/') ? name : `files/${name}`}`;

  for (const name of ['segments/cam0_20260101_120000_00.mp4', 'final.mp4']) {
    const shown = await download(url, `${of(name)}?inline=1`);
    t.match(shown, { status: 200, headers: { 'content-type': 'video/mp4', 'content-disposition': 'inline', 'x-content-type-options': 'nosniff', 'accept-ranges': 'bytes', 'content-length': String(PAGE.length) } });
    t.match(shown.headers['content-security-policy'], /default-src 'none'/);
    const part = await download(url, `${of(name)}?inline=true`, { headers: { Range: 'bytes=2-5' } });
    t.match(part, { status: 206, headers: { 'content-range': `bytes 2-5/${PAGE.length}`, 'content-type': 'video/mp4', etag: String(shown.headers['etag']) } });
    t.equal(part.bytes.toString(), PAGE.slice(2, 6));
    t.match(await download(url, `${of(name)}?inline=1`, { headers: { 'If-None-Match': String(shown.headers['etag']) } }), { status: 304 });
    t.match(await download(url, `${of(name)}?inline=1`, { headers: { Range: 'bytes=900-' } }), { status: 416 });
    t.match(await download(url, `${of(name)}?inline=1`, { method: 'HEAD' }), { status: 200, headers: { 'content-type': 'video/mp4' } });
    for (const saved of ['', '?inline=0', '?other=1']) {
      t.match(await download(url, `${of(name)}${saved}`), { status: 200, headers: { 'content-type': 'application/octet-stream', 'content-disposition': /^attachment; filename/ } });
    }
  }
  for (const name of ['segments/x.mkv', 'evil.html', 'match.json', 'a.zip', 'x.MP4', 'mp4']) {
    t.match(await download(url, `${of(name)}?inline=1`), { status: 200, headers: { 'content-type': 'application/octet-stream', 'content-disposition': /^attachment; filename/, 'x-content-type-options': 'nosniff' } }, name);
  }
  t.match(await download(url, `${of('final.mp4')}?inline=maybe`), { status: 422 });
});

t.test('a browser plays a finished segment, seeks in it, and takes a page in the place of a video for no page', async (t) => {
  const browser = await openBrowser(t);
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  await rig.record('final');
  await until(async () => Number((await rig.get('/api/v1/recording')).body['duration']) > 5, 'five seconds are recorded');
  await rig.stop();
  const [name = ''] = await rig.segments('final', 0);
  const address = `${rig.url}/api/v1/recordings/final/segments/${name}?inline=1`;
  const asked: (string | undefined)[] = [];
  const page = await browser.newPage();
  page.on('request', (request) => {
    if (request.url() === address) asked.push(request.headers()['range']);
  });
  await page.goto(`${rig.url}/app/`);

  const played = await page.evaluate(`(async () => {
    const video = document.createElement('video');
    video.muted = true;
    document.body.append(video);
    const heard = (event) => new Promise((resolve, reject) => {
      video.addEventListener(event, resolve, { once: true });
      video.addEventListener('error', () => reject(new Error(video.error.message)), { once: true });
    });
    const ready = heard('canplay');
    video.src = ${JSON.stringify(address)};
    await ready;
    const moving = new Promise((resolve) => video.addEventListener('timeupdate', () => video.currentTime > 0.3 && resolve()));
    await video.play();
    await moving;
    const playedTo = video.currentTime;
    video.pause();
    const frames = video.getVideoPlaybackQuality().totalVideoFrames;
    const sought = heard('seeked');
    video.currentTime = 4;
    await sought;
    const seekable = video.seekable.end(0);
    return { playedTo, frames, at: video.currentTime, seekable, duration: video.duration, width: video.videoWidth };
  })()`);
  const facts = Object(played);
  t.comment(JSON.stringify(facts), JSON.stringify(asked));
  t.ok(facts.playedTo > 0.3 && facts.frames > 5, 'it plays');
  t.equal(facts.at, 4, 'it seeks');
  t.ok(facts.seekable > 4 && facts.duration > 4 && facts.duration < 15 && facts.width > 0);

  await writeFile(join(rig.recordingsDir, 'final', 'page.mp4'), PAGE);
  await page.goto(`${rig.url}/api/v1/recordings/final/files/page.mp4?inline=1`);
  t.not(await page.title(), 'ran', 'nothing in it is carried out');
  await page.context().close();
});
