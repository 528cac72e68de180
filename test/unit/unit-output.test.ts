/** Complaints of the camera stack in the system's journal: what journalctl prints is understood, and told once. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { EventLog } from '../../src/diagnostics/event-log.js';
import { Journal } from '../../src/diagnostics/journal.js';
import { StackComplaints } from '../../src/diagnostics/stack-complaints.js';
import { isSameEntry, mayContain, parseUnitLine } from '../../src/diagnostics/unit-output.js';
import { watchUnits } from '../../src/diagnostics/unit-watch.js';
import { Exclusive } from '../../src/lib/exclusive.js';
import { createLogging } from '../../src/telemetry/log.js';
import { until } from '../support/rig.js';
import { SimulatedClock } from '../support/simulated-clock.js';

const NVVIC = 'nvbuf_utils: failed to open NvVIC';
const CAMERA = 'touchline-camera@1.service';
const ARGUS = 'nvargus-daemon.service';
const START_MS = Date.UTC(2026, 1, 11, 20, 0, 0);
const cursor = (n: number, seqnumId = 'ab'): string => `s=${seqnumId};i=${n.toString(16)};b=62c0df9b269c4e5e8554ac26336558cc;m=b8e57c23e;t=660ca72a8d22b;x=${n.toString(16)}`;

/** A line of journalctl, with fields in no particular order, as it prints them. */
function printed(n: number, message: unknown, changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ __CURSOR: cursor(n), __MONOTONIC_TIMESTAMP: '1', __REALTIME_TIMESTAMP: `${START_MS - 500}000`, MESSAGE: message, _BOOT_ID: '62', _SYSTEMD_UNIT: CAMERA, ...changes });
}

t.test('entries are read as journalctl prints them, and everything else is refused', async (t) => {
  t.strictSame(parseUnitLine(printed(1, NVVIC)), { unit: CAMERA, text: NVVIC, epochMs: START_MS - 500, cursor: cursor(1) });
  const coloured = printed(2, [...Buffer.from(`\u001b[31m${NVVIC}`)]);
  t.match(parseUnitLine(coloured), { text: `\u001b[31m${NVVIC}` });
  t.ok(mayContain(coloured, 'failed to '), 'nobody can tell without parsing it');
  t.ok(mayContain(printed(1, NVVIC), 'failed to '));
  t.notOk(mayContain(printed(1, 'frames come'), 'failed to '));
  t.match(parseUnitLine(printed(3, null)), { text: '' }, 'a line that was too long to be printed');
  t.match(parseUnitLine(printed(3, ['twice', 'in one entry'])), { text: '' });
  for (const bad of ['-- No entries --', '{', '[]', printed(4, 7), printed(4, NVVIC, { __CURSOR: '--version' }), printed(4, NVVIC, { __REALTIME_TIMESTAMP: 'now' }), printed(4, NVVIC, { _SYSTEMD_UNIT: null })]) {
    t.equal(parseUnitLine(bad), null, bad);
  }
  t.ok(isSameEntry(cursor(5, 'ab'), cursor(5, 'cd').replace('i=5', 'i=9')), 'moved from memory to the disk');
  t.notOk(isSameEntry(cursor(5), cursor(6)));
});

/** A program in the place of journalctl: notes what it was asked, runs `script`, and lives until it is ended. */
async function rigWith(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-units-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const journalctl = join(folder, 'journalctl');
  const log = createLogging({ level: 'info', fd: openSync(join(folder, 'log'), 'w'), format: 'json' }).part('test');
  const clock = new SimulatedClock({ epochMs: START_MS });
  const daemon = () => {
    const openLog = (name: string): EventLog => new EventLog({ path: join(folder, `${name}.ndjson`), clock, log, disk: new Exclusive() });
    const logs = { alerts: openLog('alerts'), watchdog: openLog('watchdog') };
    const complaints = new StackComplaints({ journal: new Journal(logs, clock), clock });
    const watch = watchUnits({ units: new Map([[CAMERA, 1], [ARGUS, null]]), watchdog: logs.watchdog, complaints, clock, log, journalctl });
    t.teardown(() => watch.stop());
    watch.start();
    return { watch, events: async (name: 'alerts' | 'watchdog'): Promise<readonly string[]> => (await logs[name].tail(1000)).lines };
  };
  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');
  return {
    clock,
    daemon,
    says: async (script: string): Promise<void> => {
      await writeFile(journalctl, `#!/bin/sh\necho "$*" >> '${folder}/asked'\n${script}\n`);
      await chmod(journalctl, 0o755);
    },
    prints: (...lines: string[]): string => `cat <<'END'\n${lines.join('\n')}\nEND\n`,
    asked: async (): Promise<readonly string[]> => (await text('asked')).split('\n').filter((line) => line !== ''),
    log: () => text('log'),
  };
}

const LIVES = 'exec sleep 1000';

