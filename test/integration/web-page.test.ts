import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { Rig } from '../support/rig.js';

const PAGE = join(import.meta.dirname, '../../web');

const rig = await Rig.start();
t.teardown(() => rig.dispose());

const fetchPage = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${rig.url}${path}`, { headers, redirect: 'manual' });

t.test('a browser at / is led to the page, a program gets the answer of the API', async (t) => {
  const browser = await fetchPage('/', { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' });
  t.equal(browser.status, 302);
  t.equal(browser.headers.get('location'), '/app/');
  for (const accept of ['*/*', 'application/json', 'application/json, text/plain, */*']) {
    const program = await fetchPage('/', { accept });
    t.equal(program.status, 200, accept);
    t.match(await program.json(), { product: 'Touchline' });
  }
  const bare = await fetchPage('/app?x=1');
  t.equal(bare.status, 307);
  t.equal(bare.headers.get('location'), '/app/');
});

t.test('the page lets nothing in that does not come from the rig', async (t) => {
  const answer = await fetchPage('/app/');
  t.equal(answer.status, 200);
  const policy = answer.headers.get('content-security-policy') ?? '';
  for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) t.ok(policy.split('; ').includes(rule), rule);
  t.notMatch(policy, /unsafe|https?:|\*/);
  t.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  t.equal(answer.headers.get('referrer-policy'), 'no-referrer');
  const html = await answer.text();
  t.notMatch(html, /<style|style=|<script(?![^>]*src=)|https?:\/\//, 'nothing inline, nothing from elsewhere');
});

t.test('files whose names say what is in them are kept by browsers, the page itself is asked for each time', async (t) => {
  t.equal((await fetchPage('/app/')).headers.get('cache-control'), 'no-cache');
  for (const name of (await readdir(join(PAGE, 'assets'))).filter((file) => !file.endsWith('.gz'))) {
    const answer = await fetchPage(`/app/assets/${name}`);
    t.equal(answer.status, 200, name);
    t.match(answer.headers.get('cache-control'), /immutable/, name);
    const kept = await fetchPage(`/app/assets/${name}`, { 'if-none-match': answer.headers.get('etag') ?? '', 'cache-control': 'max-age=0' });
    t.equal(kept.status, 304, name);
  }
});

t.test('what shrinks is sent compressed to whoever takes it, and is the same', async (t) => {
  for (const name of (await readdir(join(PAGE, 'assets'))).filter((file) => /\.(?:js|css)$/.test(file))) {
    const compressed = await fetchPage(`/app/assets/${name}`, { 'accept-encoding': 'gzip' });
    const plain = await fetchPage(`/app/assets/${name}`, { 'accept-encoding': 'identity' });
    t.equal(compressed.headers.get('content-encoding'), 'gzip', name);
    t.equal(plain.headers.get('content-encoding'), null, name);
    t.match(compressed.headers.get('content-type'), name.endsWith('.js') ? /javascript/ : /css/);
    const expected = await readFile(join(PAGE, 'assets', name), 'utf8');
    t.equal(await compressed.text(), expected, name);
    t.equal(await plain.text(), expected, name);
  }
});

t.test('nothing beside the page can be had through it, and nothing breaks it', async (t) => {
  for (const path of ['/app/nothing', '/app/assets/', '/app/assets', '/app/..%2f..%2fpackage.json', '/app/%2e%2e/%2e%2e/package.json', '/app/index.html/x', '/app/%00', '/app/%zz']) {
    const { status } = await fetchPage(path);
    t.ok(status === 404 || status === 400 || status === 403, `${path} ${status}`);
  }
  for (const range of ['bytes=9-2', 'bytes=x-', 'bytes=0-99999999']) t.equal((await fetchPage('/app/', { range })).status, 200, range);
  t.equal((await fetchPage('/app/')).status, 200);
});

t.test('GET /rig tells a page what it needs once', async (t) => {
  const { status, body } = await rig.get('/api/v1/rig');
  t.equal(status, 200);
  t.match(body, {
    cameras: [
      { id: 0, key: 'camera_0', label: 'Left camera' },
      { id: 1, key: 'camera_1', label: 'Right camera' },
    ],
    match_teams: [],
    preview_transport_mode: 'dual',
    protection_seconds: 10,
    require_all_cameras: true,
  });
});
