/**
 * Bad input on every route of the real daemon gets a clear error and changes nothing: no file, no folder, no state, in
 * an idle rig and in one that records.
 */
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { createRoutes } from '../../src/api/http/routes.js';
import type { Route } from '../../src/api/http/route.js';
import { complaintAbout, fullPath, randomRequest } from '../support/api-walk.js';
import { type Answer, call } from '../support/http.js';
import {
  HOSTILE_BODIES,
  HOSTILE_FLAGS,
  HOSTILE_MATCH_IDS,
  HOSTILE_SUFFIXES,
  randomFrom,
  randomWrongBody,
} from '../support/hostile.js';
import { plannedParts } from '../support/planned-parts.js';
import { Rig } from '../support/rig.js';

const ROUTES = createRoutes(plannedParts());
/** Every path without parameters, and the methods that it has. */
const PATHS = Map.groupBy(ROUTES.filter(({ params }) => params === null), (route) => fullPath(route, '/api/v1', {}));
const PARAMS = { match_id: 'fuzzed', segment_name: 'cam0_20260101_120000_00.mp4', file_name: 'match.json', log_type: 'health', mark_id: '3c9f2a4e-0d6b-4f1a-8e27-5b7c1d9e0f42' };
const RANDOM_REQUESTS_PER_ROUTE = 25;
const SEED = Number(process.env['TOUCHLINE_TEST_SEED'] ?? 20_260_211);
const RANDOM_BODIES = 300;

/** A random DELETE of a recording could be a right one by chance; it has its own fuzz above. */
const isSafeAtRandom = ({ method, path }: Route): boolean => !(path === '/recording' && method !== 'GET') && !(method === 'DELETE' && path === '/recordings/:match_id');

interface Target {
  readonly url: string;
  readonly recordingsDir: string;
  /** Folder around the recordings, into which nothing may be written by the API. */
  readonly surroundings: string;
}

/** Everything that the API could have changed: what is on disk, what is recorded, who has the cameras. */
async function footprint({ url, recordingsDir, surroundings }: Target): Promise<unknown> {
  // Among random requests may be a good one for a live picture, which is no harm.
  await call(url, '/api/v1/preview', { method: 'DELETE' });
  const recording = Object((await call(url, '/api/v1/recording')).json);
  return {
    matches: (await readdir(recordingsDir)).sort(),
    surroundings: (await readdir(surroundings)).sort(),
    recording: recording['recording'],
    matchId: recording['match_id'],
    mutex: (await call(url, '/api/v1/pipeline-state')).json,
  };
}

function expectRefusal(t: Test, answer: Answer, statuses: readonly number[], what: string): void {
  const body = Object(answer.json);
  const isClear = typeof body['code'] === 'string' && (typeof body['detail'] === 'string' || Array.isArray(body['detail']));
  if (statuses.includes(answer.status) && isClear) return;
  t.fail(`${what.slice(0, 200)} was answered ${answer.status} ${answer.text.slice(0, 300)}`);
}

