/** The real daemon, led through the same evening as the reference when its answers were recorded, and compared answer by answer. */
import t, { type Test } from 'tap';
import { isObject } from '../../src/lib/json-schema.js';
import { call, type Answer } from '../support/http.js';
import { Rig, until } from '../support/rig.js';
import { missedIn, readSamples, type Sample } from '../support/samples.js';
import { WsClient } from '../support/ws-client.js';

const { rest, websocket } = readSamples();

interface Difference {
  readonly why: string;
  readonly missed: readonly string[];
}

const NO_ICE = 'no server of somebody else is named unless it is configured';
const NO_GUARD = 'this version has no overload guard';
const TYPE_NAMES = 'the names of broken rules are those of newer clients';
const guardless = (prefix: string): readonly string[] =>
  ['last_evaluated_at: null instead of number', 'cpu_percent: null instead of number', 'health_healthy: null instead of boolean', 'health_message: null instead of string'].map((missed) => `${prefix}overload_guard.${missed}`);

/** What a client of the reference misses with Touchline, by sample, exactly; whatever is not here, it does not. */
const DIFFERENT: ReadonlyMap<string, Difference> = new Map([
  ['status idle', { why: NO_ICE, missed: ['preview.ice_servers: empty'] }],
  ['preview idle', { why: NO_ICE, missed: ['ice_servers: empty'] }],
  ['preview active', { why: NO_ICE, missed: ['ice_servers: empty'] }],
  ['panorama status', { why: NO_ICE, missed: ['ice_servers: empty'] }],
  ['logs health', { why: 'this log begins with the daemon', missed: ['message: missing'] }],
  ['logs alerts', { why: 'nothing has gone wrong here', missed: ['lines: empty', 'total_lines: missing'] }],
  ['malformed body', { why: TYPE_NAMES, missed: ['detail.0.type: "json_invalid" instead of "value_error.jsondecode"'] }],
  ['wrong types', { why: TYPE_NAMES, missed: [0, 1].map((index) => `detail.${index}.type: "type" instead of "type_error.str"`) }],
  ['preview stop all', { why: 'a camera that was stopped before is not stopped again', missed: ['message: "Preview stopped for cameras: [0]" instead of "Preview stopped for cameras: [0, 1]"', 'cameras_stopped: [0] instead of [0,1]'] }],
  ['preview stop all again', { why: 'there is nothing left to stop', missed: ['message: "No preview cameras were stopped" instead of "Preview stopped for cameras: [0, 1]"', 'cameras_stopped: [] instead of [0,1]'] }],
  ['recording active', { why: NO_GUARD, missed: guardless('') }],
  ['status recording', { why: `${NO_GUARD}, and ${NO_ICE}`, missed: [...guardless('recording.'), 'preview.ice_servers: empty'] }],
]);
const DIFFERENT_FRAMES: readonly string[] = ['data.preview.ice_servers: empty', 'data.panorama.ice_servers: empty'];

function ask(url: string, { method, path, sent }: Sample): Promise<Answer> {
  if (sent === undefined) return call(url, path, { method });
  return call(url, path, { method, headers: { 'content-type': 'application/json' }, body: typeof sent === 'string' ? sent : JSON.stringify(sent) });
}

/** What must be true of the rig before it is compared with the reference, which was given twelve seconds. */
function readyFor({ name }: Sample, rig: Rig): () => Promise<boolean> {
  const recording = async (key: string) => (await rig.get('/api/v1/recording')).body[key];
  if (name === 'recording-health active') return async () => (await Promise.all([0, 1].map((camera) => rig.segments('match_20260211_001', camera)))).every((names) => names.length > 0);
  if (name === 'stop') return async () => (await recording('protected'))?.valueOf() === false;
  if (name === 'recordings one') return async () => (await rig.get('/api/v1/recordings')).body['recordings']?.['match_20260211_001'] !== undefined;
  return async () => true;
}

async function startRig(t: Test): Promise<Rig> {
  const rig = await Rig.start({ env: { TOUCHLINE_RECORDING_PROTECTION_SECONDS: '4' } });
  t.teardown(() => rig.dispose());
  return rig;
}

t.test('every answer of an evening has what a client of the reference looks for', async (t) => {
  const rig = await startRig(t);
  for (const sample of rest) {
    await until(readyFor(sample, rig), `ready for "${sample.name}"`);
    const answer = await ask(rig.url, sample);
    const expected = DIFFERENT.get(sample.name);
    const status = answer.status === sample.status ? [] : [`status ${answer.status}`];
    t.strictSame([...status, ...missedIn(answer.json, sample.body)], expected?.missed ?? [], `${sample.state}: ${sample.name}${expected === undefined ? '' : `, except that ${expected.why}`}`);
  }
  t.strictSame([...DIFFERENT.keys()].filter((name) => !rest.some((sample) => sample.name === name)), [], 'differences of samples that are no more');
});

t.test('a WebSocket session has what a client of the reference looks for', async (t) => {
  const rig = await startRig(t);
  const client = await WsClient.connect(rig.url);
  let from = 0;
  for (const { sent, received } of websocket) {
    if (isObject(sent) && sent['type'] === 'command' && typeof sent['action'] === 'string') client.command(sent['action'], sent['params'], String(sent['id']));
    else if (sent !== null) client.send(sent);
    for (const sample of received) {
      const frame = await client.type(String(sample['type']), from);
      const text = JSON.stringify(sent)?.slice(0, 80);
      t.strictSame(missedIn(frame, sample).filter((missed) => !DIFFERENT_FRAMES.includes(missed)), [], `${text}: ${String(sample['type'])}`);
    }
    from = client.frames.length;
  }
  await client.end();
});