/** Lets it end and be started again so often; each time it waits twice as long. Ends when the last one has ended as well. */
async function startsAgain(clock: SimulatedClock, times: number): Promise<void> {
  for (let waitMs = 1000; waitMs <= 1000 * 2 ** (times - 1); waitMs *= 2) {
    await until(() => clock.nextWakeInMs === waitMs, `it waits for ${waitMs} ms`);
    await clock.advanceMs(waitMs);
  }
  await until(() => clock.sleeping === 1 && clock.nextWakeInMs === 1000 * 2 ** times, 'it waits once more');
}

t.test('a complaint is an event and an alert; the next daemon goes on after it and tells nothing twice', async (t) => {
  const { daemon, says, prints, asked, clock } = await rigWith(t);
  await says(`${prints(printed(1, 'frames come'), printed(2, `A ${NVVIC}`), printed(3, 'failed to do something else'), printed(4, `B ${NVVIC}`, { _SYSTEMD_UNIT: ARGUS }))}${LIVES}`);
  const first = daemon();
  await until(async () => (await first.events('alerts')).length === 2, 'both alerts');
  const [a = '', b = ''] = await first.events('watchdog');
  t.match(a, `"message":"The camera stack of camera 1 complains: A ${NVVIC}","details":{"camera":1,"line":"A ${NVVIC}","at":"2026-02-11T19:59:59.500000Z","cursor":"${cursor(2)}"}`);
  t.match(b, `"message":"NVIDIA's camera daemon complains: B ${NVVIC}","details":{"line"`);
  t.match((await first.events('alerts'))[0], /"camera_stack_error".*camera 1 runs out of buffers/);
  t.match((await first.events('alerts'))[1], /NVIDIA's camera daemon runs out of buffers/);
  await first.watch.stop();

  await clock.advanceMs(120_000);
  await says(`${prints(printed(4, `B ${NVVIC}`, { _SYSTEMD_UNIT: ARGUS }), printed(5, `C ${NVVIC}`))}${LIVES}`);
  const second = daemon();
  await until(async () => (await second.events('watchdog')).length > 2, 'what was said meanwhile');
  t.match(await second.events('watchdog'), { length: 3, 2: / C .*"at":"2026-02-11T19:59:59\.500000Z"/ });
  t.equal((await second.events('alerts')).length, 2, 'what is two minutes old is no news for an alert');
  await second.watch.stop();
  const [begin = '', resume = ''] = await asked();
  t.match(begin, `--since=@${START_MS / 1000 - 3600} _SYSTEMD_UNIT=${CAMERA} _SYSTEMD_UNIT=${ARGUS}`);
  t.match(resume, `--cursor=${cursor(4)} _SYSTEMD_UNIT=${CAMERA}`);

  await clock.advanceMs(3 * 3600_000);
  const third = daemon();
  await until(async () => (await asked()).length === 3, 'it begins again');
  t.match((await asked())[2], /--since=@/, 'a box that was off for long begins anew');
  await third.watch.stop();
});

t.test('a journalctl that ends is started again where it was, later and later', async (t) => {
  const { daemon, says, prints, asked, clock, log } = await rigWith(t);
  await says(`${prints(printed(2, `A ${NVVIC}`))}echo 'Bus error' >&2; exit 7`);
  const { watch, events } = daemon();
  await until(async () => (await log()).includes('journalctl ended: Bus error'), 'it is said');
  t.equal((await events('watchdog')).length, 1);
  await startsAgain(clock, 3);
  t.match((await asked())[3], `--cursor=${cursor(2)} `);
  t.equal((await events('watchdog')).length, 1, 'the line is told once');
  await watch.stop();
});

for (const [what, script] of [
  ['says nothing but that', "echo 'No journal files were opened due to insufficient permissions.' >&2; exit 1"],
  ['goes on without it', `echo 'Hint: You are currently not seeing messages from other users and the system.' >&2; ${LIVES}`],
] as const) {
  t.test(`a journal that is closed to the daemon is said once, with what to do (journalctl ${what})`, async (t) => {
    const { daemon, says, asked, clock, log } = await rigWith(t);
    await says(script);
    const { watch } = daemon();
    await startsAgain(clock, 3);
    t.ok((await asked()).length >= 3);
    const lines = (await log()).trim().split('\n');
    t.equal(lines.length, 1, lines.join('\n'));
    t.match(lines[0], /cannot be followed.*usermod -aG systemd-journal touchline.*systemctl restart touchline/);
    await watch.stop();
  });
}

t.test('output that is no journal is said, and what is one is read on', async (t) => {
  const { daemon, says, prints, log } = await rigWith(t);
  await says(`${prints('{"MESSAGE":"failed to open NvVIC"}', printed(1, `A ${NVVIC}`))}${LIVES}`);
  const { watch, events } = daemon();
  await until(async () => (await events('watchdog')).length === 1, 'the line is found');
  t.match(await log(), /what is no entry of a journal/);
  await watch.stop();
});

t.test('a line without end is not collected', async (t) => {
  const { daemon, says, log } = await rigWith(t);
  await says(`head -c 200000 /dev/zero | tr '\\0' x; ${LIVES}`);
  const { watch } = daemon();
  await until(async () => (await log()).includes('a line of more than 65536 bytes'), 'it is ended');
  await watch.stop();
});
