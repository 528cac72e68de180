/** Which pages may speak to the rig: nobody who can only choose a name for it. */
import { hostname } from 'node:os';
import t from 'tap';
import { isAllowedPage, isForeignEmbedding } from '../../src/api/http/origin.js';
import { compileSchema } from '../../src/lib/schema.js';
import { ConfigSchema } from '../../src/config/schema.js';

const ALLOWED = ['https://club.example'];

t.test('the own page is one whose address is the one that is called, under a name that nobody else can give', async (t) => {
  const own = ['127.0.0.1:8000', '192.168.1.9', '[fd00::9]:8000', '[::1]', 'localhost:8000', 'rig', 'rig:8001', 'rig.local', 'RIG.Local', 'a.b.localhost', 'rig.lan', 'rig.internal', 'rig.home.arpa', hostname()];
  for (const host of own) {
    t.ok(isAllowedPage({ origin: `http://${host}`, host }, ALLOWED), host);
    t.ok(isAllowedPage({ origin: `https://${host}`, host }, []), `${host} behind a proxy that speaks TLS`);
  }
});

t.test('a public name that points at the rig is no page of its own', async (t) => {
  for (const host of ['evil.example', 'evil.example:8000', '192.168.1.9.nip.io', 'local.evil.example', 'rig.local.evil.example', 'evillocal.com', '127.0.0.1.evil.example', `${hostname()}.evil.example`]) {
    t.notOk(isAllowedPage({ origin: `http://${host}`, host }, ALLOWED), host);
  }
  t.ok(isAllowedPage({ origin: 'https://club.example', host: 'club.example' }, ALLOWED), 'unless it is configured');
});

t.test('a page of another address is foreign', async (t) => {
  const host = '192.168.1.9:8000';
  for (const origin of ['http://192.168.1.9', 'http://192.168.1.9:8001', 'http://192.168.1.10:8000', 'null', '', 'garbage', 'file://', 'http://', 'https://club.example.evil.example', 'http://club.example', 'https://club.example:444', 'https://CLUB.example', 'https://club.example/']) {
    t.notOk(isAllowedPage({ origin, host }, ALLOWED), origin);
  }
  t.notOk(isAllowedPage({ origin: 'http://192.168.1.9:8000' }, []), 'without Host');
  t.notOk(configAccepts('null'), 'null is no origin that can be configured');
  t.ok(isAllowedPage({ host }, []), 'a program');
});

t.test('what a browser calls an embedding by another site is foreign, a link is not', async (t) => {
  const host = 'localhost:8000';
  t.ok(isForeignEmbedding({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, ALLOWED));
  t.ok(isForeignEmbedding({ host, origin: 'http://evil.example' }, ALLOWED), 'a fetch with Origin');
  t.notOk(isForeignEmbedding({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, ALLOWED));
  t.notOk(isForeignEmbedding({ host, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, ALLOWED));
  t.notOk(isForeignEmbedding({ host, origin: 'https://club.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, ALLOWED));
  t.notOk(isForeignEmbedding({ host }, ALLOWED), 'a program');
});

const config = compileSchema(ConfigSchema, { defaults: true });
const configAccepts = (origin: string): boolean => config.check({ allowed_origins: [origin] }).ok;

t.test('the configuration takes origins as browsers write them, and nothing that would never match', async (t) => {
  for (const origin of ['https://club.example', 'http://10.0.0.1:8080', 'http://rig', 'http://[fd00::9]:8000', 'https://a-b.c']) t.ok(configAccepts(origin), origin);
  for (const origin of ['*', 'null', 'club.example', 'https://club.example/', 'https://Club.example', 'https://*.example', 'ftp://a', 'https://', 'https://a:b', 'https://a b', 'file://']) t.notOk(configAccepts(origin), origin);
});