async function postStart(url: string, body: string): Promise<Answer> {
  return call(url, '/api/v1/recording', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

async function attack(t: Test, target: Target): Promise<void> {
  const { url } = target;
  const before = await footprint(target);

  for (const matchId of HOSTILE_MATCH_IDS) {
    for (const force of [false, true]) {
      const answer = await postStart(url, JSON.stringify({ match_id: matchId, force }));
      expectRefusal(t, answer, [422, 413], `match_id ${JSON.stringify(matchId)}`);
    }
  }
  for (const body of HOSTILE_BODIES) expectRefusal(t, await postStart(url, body), [422, 413], `body ${body}`);
  const random = randomFrom(SEED);
  for (let round = 0; round < RANDOM_BODIES; round += 1) {
    const body = randomWrongBody(random);
    expectRefusal(t, await postStart(url, body), [422], `random body ${round} of seed ${SEED}: ${body}`);
  }
  t.same(await footprint(target), before, 'bodies changed nothing');

  for (const flag of HOSTILE_FLAGS) {
    const answer = await call(url, `/api/v1/recording?force=${flag}`, { method: 'DELETE' });
    expectRefusal(t, answer, [422], `force=${flag}`);
  }
  for (const [path, routes] of PATHS) {
    for (const suffix of HOSTILE_SUFFIXES.filter((candidate) => path !== '/' || candidate.startsWith('/'))) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const hostile = path === '/' ? suffix : `${path}${suffix}`;
        // Below some paths there are others, with a parameter that takes exception to it.
        expectRefusal(t, await call(url, hostile, { method }), [404, 405, 422], `${method} ${hostile}`);
      }
    }
    const has = new Set<string>(routes.map(({ method }) => method));
    for (const method of ['PUT', 'PATCH', 'TRACE', 'PROPFIND', 'OPTIONS'].filter((other) => !has.has(other))) {
      expectRefusal(t, await call(url, path, { method }), [405], `${method} ${path}`);
    }
  }
  t.same(await footprint(target), before, 'queries, paths and methods changed nothing');

  let client = 0;
  for (const route of ROUTES.filter((candidate) => isSafeAtRandom(candidate))) {
    for (let round = 0; round < RANDOM_REQUESTS_PER_ROUTE; round += 1) {
      const { path, ...request } = randomRequest(route, round % 2 === 0 ? '/api/v1' : '/api', PARAMS, random);
      client += 1;
      const answer = await call(url, path, { ...request, from: `127.9.${client >> 8}.${client & 255}` });
      const complaint = complaintAbout(route, { path, ...request }, answer);
      if (complaint !== null) t.fail(`${complaint} (seed ${SEED}, round ${round})`);
    }
  }
  t.same(await footprint(target), before, `${client} random requests changed nothing`);

  const huge = JSON.stringify({ match_id: 'x'.repeat(200_000) });
  expectRefusal(t, await postStart(url, huge), [413], 'a body of 200 kB');
  for (const bytes of RAW_REQUESTS) await sendAndForget(url, bytes);
  t.same(await footprint(target), before, 'what is no HTTP changed nothing');
}

const RAW_REQUESTS: readonly string[] = [
  '\0\0\0\0',
  'GET\r\n\r\n',
  'POST /api/v1/recording HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{}',
  'POST /api/v1/recording HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}',
  'POST /api/v1/recording HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  'POST /api/v1/recording HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  `POST /api/v1/recording HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n${'{'.repeat(300_000)}`,
  `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  'GET http://169.254.169.254/latest HTTP/1.1\r\nHost: x\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
];

/** Writes the bytes and closes without waiting for an answer: half of such clients never read one. */
function sendAndForget(url: string, bytes: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(Buffer.from(bytes, 'latin1')));
    socket.resume();
    // The daemon may cut the connection as soon as it has seen enough.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
  });
}

t.test('bad input on any route leaves no file and no state behind', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const target = { url: rig.url, recordingsDir: rig.recordingsDir, surroundings: rig.folder };
  const pid = rig.pid;

  await t.test('in an idle rig', async (t) => {
    await attack(t, target);
    const created = (await readdir(rig.recordingsDir)).filter((name) => !name.startsWith('.'));
    t.same(created, [], 'no match was created');
  });

  await t.test('in a rig that records, whose recording goes on', async (t) => {
    await rig.record('fuzzed');
    await attack(t, target);
    const status = Object((await call(rig.url, '/api/v1/status')).json);
    t.match(status['recording'], { recording: true, match_id: 'fuzzed', degraded: false });
    t.match((await rig.stop()).body, { success: true });
  });

  t.equal(rig.pid, pid);
  t.notMatch(rig.output, /"level":"(?:error|fatal)"/, 'nothing of this is an error of the daemon');
});
