import { pino } from 'pino';
import t from 'tap';
import type { Channel } from '../../src/api/contract/ws-common.js';
import { Channels } from '../../src/api/ws/channels.js';
import { SimulatedClock } from '../support/simulated-clock.js';

const INTERVALS_MS = { status: 1000, pipeline_state: 2000, system_metrics: 3000, panorama_status: 3000 };

function broadcaster(read: (channel: Channel) => unknown = () => ({})) {
  const clock = new SimulatedClock();
  const startMs = clock.monoMs();
  const readings: string[] = [];
  const reading = (channel: Channel) => () => {
    readings.push(channel);
    return read(channel);
  };
  const channels = new Channels({
    readings: { status: reading('status'), pipeline_state: reading('pipeline_state'), system_metrics: reading('system_metrics'), panorama_status: reading('panorama_status') },
    intervalsMs: INTERVALS_MS,
    clock,
    log: pino({ level: 'silent' }),
  });
  const subscriber = () => {
    const got: { channel: Channel; atMs: number; text: string }[] = [];
    return { got, publish: (channel: Channel, frame: Buffer) => void got.push({ channel, atMs: clock.monoMs() - startMs, text: frame.toString() }) };
  };
  return { clock, channels, readings, subscriber };
}

t.test('each channel comes at its interval, read once for everybody', async (t) => {
  const { clock, channels, readings, subscriber } = broadcaster();
  const [one, two] = [subscriber(), subscriber()];
  channels.subscribe(one, ['status', 'pipeline_state', 'system_metrics', 'panorama_status']);
  channels.subscribe(two, ['status']);
  await clock.advanceMs(6000);
  const times = (channel: Channel) => one.got.filter((got) => got.channel === channel).map(({ atMs }) => atMs);
  t.strictSame(times('status'), [1000, 2000, 3000, 4000, 5000, 6000]);
  t.strictSame(times('pipeline_state'), [2000, 4000, 6000]);
  t.strictSame(times('system_metrics'), [3000, 6000]);
  t.strictSame(times('panorama_status'), [3000, 6000]);
  t.equal(two.got.length, 6);
  t.equal(readings.filter((channel) => channel === 'status').length, 6);
  channels.close();
});

t.test('nothing is read and no timer runs when nobody is subscribed', async (t) => {
  const { clock, channels, readings, subscriber } = broadcaster();
  t.equal(clock.sleeping, 0);
  const one = subscriber();
  channels.subscribe(one, ['status']);
  await clock.advanceMs(1000);
  t.equal(clock.sleeping, 1);
  channels.unsubscribe(one);
  await clock.advanceMs(10_000);
  t.equal(clock.sleeping, 0);
  channels.refresh(['status', 'pipeline_state']);
  await clock.advanceMs(0);
  t.strictSame(readings, ['status']);
  channels.subscribe(one, ['status']);
  await clock.advanceMs(1000);
  t.equal(one.got.length, 2, 'and it begins again');
  channels.close();
});

t.test('a refresh comes at once, once however often it is asked, and the schedule stays', async (t) => {
  const { clock, channels, subscriber } = broadcaster();
  const one = subscriber();
  channels.subscribe(one, ['status']);
  await clock.advanceMs(1400);
  for (let i = 0; i < 100; i += 1) channels.refresh(['status']);
  await clock.advanceMs(1600);
  t.strictSame(one.got.map(({ atMs }) => atMs), [1000, 1400, 2000, 3000]);
  one.got.length = 0;
  for (let i = 0; i < 100; i += 1) {
    channels.refresh(['status']);
    await clock.advanceMs(1);
  }
  t.strictSame(one.got.map(({ atMs }) => atMs), [3000, 3050, 3100], 'at most every 50 ms');
  channels.close();
});

t.test('a reading that fails costs its own tick and no other', async (t) => {
  let failing = true;
  const { clock, channels, subscriber } = broadcaster((channel) => {
    if (failing && channel === 'status') throw new Error('no status');
    return {};
  });
  const one = subscriber();
  channels.subscribe(one, ['status', 'pipeline_state']);
  await clock.advanceMs(2000);
  t.strictSame(one.got.map(({ channel }) => channel), ['pipeline_state']);
  failing = false;
  await clock.advanceMs(1000);
  t.equal(one.got.at(-1)?.channel, 'status');
  channels.close();
});

t.test('a message has the time of its reading in seconds', async (t) => {
  const { clock, channels, subscriber } = broadcaster(() => ({ a: 1 }));
  const one = subscriber();
  channels.subscribe(one, ['status']);
  await clock.advanceMs(1250);
  t.strictSame(JSON.parse(one.got[0]?.text ?? ''), { v: 1, type: 'status', ts: Date.UTC(2026, 1, 11, 20, 0, 1) / 1000, data: { a: 1 } });
  channels.close();
});
