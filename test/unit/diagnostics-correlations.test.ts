/** Complaints of the camera stack: found in the hosts' logs with a time, and related to what failed near them. */
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { correlate } from '../../src/diagnostics/correlate.js';
import { readCorrelations } from '../../src/diagnostics/correlations.js';
import { entryOf, isoMicros, type LogEvent } from '../../src/diagnostics/entry.js';
import { EventLog } from '../../src/diagnostics/event-log.js';
import { HostLogFollower, type LogPlace, type NvvicFinding } from '../../src/diagnostics/host-log-follower.js';
import { Journal } from '../../src/diagnostics/journal.js';
import { nvvicEvent, probeFailedEvent, stopTimeoutEvent } from '../../src/diagnostics/signals.js';
import { StackComplaints } from '../../src/diagnostics/stack-complaints.js';
import { StackWatch } from '../../src/diagnostics/stack-watch.js';
import { systemClock } from '../../src/lib/clock.js';
import { Exclusive } from '../../src/lib/exclusive.js';
import { createLogging } from '../../src/telemetry/log.js';
import { SimulatedClock } from '../support/simulated-clock.js';

const log = createLogging({ level: 'info', fd: openSync('/dev/null', 'w'), format: 'json' }).part('test');
const NVVIC = 'nvbuf_utils: failed to open NvVIC';
const own = (iso: string): string => `{"level":"info","time":"${iso}","camera":0,"msg":"fine"}\n`;

