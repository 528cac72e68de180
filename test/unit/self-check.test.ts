/** The watchdog is fed by answers, on every port that a rig may use. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import t from 'tap';
import { answersRequests } from '../../src/telemetry/self-check.js';

/** Ports that browsers and fetch refuse (fetch standard, "bad port"); the first one that is free here. */
const REFUSED_BY_FETCH = [6000, 10080, 6566, 6697, 5061];

t.test('an answer counts whatever it says and whatever port it comes from, and no answer does not', async (t) => {
  const server = createServer((_request, response) => void response.writeHead(503).end('x'.repeat(1_000_000)));
  t.teardown(() => server.close());
  for (const port of REFUSED_BY_FETCH) {
    server.listen(port, '127.0.0.1');
    const isListening = await Promise.race([once(server, 'listening').then(() => true), once(server, 'error').then(() => false)]);
    if (!isListening) continue;
    const check = answersRequests({ host: '127.0.0.1', port, path: '/' });
    t.equal(await check.goesOn(), true);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await t.rejects(Promise.resolve(check.goesOn()), { code: 'ECONNREFUSED' });
    return;
  }
  t.pass('left out', { skip: 'all of these ports are taken here' });
});
