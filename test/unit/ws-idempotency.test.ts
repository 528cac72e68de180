import t from 'tap';
import { commandKey, ReplayCache } from '../../src/api/ws/idempotency.js';
import { TokenBucket } from '../../src/api/ws/token-bucket.js';
import { SimulatedClock } from '../support/simulated-clock.js';

const LIMITS = { commands: 3, keptMs: 60_000, keptAfterEndMs: 30_000 };

function cache() {
  const clock = new SimulatedClock();
  return { clock, replays: new ReplayCache<string>(clock, LIMITS) };
}

t.test('a result is there for a minute from its receipt, and not longer', async (t) => {
  const { clock, replays } = cache();
  const entry = replays.begin('a', 'me');
  await clock.advanceMs(10_000);
  replays.finish(entry, 'x');
  await clock.advanceMs(49_999);
  t.equal(replays.find('a')?.finished?.outcome, 'x');
  await clock.advanceMs(1);
  t.equal(replays.find('a'), null);
  t.equal(replays.finished, 0);
});

t.test('the oldest result goes first', async (t) => {
  const { replays } = cache();
  for (const key of ['a', 'b', 'c', 'd']) replays.finish(replays.begin(key, 'me'), key);
  t.equal(replays.find('a'), null);
  t.strictSame(['b', 'c', 'd'].map((key) => replays.find(key)?.finished?.outcome), ['b', 'c', 'd']);
});

t.test('a command that runs is never forgotten, and its result is there when it ends (defect 39)', async (t) => {
  const { clock, replays } = cache();
  const slow = replays.begin('slow', 'me');
  await clock.advanceMs(200_000);
  for (const key of ['a', 'b', 'c', 'd', 'e']) replays.finish(replays.begin(key, 'me'), key);
  t.equal(replays.find('slow'), slow);
  replays.finish(slow, 'done');
  t.equal(replays.find('slow')?.finished?.outcome, 'done', 'what others sent meanwhile does not push it out');
  const alone = cache();
  const late = alone.replays.begin('late', 'me');
  await alone.clock.advanceMs(200_000);
  alone.replays.finish(late, 'done');
  await alone.clock.advanceMs(29_999);
  t.equal(alone.replays.find('late')?.finished?.outcome, 'done');
  await alone.clock.advanceMs(1);
  t.equal(alone.replays.find('late'), null);
});

t.test('commands are the same when client, action, id and the params that count are (defect 40)', async (t) => {
  const known = ['match_id', 'force'];
  const base = { client: 'c', action: 'start_recording', id: '1', params: { match_id: 'a', force: true } };
  const key = commandKey(base, known);
  t.equal(commandKey({ ...base, params: { force: true, match_id: 'a', note: 'x' } }, known), key, 'order and unknown params do not count');
  for (const other of [{ client: 'd' }, { action: 'stop_recording' }, { id: '2' }, { params: { match_id: 'b', force: true } }, { params: {} }, { params: null }, { params: [] }]) {
    t.not(commandKey({ ...base, ...other }, known), key, JSON.stringify(other));
  }
  t.equal(commandKey({ ...base, params: null }, []), commandKey({ ...base, params: {} }, []), 'without params that count, all params are the same');
  const deep = JSON.parse(`${'['.repeat(30_000)}${']'.repeat(30_000)}`);
  t.ok(commandKey({ ...base, params: { match_id: deep } }, known));
  t.not(commandKey({ ...base, params: { match_id: `${'x'.repeat(300)}1` } }, known), commandKey({ ...base, params: { match_id: `${'x'.repeat(300)}2` } }, known));
});

t.test('a client may send a burst, is in debt beyond it, and out of it after a while', async (t) => {
  const clock = new SimulatedClock();
  const bucket = new TokenBucket(clock, { perSecond: 100, burst: 50 });
  bucket.take(50);
  t.equal(bucket.debtMs(), 0);
  bucket.take(10);
  t.equal(bucket.debtMs(), 100);
  bucket.take(1_000_000);
  t.equal(bucket.debtMs(), 500, 'the debt is bounded');
  await clock.advanceMs(500);
  t.equal(bucket.debtMs(), 0);
  await clock.advanceMs(60_000);
  bucket.take(51);
  t.equal(bucket.debtMs(), 10, 'silence saves up one burst, no more');
});