async function scratch(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-correlations-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const openLog = (path: string): EventLog => new EventLog({ path, clock: systemClock, log, disk: new Exclusive() });
const at = (epochMs: number | null) => ({ epochMs, line: `${epochMs}` });

t.test('an event correlates up to the edge of the window, and not a millisecond further', async (t) => {
  const found = correlate([at(1000), at(5000), at(null), at(9001)], [at(7000), at(null)], [at(0), at(7000), at(8000)], 2000);
  t.strictSame(found.map(({ epochMs, timeoutsWithinWindow, probeFailuresWithinWindow }) => [epochMs, timeoutsWithinWindow, probeFailuresWithinWindow]), [
    [1000, 0, 1],
    [5000, 1, 1],
    [9001, 0, 1],
  ]);
  t.strictSame(correlate([at(1)], [], [], 1e9), []);
});

t.test('as many events as the log can hold are related in a moment, as pairwise comparison relates them', async (t) => {
  const times = (step: number, count: number) => Array.from({ length: count }, (_none, i) => at((i * step * 7919) % 1_000_003));
  const few = [times(11, 300), times(13, 200), times(17, 200)] as const;
  const slowly = few[0].map((event) => [event.epochMs, ...few.slice(1).map((others) => others.filter((other) => Math.abs(Number(other.epochMs) - Number(event.epochMs)) <= 900).length)]);
  const found = correlate(...few, 900);
  t.strictSame(found.map((event) => [event.epochMs, event.timeoutsWithinWindow, event.probeFailuresWithinWindow]), slowly.filter(([, timeouts, probes]) => Number(timeouts) + Number(probes) > 0));
  const beginMs = systemClock.monoMs();
  correlate(times(11, 50_000), times(13, 50_000), times(17, 50_000), 100_000);
  t.ok(systemClock.monoMs() - beginMs < 2000, 'not n times m');
});

t.test('the report looks back as far as it is told, and counts each complaint once', async (t) => {
  const folder = await scratch(t);
  const clock = new SimulatedClock();
  const watchdog = openLog(join(folder, 'watchdog.ndjson'));
  const nowMs = clock.nowEpochMs();
  const write = (event: LogEvent, epochMs: number): void => watchdog.append(entryOf(event, epochMs));
  const nvvic = (line: string, hostEpochMs: number | null, isLive = false) =>
    nvvicEvent({ camera: 0, line, hostEpochMs, isLive, place: { inode: 1, offset: 2 } }, 0);
  write(nvvic('too old', null), nowMs - 3_600_001);
  write(nvvic('found late', nowMs - 3_500_000), nowMs - 60_000);
  write(nvvic('found late, but too old', nowMs - 3_700_000), nowMs - 60_000);
  write(nvvic('nobody knows when', null), nowMs - 60_000);
  write(nvvic('near', 0, true), nowMs - 200_000);
  write(stopTimeoutEvent('m', 1), nowMs - 100_000);
  write(probeFailedEvent('m', 0, '/x.mp4', 'moov atom not found'), nowMs - 30_000);
  watchdog.append({ ts: isoMicros(nowMs), event_type: 'other', details: { line: 'nvvic_error' } });
  watchdog.append({ ts: 'yesterday', event_type: 'nvvic_error', details: { line: 'no time' } });
  const found = await readCorrelations(watchdog, clock, { lookbackMinutes: 60, maxLines: 5000, windowSeconds: 180 });
  t.strictSame(found.nvvicErrors.map(({ line }) => line), ['found late', 'near', 'nobody knows when']);
  t.equal(found.nvvicErrors.at(-1)?.epochMs, null);
  t.match(found.stopTimeouts, [{ epochMs: nowMs - 100_000, line: /EOS wait timed out/ }]);
  t.match(found.probeFailures, [{ line: /Segment probe failed \(moov atom not found\)/ }]);
  t.match(found.correlations, [{ line: 'near', timeoutsWithinWindow: 1, probeFailuresWithinWindow: 1 }]);
  t.match(found, { fromEpochMs: nowMs - 3_600_000, toEpochMs: nowMs });
  const narrow = await readCorrelations(watchdog, clock, { lookbackMinutes: 60, maxLines: 4, windowSeconds: 180 });
  t.equal(narrow.nvvicErrors.length, 0, 'only the newest lines are read');
});

/** A follower and what it has reported. */
function follow(folder: string, resume: ReadonlyMap<number, LogPlace> = new Map()) {
  const found: NvvicFinding[] = [];
  const follower = new HostLogFollower(folder, resume, (finding) => found.push(finding));
  const look = async (): Promise<readonly string[]> => {
    await follower.look();
    return found.splice(0).map(({ camera, line, isLive, hostEpochMs }) => `${camera} ${isLive ? 'live' : 'late'} ${hostEpochMs === null ? 'unknown' : new Date(hostEpochMs).toISOString()} ${line}`);
  };
  return { look, found, follower };
}

t.test('lines that were there before have the time of what the host said before them', async (t) => {
  const folder = await scratch(t);
  await writeFile(join(folder, 'camera1.log'), `${NVVIC}\n${own('2026-11-20T18:00:00.000Z')}failed to do something else\nNvVic: failed to allocate buffer\n{"time":"rubbish"}\nfailed to allocate neighbor buffer`);
  await writeFile(join(folder, 'other.log'), `${NVVIC}\n`);
  const { look } = follow(folder);
  t.strictSame(await look(), [`1 late unknown ${NVVIC}`, '1 late 2026-11-20T18:00:00.000Z NvVic: failed to allocate buffer'], 'a line that is not finished is not read');
  await appendFile(join(folder, 'camera1.log'), ' (12)\n');
  t.strictSame(await look(), ['1 live unknown failed to allocate neighbor buffer (12)']);
  t.strictSame(await look(), [], 'nothing is told twice');
});

t.test('a log that is put aside is read to its end, and the new one from its beginning', async (t) => {
  const folder = await scratch(t);
  const path = join(folder, 'camera0.log');
  const { look } = follow(folder);
  await writeFile(path, own('2026-11-20T18:00:00.000Z'));
  t.strictSame(await look(), []);
  await appendFile(path, `A ${NVVIC}\n`);
  await rename(path, `${path}.1`);
  await appendFile(`${path}.1`, `B ${NVVIC}\n`);
  await writeFile(path, `C ${NVVIC}\n${own('2026-11-20T18:00:01.000Z').repeat(20)}`);
  t.match(await look(), [/A /, /B /, /C /]);
  await truncate(path);
  t.strictSame(await look(), []);
  await appendFile(path, `D ${NVVIC}\n`);
  t.match(await look(), [/live.*D /]);
});

t.test('a flood of native lines is read in bounded pieces, and every line is seen', async (t) => {
  const folder = await scratch(t);
  await writeFile(join(folder, 'camera0.log'), `${NVVIC} ${'x'.repeat(80)}\n`.repeat(20_000));
  const { follower, found } = follow(folder);
  await follower.look();
  const first = found.length;
  t.ok(first > 1000 && first < 20_000, `${first} in the first look`);
  for (let look = 0; look < 5; look += 1) await follower.look();
  t.equal(found.length, 20_000);
  t.ok(found.every(({ line }) => line.length < 130));
});

t.test('the next daemon goes on where the one before it was, without a list of its own', async (t) => {
  const folder = await scratch(t);
  const path = join(folder, 'camera0.log');
  await writeFile(path, `A ${NVVIC}\n`);
  const watching = () => {
    const clock = new SimulatedClock();
    const logs = { alerts: openLog(join(folder, 'alerts.ndjson')), watchdog: openLog(join(folder, 'watchdog.ndjson')) };
    const journal = new Journal(logs, clock);
    return { ...logs, journal, watch: new StackWatch({ logDir: folder, watchdog: logs.watchdog, complaints: new StackComplaints({ journal, clock }) }) };
  };
  const seen = async (watchdog: EventLog): Promise<string[]> => (await watchdog.tail(1000)).lines.map((line) => /"line":"(\w)/.exec(line)?.[1] ?? '?');
  const first = watching();
  await first.watch.look();
  t.strictSame(await seen(first.watchdog), ['A']);
  t.strictSame([...first.journal.counts()], [], 'old complaints are no news for an alert');
  await appendFile(path, `B ${NVVIC}\n`);
  const second = watching();
  await second.watch.look();
  t.strictSame(await seen(second.watchdog), ['A', 'B']);
  for (let n = 0; n < 3; n += 1) {
    await appendFile(path, `C ${NVVIC}\n`);
    await second.watch.look();
  }
  t.strictSame([...second.journal.counts()], [['camera_stack_error', 1]], 'one alert for many');
  await appendFile(path, `D ${NVVIC}\n`.repeat(5000));
  for (let n = 0; n < 5; n += 1) await second.watch.look();
  t.ok((await seen(second.watchdog)).length < 120, 'a flood does not push out everything else');
});
