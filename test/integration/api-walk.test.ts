/**
 * Every operation of the real daemon, idle, recording and after a recording, with good input and with every single thing
 * that can be wrong about it: each answer is one that the documentation knows. New routes are walked without being named
 * here, as long as the parameters of their paths are called like those of others.
 */
import { readdir } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { createRoutes } from '../../src/api/http/routes.js';
import type { Route } from '../../src/api/http/route.js';
import { badRequests, complaintAbout, type GoodParams, goodRequest, keyOf, strayRequests, type WalkRequest } from '../support/api-walk.js';
import { type Answer, call } from '../support/http.js';
import { plannedParts } from '../support/planned-parts.js';
import { Rig, until } from '../support/rig.js';

const MATCH = 'walk – Köln (2)';
const routes = createRoutes(plannedParts());
// What removes the match is walked last.
const inOrder = [...routes].sort((a, b) => Number(a.method === 'DELETE' && a.params !== null) - Number(b.method === 'DELETE' && b.params !== null));

/** Values for the parameters of paths that are no match and no file of it. */
const PARAMS: GoodParams = { match_id: MATCH, file_name: 'match.json', log_type: 'health', file: 'cam0.m3u8', camera: '0', mark_id: '3c9f2a4e-0d6b-4f1a-8e27-5b7c1d9e0f42' };
/** Input besides the path for routes that cannot do without, or that would change the state that is being walked. */
const INPUTS: Readonly<Record<string, { readonly query?: string; readonly body?: unknown }>> = {
  'GET ^/video/stream': { query: '?path=cam0' },
  'POST /recording': { body: { match_id: MATCH } },
  'POST /recordings/:match_id/marks': { body: { kind: 'goal' } },
  'DELETE /recording': { query: '?force=false' },
};

/** Calls from ever new addresses, so that no limit per client is in the way. */
function caller(url: string): (request: WalkRequest) => Promise<Answer> {
  let count = 0;
  return ({ path, ...request }) => {
    count += 1;
    return call(url, path, { ...request, from: `127.${1 + (count >> 16)}.${(count >> 8) & 255}.${count & 255}` });
  };
}

async function walk(t: Test, rig: Rig, prefix: string, params: GoodParams, settle: () => Promise<void>): Promise<void> {
  const ask = caller(rig.url);
  let asked = 0;
  const answered = new Map<string, number>();
  for (const route of inOrder) {
    const bad = [...badRequests(route, prefix, params), ...strayRequests(route, prefix, params)];
    for (const request of [...bad, goodRequest(route, prefix, params, INPUTS[keyOf(route)])]) {
      const answer = await ask(request);
      asked += 1;
      const complaint = complaintAbout(route, request, answer);
      if (complaint !== null) t.fail(complaint);
      if (request.wrong === null) answered.set(keyOf(route), answer.status);
    }
    await settle();
  }
  t.equal(answered.size, routes.length, `${asked} requests below ${prefix}; good ones: ${JSON.stringify(Object.fromEntries(answered))}`);
}

t.test('the walk has input for every route', async (t) => {
  const names = new Set(routes.flatMap((route: Route) => [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')));
  t.same([...names].filter((name) => PARAMS[name] === undefined && name !== 'segment_name'), [], 'parameters without a value');
  t.same(Object.keys(INPUTS).filter((key) => !routes.some((route) => keyOf(route) === key)), [], 'input for routes that are no more');
});

t.test('every answer of every route in every state is one that is documented', async (t) => {
  const rig = await Rig.start();
  t.teardown(() => rig.dispose());
  const pid = rig.pid;
  const isRecording = async (): Promise<boolean> => Object(Object((await call(rig.url, '/api/v1/status')).json)['recording'])['recording'] === true;
  const stop = async (): Promise<void> => {
    if (await isRecording()) t.match((await rig.stop()).body, { success: true });
  };
  const record = async (): Promise<void> => {
    if (!(await isRecording())) await rig.record(MATCH);
  };
  const framesOf = async (): Promise<number[]> => {
    const { body } = await rig.get('/api/v1/recording');
    return [0, 1].map((camera) => Number(Object(Object(Object(body)['cameras'])[`camera_${camera}`]).facts?.frames_encoded));
  };

  await t.test('idle, with an empty library', (t) => walk(t, rig, '/api/v1', { ...PARAMS, segment_name: 'cam0_20260101_120000_00.mp4' }, stop));

  await record();
  await until(async () => (await rig.segments(MATCH, 0)).length > 0, 'the first file is there');
  const [segment = ''] = await rig.segments(MATCH, 0);
  const params = { ...PARAMS, segment_name: segment };
  const before = await framesOf();
  await t.test('recording', (t) => walk(t, rig, '/api', params, record));
  t.ok(await isRecording());
  (await framesOf()).forEach((frames, camera) => t.ok(frames > (before[camera] ?? 0), `camera ${camera} went on`));
  await t.test('recording, below the other prefix', (t) => walk(t, rig, '/api/v1', params, record));
  await stop();

  await t.test('after a recording', (t) => walk(t, rig, '/api/v1', params, stop));
  t.equal(rig.pid, pid);
  t.same((await readdir(rig.folder)).sort(), ['recordings', 'run', 'state']);
  t.notMatch(rig.output, /"level":"(?:error|fatal)"|unhandled/i, 'nothing of this is an error of the daemon');
});
