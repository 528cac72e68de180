/** What a process tells the service manager, and when it may say that it is alive. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { goesOn, statusText, watchdogLimitMs } from '../../src/camera/host/progress.js';
import { nextPace, type Pace } from '../../src/camera/host/pace.js';
import { systemClock, type Clock } from '../../src/lib/clock.js';
import { loadDatagram } from '../../src/lib/datagram.js';
import { statusLine } from '../../src/recording/status-line.js';
import type { RecordingCamera, RecordingStatus } from '../../src/recording/types.js';
import { createLogger } from '../../src/telemetry/log.js';
import { ProgressWatch, type Progress } from '../../src/telemetry/progress-watch.js';
import { serviceNotifier, type ServiceNotifier } from '../../src/telemetry/service-notify.js';
import { receiveDatagrams } from '../support/datagram-receiver.js';
import { until } from '../support/rig.js';

const folderOf = async (t: { teardown: (end: () => Promise<void>) => void }): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-notify-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
};
const silent = createLogger({ level: 'silent', part: 'test' });

t.test('datagrams arrive as they were sent, at a path and in the abstract namespace', async (t) => {
  const send = loadDatagram();
  if (send === null) throw new Error('the addon was not built');
  for (const path of [join(await folderOf(t), 'socket'), `@touchline-test-${process.pid}`]) {
    const { datagrams } = await receiveDatagrams(t, path);
    const bytes = Buffer.from([0, 10, 255, 61]);
    t.equal(send(path, bytes, 0), 0);
    t.equal(send(path, Buffer.alloc(60_000, 'x'), 20), 0);
    await until(() => datagrams.length === 2, 'both are there');
    t.strictSame(datagrams[0], bytes);
    t.equal(datagrams[1]?.length, 60_000);
  }
});

t.test('a datagram that nobody takes is an error number and never an exception', async (t) => {
  const send = loadDatagram();
  if (send === null) throw new Error('the addon was not built');
  const folder = await folderOf(t);
  t.equal(send(join(folder, 'nobody'), Buffer.from('x'), 0), constants.errno.ENOENT);
  t.equal(send('', Buffer.from('x'), 0), constants.errno.ENAMETOOLONG);
  t.equal(send(`/${'x'.repeat(200)}`, Buffer.from('x'), 0), constants.errno.ENAMETOOLONG);
  const path = join(folder, 'stopped');
  const { pid } = await receiveDatagrams(t, path);
  process.kill(pid, 'SIGSTOP');
  await until(async () => /\) T /.test(await readFile(`/proc/${pid}/stat`, 'utf8')), 'it stands still');
  t.teardown(() => void process.kill(pid, 'SIGCONT'));
  let errno = 0;
  for (let count = 0; count < 100_000 && errno === 0; count += 1) errno = send(path, Buffer.alloc(1000), 0);
  t.equal(errno, constants.errno.EAGAIN, 'a receiver that hangs');
  const fromMs = systemClock.monoMs();
  t.equal(send(path, Buffer.from('x'), 30), constants.errno.EAGAIN);
  const tookMs = systemClock.monoMs() - fromMs;
  t.ok(tookMs >= 20 && tookMs < 5000, `it costs its time limit and no more (${tookMs} ms)`);
});

t.test('without the addon, and with one that is none, everything works but the telling', async (t) => {
  const folder = await folderOf(t);
  t.equal(loadDatagram(join(folder, 'missing.node')), null);
  await writeFile(join(folder, 'broken.node'), 'no library');
  t.equal(loadDatagram(join(folder, 'broken.node')), null);
  const notifier = serviceNotifier({ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '1000000' }, null);
  t.match(notifier, { isSupervised: false, watchdogMs: null });
  notifier.ready();
});

t.test('what is told is what sd_notify(3) says', async (t) => {
  const told: string[] = [];
  const env = { NOTIFY_SOCKET: '@x', WATCHDOG_USEC: '6000000', WATCHDOG_PID: '42' };
  const notifier = serviceNotifier(env, (path, bytes) => (told.push(`${path} ${bytes.toString()}`), 0), 42);
  t.equal(notifier.watchdogMs, 6000);
  notifier.ready();
  notifier.status('recording match A\nWATCHDOG=1');
  notifier.status('recording match A\nWATCHDOG=1');
  notifier.alive();
  notifier.watch(1500);
  notifier.stopping();
  notifier.extend(90_000);
  t.strictSame(told, ['@x READY=1', '@x STATUS=recording match A WATCHDOG=1', '@x WATCHDOG=1', '@x WATCHDOG_USEC=1500000', '@x STOPPING=1', '@x EXTEND_TIMEOUT_USEC=90000000']);
  t.equal(serviceNotifier(env, () => 0, 43).watchdogMs, null, 'the watchdog of another process');
  t.equal(serviceNotifier({ ...env, WATCHDOG_USEC: 'soon' }, () => 0, 42).watchdogMs, null);
  t.equal(serviceNotifier({}, () => 0).isSupervised, false);
});

t.test('a status that the manager did not take is sent again', async (t) => {
  let errno: number = constants.errno.EAGAIN;
  let sent = 0;
  const notifier = serviceNotifier({ NOTIFY_SOCKET: '/x' }, () => ((sent += 1), errno));
  notifier.status('idle');
  errno = 0;
  notifier.status('idle');
  notifier.status('idle');
  t.equal(sent, 2);
});

t.test('a limit of the watchdog is told when it changes, because each telling counts as a sign of life', async (t) => {
  let errno = 0;
  const told: string[] = [];
  const notifier = serviceNotifier({ NOTIFY_SOCKET: '/x' }, (_path, bytes) => (told.push(bytes.toString()), errno));
  for (let round = 0; round < 3; round += 1) notifier.watch(5000);
  t.strictSame(told, ['WATCHDOG_USEC=5000000']);
  errno = constants.errno.EAGAIN;
  notifier.watch(15_000);
  errno = 0;
  notifier.watch(15_000);
  notifier.watch(15_000);
  t.strictSame(told.slice(1), ['WATCHDOG_USEC=15000000', 'WATCHDOG_USEC=15000000'], 'one that the manager did not take is told again');
});

/** A clock that a test moves; sleeps end at once, after a turn of the event loop. */
const clockAt = (time: { ms: number }): Clock => ({ ...systemClock, monoMs: () => time.ms, sleepMs: async () => new Promise(() => undefined) });

