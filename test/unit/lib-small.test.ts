import { execa } from '#execa';
import t from 'tap';
import { AwakeTime } from '../../src/lib/awake-time.js';
import { bootId, systemClock } from '../../src/lib/clock.js';
import { Exclusive } from '../../src/lib/exclusive.js';
import { redactUrl } from '../../src/lib/redact.js';
import { localIsoTime, localTimeStamp } from '../../src/lib/time-stamp.js';
import { SimulatedClock } from '../support/simulated-clock.js';

t.test('monotonic microseconds are CLOCK_MONOTONIC, the same axis in every process', async (t) => {
  const before = systemClock.monoUs();
  const { stdout } = await execa('python3', ['-c', 'import time; print(time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)']);
  const after = systemClock.monoUs();
  t.ok(before <= Number(stdout) && Number(stdout) <= after, `${before} <= ${stdout} <= ${after}`);
  t.ok(Math.abs(systemClock.monoMs() - systemClock.monoUs() / 1000) < 1000);
  t.match(bootId(), /^[0-9a-f-]{36}$/);
});

t.test('an aborted sleep rejects with the reason and leaves no timer', async (t) => {
  const reason = new Error('shutting down');
  const aborted = new AbortController();
  const sleeping = systemClock.sleepMs(3_600_000, aborted.signal);
  aborted.abort(reason);
  await t.rejects(sleeping, reason);
  await t.rejects(systemClock.sleepMs(3_600_000, AbortSignal.abort(reason)), reason);
});

t.test('simulated time wakes sleepers in order, lets their work run, and ignores wall clock jumps', async (t) => {
  const clock = new SimulatedClock();
  const startMs = clock.monoMs();
  const woken: string[] = [];
  const nap = async (name: string, ms: number): Promise<void> => {
    await clock.sleepMs(ms);
    woken.push(`${name}@${clock.monoMs() - startMs}`);
  };
  const naps = [nap('late', 300), nap('early', 100), nap('chain', 50).then(() => nap('chained', 100))];
  clock.jumpWallClockMs(-86_400_000);
  await clock.advanceMs(299);
  t.same(woken, ['chain@50', 'early@100', 'chained@150']);
  t.equal(clock.nextWakeInMs, 1);
  await clock.advanceMs(1);
  await Promise.all(naps);
  t.equal(clock.sleeping, 0);
  const abort = new AbortController();
  const cancelled = clock.sleepMs(10, abort.signal);
  abort.abort(new Error('enough'));
  await t.rejects(cancelled, /enough/);
  t.equal(clock.sleeping, 0);
});

t.test('exclusive tasks run one at a time in order, and a failure is its own', async (t) => {
  const exclusive = new Exclusive();
  const log: string[] = [];
  const task = (name: string, fails = false) => async (): Promise<string> => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`${name} ends`);
    if (fails) throw new Error(name);
    return name;
  };
  const first = exclusive.run(task('first', true));
  const second = exclusive.run(task('second'));
  const third = exclusive.run(() => {
    throw new Error('third');
  });
  t.equal(exclusive.pending, 3);
  await t.rejects(first, /first/);
  t.equal(await second, 'second');
  await t.rejects(third, /third/);
  await exclusive.idle();
  t.equal(exclusive.pending, 0);
  t.same(log, ['first begins', 'first ends', 'second begins', 'second ends']);
});

