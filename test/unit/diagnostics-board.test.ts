/** What the rig says about its board, on trees of files like those of a Jetson, and on the machine of the test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { SystemMetricsBody } from '../../src/api/contract/system-metrics.js';
import { presentSystemMetrics } from '../../src/api/presenters/diagnostics.js';
import { systemClock } from '../../src/lib/clock.js';
import { BoardSampler } from '../../src/telemetry/board.js';
import { parsePowerMode } from '../../src/telemetry/jetson.js';
import { createLogging } from '../../src/telemetry/log.js';
import { SimulatedClock } from '../support/simulated-clock.js';
import { onTheWire } from '../support/wire.js';

const log = createLogging({ level: 'info', fd: openSync('/dev/null', 'w'), format: 'json' }).part('test');

async function tree(t: Test, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-board-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

function cores(currentKhz: readonly number[], highestKhz: readonly number[]): Record<string, string> {
  return Object.fromEntries(
    currentKhz.flatMap((khz, cpu) => [
      [`sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`, `${khz}\n`],
      [`sys/devices/system/cpu/cpu${cpu}/cpufreq/cpuinfo_max_freq`, `${highestKhz[cpu]}\n`],
    ]),
  );
}

function zones(milliCelsius: readonly string[]): Record<string, string> {
  return Object.fromEntries(milliCelsius.map((text, zone) => [`sys/class/thermal/thermal_zone${zone}/temp`, text]));
}

async function metrics(t: Test, folder: string): Promise<object> {
  const board = new BoardSampler({ clock: systemClock, log, roots: { sysDir: `${folder}/sys`, nvpmodelDir: `${folder}/nvpmodel` } });
  await board.start();
  t.teardown(() => board.stop());
  const storage = { totalBytes: 500 * 1024 ** 3, freeBytes: 200 * 1024 ** 3, usedBytes: 300 * 1024 ** 3 };
  const body = presentSystemMetrics({ ...board.latest(), cpuPercent: 41.26, storage });
  return Object(onTheWire(SystemMetricsBody, body));
}

t.test('an Orin Nano at full power', async (t) => {
  const folder = await tree(t, {
    'nvpmodel/status': 'pmode:0002\nfmode:quiet\n',
    ...cores([1_728_000, 1_728_000, 1_728_000, 1_728_000, 729_600, 729_600, 1_500_000], Array.from({ length: 7 }, () => 1_728_000)),
    ...zones(['51250\n', '49000\n', '-256000\n', '76040\n', '', '250000\n', 'x\n']),
    'sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq': '1\n',
    'sys/class/thermal/cooling_device0/temp': '90000\n',
  });
  t.match(await metrics(t, folder), {
    power_mode: { name: 'MAXN_SUPER', id: '2', is_max: true },
    cpu_frequencies: [1.728, 1.728, 1.728, 1.728, 0.73, 0.73, 1.5].map((freq_ghz, cpu) => ({ cpu, freq_ghz, type: 'performance' })),
    cpu_avg: { performance: 1.41, efficiency: 0 },
    temperature: { max_c: 76, zones: [51.3, 49, 76], warning: true, critical: false },
    cpu_usage: { overall: 41.3 },
    storage: { total_gb: 500, free_gb: 200, used_gb: 300, percent: 60 },
  });
});

t.test('mode 0 is 15 W, by its name', async (t) => {
  const folder = await tree(t, { 'nvpmodel/status': 'pmode:0000\n', ...zones(['85100\n']) });
  t.match(await metrics(t, folder), { power_mode: { name: '15W', id: '0', is_max: false }, temperature: { max_c: 85.1, critical: true } });
  const rest = ['pmode:0001', 'pmode:3', 'pmode:0012', 'fmode:1', '', 'pmode:', 'pmode:x'].map((text) => parsePowerMode(text));
  t.strictSame(rest.map(({ name, id }) => `${id} ${name}`), ['1 25W', '3 7W', '12 Mode 12', 'N/A Unknown', 'N/A Unknown', 'N/A Unknown', 'N/A Unknown']);
});

t.test('slower kinds of cores are told apart by what they can reach', async (t) => {
  const folder = await tree(t, cores([2_000_000, 4_900_000, 900_000], [5_000_000, 4_900_000, 3_700_000]));
  t.match(await metrics(t, folder), {
    cpu_frequencies: [{ type: 'performance' }, { type: 'performance' }, { cpu: 2, freq_ghz: 0.9, type: 'efficiency' }],
    cpu_avg: { performance: 3.45, efficiency: 0.9 },
  });
});

t.test('a board of which nothing can be read has every group, with figures', async (t) => {
  const folder = await tree(t, { 'nvpmodel/status': 'pmode:0002', ...zones(['50000']) });
  await rm(join(folder, 'nvpmodel'), { recursive: true });
  await rm(join(folder, 'sys'), { recursive: true });
  await writeFile(join(folder, 'sys'), 'no folder');
  const body = await metrics(t, folder);
  t.match(body, {
    power_mode: { name: 'Unknown', id: 'N/A', is_max: false },
    temperature: { max_c: 0, zones: [], warning: false, critical: false },
    memory: { total_gb: Number, used_gb: Number, available_gb: Number, percent: Number },
  });
  t.notMatch(JSON.stringify(body), /null/);
});

t.test('the board is read often while somebody watches, seldom otherwise, and soon when somebody comes back', async (t) => {
  const folder = await tree(t, { 'nvpmodel/status': 'pmode:0000' });
  const clock = new SimulatedClock();
  const board = new BoardSampler({ clock, log, roots: { sysDir: `${folder}/sys`, nvpmodelDir: `${folder}/nvpmodel` } });
  await board.start();
  t.teardown(() => board.stop());
  const nextSleep = async (): Promise<number | null> => {
    while (clock.sleeping === 0) await clock.advanceMs(0);
    return clock.nextWakeInMs;
  };
  t.equal(await nextSleep(), 15_000);
  await clock.advanceMs(14_000);
  await writeFile(join(folder, 'nvpmodel/status'), 'pmode:0002');
  t.equal(board.peek().powerMode.id, '0');
  t.equal(await nextSleep(), 1000, 'looking on does not count as a question');
  t.equal(board.latest().powerMode.id, '0', 'at once, though old');
  while (board.peek().powerMode.id === '0') await clock.advanceMs(0);
  t.equal(await nextSleep(), 3000);
});

t.test('this machine can be told about', async (t) => {
  const board = new BoardSampler({ clock: systemClock, log });
  await board.start();
  t.teardown(() => board.stop());
  const { memory } = board.latest();
  t.ok(memory.totalBytes > 2 ** 28 && memory.availableBytes > 0 && memory.availableBytes < memory.totalBytes);
});
