import { execa } from '#execa';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { presentHealth } from '../../src/api/presenters/health.js';
import { createLogging } from '../../src/telemetry/log.js';
import { cpuPercentBetween, parseCpuTicks, parseMemory } from '../../src/telemetry/proc.js';
import { RepeatedFault } from '../../src/telemetry/repeated-fault.js';
import { warnWhenSlow } from '../../src/telemetry/slow.js';
import { SystemSampler } from '../../src/telemetry/system.js';
import { SimulatedClock } from '../support/simulated-clock.js';

const nowhere = openSync('/dev/null', 'w');

/** A real log whose lines the test keeps. */
const keptLog = () => {
  const lines: string[] = [];
  const logging = createLogging({ level: 'info', fd: nowhere, format: 'json', onLine: (line) => lines.push(line) });
  return { lines, log: logging.part('test') };
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await nextTurn();
};

const scratch = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-system-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const stat = (user: number, idle: number, ioWait = 0): string => `cpu  ${user} 0 0 ${idle} ${ioWait} 0 0 0 50 0\ncpu0 1 1 1 1\n`;

t.test('CPU percent counts waiting for a disk as idle and guests once', async (t) => {
  const before = parseCpuTicks(stat(100, 100));
  const after = parseCpuTicks(stat(130, 140, 30));
  if (before === null || after === null) throw new Error('not parsed');
  t.equal(cpuPercentBetween(before, after), 30);
  t.equal(cpuPercentBetween(after, after), null, 'no time has passed');
  t.equal(parseCpuTicks('intr 5'), null);
});

t.test('memory comes from MemAvailable, in bytes', async (t) => {
  t.same(parseMemory('MemTotal:     1000 kB\nMemFree:  1 kB\nMemAvailable:   250 kB\n'), { total: 1_024_000, available: 256_000 });
  t.equal(parseMemory('MemTotal: 1000 kB\n'), null);
});

t.test('the sampler follows the machine and answers at once', async (t) => {
  const folder = await scratch(t);
  const write = async (user: number, idle: number): Promise<void> => {
    await writeFile(join(folder, 'stat'), stat(user, idle));
    await writeFile(join(folder, 'meminfo'), 'MemTotal: 1000 kB\nMemAvailable: 250 kB\n');
  };
  await write(100, 100);
  const clock = new SimulatedClock();
  const sampler = new SystemSampler({ clock, log: keptLog().log, recordingsDir: folder, procDir: folder, intervalMs: 2500 });
  t.equal(sampler.latest(), null);
  await sampler.start();
  t.teardown(() => sampler.stop());
  t.match(sampler.latest(), { cpuPercent: null, memoryUsedPercent: 75, memoryAvailableBytes: 256_000, diskError: null });

  await write(150, 150);
  await until(() => clock.sleeping === 1);
  await clock.advanceMs(250);
  await until(() => sampler.latest()?.cpuPercent !== null);
  t.equal(sampler.latest()?.cpuPercent, 50);

  await write(240, 160);
  await until(() => clock.sleeping === 1);
  await clock.advanceMs(2499);
  t.equal(sampler.latest()?.cpuPercent, 50, 'not before the interval has passed');
  await clock.advanceMs(1);
  await until(() => sampler.latest()?.cpuPercent === 90);
});

t.test('the disk figures are those of df', async (t) => {
  const folder = await scratch(t);
  const sampler = new SystemSampler({ clock: new SimulatedClock(), log: keptLog().log, recordingsDir: folder });
  await sampler.start();
  t.teardown(() => sampler.stop());
  const { stdout } = await execa('df', ['-B1', '--output=avail,pcent,size', folder]);
  const [avail = 0, percent = 0, size = 0] = (stdout.split('\n')[1] ?? '').trim().split(/\s+/).map((field) => Number(field.replace('%', '')));
  const disk = sampler.latest()?.disk;
  t.equal(disk?.totalBytes, size);
  t.ok(Math.abs((disk?.usedPercent ?? -100) - percent) <= 1.5, `${disk?.usedPercent} and ${percent}`);
  t.ok(Math.abs((disk?.freeBytes ?? 0) - avail) < 2 ** 30);
  t.ok((sampler.latest()?.memoryAvailableBytes ?? 0) > 0, 'the real /proc is understood');
});