t.test('credentials never survive in a text, and other text is left alone', async (t) => {
  const secrets: [string, string][] = [
    ['rtsp://admin:hunter2@10.0.0.8:554/stream?channel=1', 'rtsp://***@10.0.0.8:554/stream?channel=1'],
    ['rtsp://admin:hun@ter2@10.0.0.8/stream', 'rtsp://***@10.0.0.8/stream'],
    ['rtsp://admin:hun/ter2@10.0.0.8/stream', 'rtsp://***@10.0.0.8/stream'],
    ['rtsp://admin:hun#ter2@10.0.0.8/stream', 'rtsp://***@10.0.0.8/stream'],
    ['left rtsp://a:hunter2@x right RTSPS://b:hunter2@y', 'left rtsp://***@x right RTSPS://***@y'],
    ['location="rtsp://a:hunter2@x/1" latency=0', 'location="rtsp://***@x/1" latency=0'],
    ['rtspsrc user-id=admin user-pw="hun ter2" latency=0', 'rtspsrc user-id=admin user-pw=*** latency=0'],
    ['http://cam/snap?user=a&password=hunter2&size=1', 'http://cam/snap?user=a&password=***&size=1'],
    ['http://cam/live.cgi?loginuse=admin&loginpas=hunter2', 'http://cam/live.cgi?loginuse=admin&loginpas=***'],
    ['http://cam/snap.cgi?-usr=admin&-pwd=hunter2', 'http://cam/snap.cgi?-usr=admin&-pwd=***'],
    ['rtsp://cam/cam/realmonitor?channel=1&authbasic=YWRtaW46aHVudGVyMg==', 'rtsp://cam/cam/realmonitor?channel=1&authbasic=***'],
    ['srt://cam:7001?passphrase=hunter2hunter2&pbkeylen=16', 'srt://cam:7001?passphrase=***&pbkeylen=16'],
    ['srtsrc uri=srt://cam:7001 passphrase=hunter2hunter2 ! tsdemux', 'srtsrc uri=srt://cam:7001 passphrase=*** ! tsdemux'],
    ['rtsp://10.0.5.14:554/user=admin_password=hun_t/er2_channel=1_stream=0.sdp?real_stream', 'rtsp://10.0.5.14:554/user=admin_password=***_channel=1_stream=0.sdp?real_stream'],
    ['rtsp://10.0.5.14/user=admin&password=hunter2&channel=1&stream=0.sdp?', 'rtsp://10.0.5.14/user=admin&password=***&channel=1&stream=0.sdp?'],
    ['rtsp://10.0.5.14/user=admin_password=hunter2_another=1', 'rtsp://10.0.5.14/user=admin_password=***'],
  ];
  for (const [text, safe] of secrets) {
    t.equal(redactUrl(text), safe);
    t.equal(redactUrl(safe), safe, 'redacting twice changes nothing');
  }
  for (const text of ['http://127.0.0.1:8000/', 'rtsp://cam.local:554/a@b', 'rtsp://[fe80::1]:554/x', 'rtsp://cam/user=admin_password=_channel=1_stream=0.sdp', 'mail a@b.c', '/dev/video0']) {
    t.equal(redactUrl(text), text);
  }
});

t.test('hiding a secret leaves a finished line of JSON whole, however deep it stands in it', async (t) => {
  for (const text of ['location="http://cam/snap?password=hunter2" latency=0', 'rtspsrc "user-pw=hunter2" latency=0', String.raw`C:\ "?password=hunter2\" x`]) {
    const safe = text.replace('hunter2', '***');
    t.equal(redactUrl(text), safe);
    const line = JSON.stringify({ msg: text });
    t.strictSame(JSON.parse(redactUrl(line)), { msg: safe });
    t.strictSame(JSON.parse(redactUrl(JSON.stringify({ line }))), { line: JSON.stringify({ msg: safe }) }, 'JSON in JSON');
  }
});

t.test('stamps are local time', async (t) => {
  const module = new URL('../../src/lib/time-stamp.js', import.meta.url).href;
  const script = `import { localTimeStamp } from '${module}'; console.log(localTimeStamp(Date.UTC(2026, 1, 11, 22, 2, 41)));`;
  const stampIn = async (zone: string) =>
    (await execa(process.execPath, ['--input-type=module', '-e', script], { env: { TZ: zone } })).stdout;
  t.equal(await stampIn('UTC'), '20260211_220241');
  t.equal(await stampIn('Asia/Tokyo'), '20260212_070241');
  t.equal(localTimeStamp(new Date(2026, 0, 2, 3, 4, 5).getTime()), '20260102_030405');
  t.equal(localIsoTime(new Date(2026, 0, 2, 3, 4, 5, 6).getTime()), '2026-01-02T03:04:05.006');
});

t.test('a silence counts only while this process could hear; how late it noticed does not', async (t) => {
  const clock = new SimulatedClock();
  const awake = new AwakeTime(clock);
  await clock.advanceMs(10_000);
  t.equal(awake.nowMs(), 10_000);
  clock.standStillMs(60_000);
  t.equal(awake.nowMs(), 10_500, 'at the first look after it');
  await clock.advanceMs(0);
  t.equal(awake.nowMs(), 10_500);
  await clock.advanceMs(1000);
  t.equal(awake.nowMs(), 11_500);
  awake.end();
  await clock.advanceMs(0);
  t.equal(clock.sleeping, 0);
});