t.test('the watchdog is fed when all work goes on, and by nothing else', async (t) => {
  let pings = 0;
  const notifier: ServiceNotifier = { ...serviceNotifier({}, null), watchdogMs: 4000, alive: () => void (pings += 1) };
  const time = { ms: 0 };
  let answer: () => boolean | Promise<boolean> = () => true;
  const work: readonly Progress[] = [
    { what: 'one', goesOn: () => true, toleranceMs: 0 },
    { what: 'other', goesOn: () => answer(), toleranceMs: 10_000 },
  ];
  const watch = new ProgressWatch({ notifier, work, clock: clockAt(time), log: silent });
  await watch.round(1000);
  t.equal(pings, 1);
  for (const [words, broken] of [['says no', () => false], ['throws', () => { throw new Error('x'); }], ['rejects', () => Promise.reject(new Error('x'))]] as const) {
    answer = () => true;
    await watch.round(1000);
    pings = 0;
    answer = broken;
    await watch.round(1000);
    t.equal(pings, 1, `${words}: it is tolerated for a while`);
    time.ms += 10_000;
    await watch.round(1000);
    t.equal(pings, 1, `${words}: and no longer`);
  }
  answer = () => true;
  await watch.round(1000);
  t.equal(pings, 2, 'work that goes on again counts again');
  watch.stop();
  await watch.round(1000);
  t.equal(pings, 2, 'none while the process ends');
});

t.test('work that does not answer in time does not go on', async (t) => {
  let pings = 0;
  const notifier: ServiceNotifier = { ...serviceNotifier({}, null), watchdogMs: 4000, alive: () => void (pings += 1) };
  const watch = new ProgressWatch({ notifier, work: [{ what: 'hangs', goesOn: () => new Promise(() => undefined), toleranceMs: 0 }], clock: systemClock, log: silent });
  await watch.round(5);
  t.equal(pings, 0);
});

t.test('a camera process is alive while frames come, or while it gives the camera time', async (t) => {
  const flow = { sincePlayMs: 60_000, frameAgeMs: 30, isHeldUp: false, stallMs: 2000, firstFrameTimeoutMs: 10_000 };
  t.equal(goesOn({ phase: 'running', flow }), true);
  t.equal(goesOn({ phase: 'running', flow: { ...flow, frameAgeMs: 2500 } }), true, 'the host itself acts on a stall first');
  t.equal(goesOn({ phase: 'running', flow: { ...flow, frameAgeMs: 3500 } }), false);
  t.equal(goesOn({ phase: 'running', flow: { ...flow, frameAgeMs: null, sincePlayMs: 9000 } }), true);
  t.equal(goesOn({ phase: 'running', flow: { ...flow, frameAgeMs: null } }), false);
  t.equal(goesOn({ phase: 'running', flow: { ...flow, frameAgeMs: 20_000, isHeldUp: true } }), true, 'what waits for the disk would be lost');
  t.equal(goesOn({ phase: 'idle', flow: null }), true);
  t.ok(watchdogLimitMs({ phase: 'running', flow }) < watchdogLimitMs({ phase: 'prepared', flow: null }), 'a camera may take long to open, and never between two frames');
  t.equal(statusText('running', 'A'), 'recording match A');
});

t.test('a camera that breaks at once, again and again, is started less and less often', async (t) => {
  let pace: Pace = {};
  let nowUs = 0;
  const waits: number[] = [];
  for (let count = 0; count < 9; count += 1) {
    const next = nextPace(pace, nowUs);
    waits.push(next.waitMs);
    pace = next.pace;
    nowUs += (next.waitMs + 800) * 1000;
  }
  t.strictSame(waits, [0, 0, 1000, 2000, 3000, 4000, 5000, 5000, 5000], 'the first two resumes are immediate, the wait is capped');
  t.equal(nextPace(pace, nowUs + 61_000_000).waitMs, 0, 'and forgotten after a healthy minute');
});

t.test('the status line says no more than the status', async (t) => {
  const camera = { state: 'running', uptimeMs: 1, facts: null } as const;
  const status: Pick<RecordingStatus, 'phase' | 'matchId' | 'cameras' | 'degraded' | 'degradedReasons'> = { phase: 'recording', matchId: 'A', cameras: new Map([[0, camera], [1, camera]]), degraded: false, degradedReasons: new Map() };
  t.equal(statusLine(status), 'recording match A, 2 cameras');
  t.equal(
    statusLine({ ...status, cameras: new Map<number, RecordingCamera>([[0, camera], [1, { ...camera, state: 'error' }]]), degraded: true, degradedReasons: new Map([[1, 'no frames']]) }),
    'recording match A, 1 camera (degraded: camera 1: no frames)',
  );
  t.equal(statusLine({ ...status, phase: 'idle', matchId: null }), 'ready, nothing is recorded');
});