t.test('a missing recordings mount is a fact in the sample, one line in the log, and over when it is back', async (t) => {
  const folder = await scratch(t);
  const recordingsDir = join(folder, 'recordings');
  const clock = new SimulatedClock();
  const { lines, log } = keptLog();
  const sampler = new SystemSampler({ clock, log, recordingsDir, intervalMs: 1000 });
  await sampler.start();
  t.teardown(() => sampler.stop());
  t.match(sampler.latest(), { disk: null, diskError: `cannot read the free space of ${recordingsDir}: it does not exist` });
  const advance = async (): Promise<void> => {
    await until(() => clock.sleeping === 1);
    await clock.advanceMs(1000);
  };
  for (let turn = 0; turn < 5; turn += 1) await advance();
  t.equal(lines.length, 1);
  await mkdir(recordingsDir);
  await advance();
  await until(() => sampler.latest()?.disk !== null);
  t.equal(lines.length, 2);
  t.match(lines[1], 'Fault is over');
});

t.test('stop ends the loop, twice is fine, and a start after it samples again', async (t) => {
  const clock = new SimulatedClock();
  const sampler = new SystemSampler({ clock, log: keptLog().log, recordingsDir: '/' });
  await sampler.stop();
  await sampler.start();
  await until(() => clock.sleeping === 1);
  await sampler.stop();
  await sampler.stop();
  t.equal(clock.sleeping, 0);
  await sampler.start();
  await until(() => clock.sleeping === 1);
  await sampler.stop();
  t.equal(clock.sleeping, 0);
});

t.test('a repeating fault is counted and reported once per interval', async (t) => {
  const clock = new SimulatedClock();
  const { lines, log } = keptLog();
  const fault = new RepeatedFault(clock, log, 'no figures', 60_000);
  for (let turn = 0; turn < 100; turn += 1) fault.occurred(new Error('gone'));
  t.equal(lines.length, 1);
  await clock.advanceMs(60_000);
  fault.occurred(new Error('still gone'));
  t.equal(lines.length, 2);
  t.match(lines[1], /"occurrences":100,"total":101,.*still gone/);
  fault.cleared();
  fault.cleared();
  t.equal(lines.length, 3);
});

t.test('a slow operation is announced while it runs, a quick one is not', async (t) => {
  const clock = new SimulatedClock();
  const { lines, log } = keptLog();
  t.equal(await warnWhenSlow(clock, log, 'sync', async () => 'quick'), 'quick');
  await t.rejects(warnWhenSlow(clock, log, 'sync', async () => Promise.reject(new Error('failed'))), /failed/);
  t.same(lines, []);
  t.equal(clock.sleeping, 0, 'no timer is left behind');
  const slow = Promise.withResolvers<string>();
  const result = warnWhenSlow(clock, log, 'sync', () => slow.promise);
  await clock.advanceMs(1000);
  t.match(lines, [/"operation":"sync","elapsedMs":1000,"msg":"Operation is slow"/]);
  await clock.advanceMs(500);
  slow.resolve('slow');
  t.equal(await result, 'slow');
  t.match(lines[1], /"elapsedMs":1500/);
});

t.test('a disk that hangs is said not to answer, is not asked again meanwhile, and holds up nothing else', async (t) => {
  const folder = await scratch(t);
  await writeFile(join(folder, 'meminfo'), 'MemTotal: 1000 kB\nMemAvailable: 250 kB\n');
  await writeFile(join(folder, 'stat'), stat(100, 100));
  const clock = new SimulatedClock();
  let asked = 0;
  let answer: (absence: string | null) => void = () => undefined;
  const absence = (): Promise<string | null> => {
    asked += 1;
    return new Promise((resolve) => (answer = resolve));
  };
  const sampler = new SystemSampler({ clock, log: keptLog().log, recordingsDir: folder, procDir: folder, absence, intervalMs: 1000 });
  t.teardown(() => sampler.stop());
  const started = sampler.start();
  await until(() => clock.sleeping === 1);
  await clock.advanceMs(2000);
  await started;
  t.match(sampler.latest(), { disk: null, diskError: 'The recordings disk does not answer.', memoryUsedPercent: 75 });
  t.match(presentHealth(sampler.latest()), { status: 'error', code: 'disk_unreadable' });
  await writeFile(join(folder, 'stat'), stat(150, 150));
  for (let turn = 0; turn < 40 && sampler.latest()?.cpuPercent !== 50; turn += 1) await clock.advanceMs(500);
  t.equal(sampler.latest()?.cpuPercent, 50, 'the processors are still looked at');
  t.equal(asked, 1);
  answer(null);
  for (let turn = 0; turn < 40 && sampler.latest()?.disk === null; turn += 1) {
    await clock.advanceMs(500);
    answer(null);
  }
  t.not(sampler.latest()?.disk, null, 'and it is back when it answers');
});
