/** The logs for people without a terminal: what is in them, in which order, and what becomes of the daemon when the disk fails. */
import { appendFile, mkdir, mkdtemp, readFile, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from '#execa';
import t, { type Test } from 'tap';
import { linesBackwards } from '../../src/diagnostics/backward-lines.js';
import { EventLog, type EventLogOptions } from '../../src/diagnostics/event-log.js';
import { Quota } from '../../src/diagnostics/quota.js';
import { systemClock } from '../../src/lib/clock.js';
import { Exclusive } from '../../src/lib/exclusive.js';
import { createLogging } from '../../src/telemetry/log.js';
import { SimulatedClock } from '../support/simulated-clock.js';

const nowhere = openSync('/dev/null', 'w');

async function scratch(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-diagnostics-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function openLog(path: string, options: Partial<EventLogOptions> = {}) {
  const faults: string[] = [];
  const logging = createLogging({ level: 'info', fd: nowhere, format: 'json', onLine: (line) => faults.push(line) });
  const disk = new Exclusive();
  return { faults, disk, log: new EventLog({ path, clock: systemClock, log: logging.part('test'), disk, ...options }) };
}

/** Repeatable: the same numbers in each run. */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const linesOf = (text: string): string[] => (text === '' ? [] : (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n'));

t.test('reading from the end finds the lines that reading the whole file finds', async (t) => {
  const folder = await scratch(t);
  const path = join(folder, 'x');
  const random = randomNumbers(7);
  const next = (): number => random.next().value;
  for (let round = 0; round < 150; round += 1) {
    const alphabet = ['\n', '\n', 'a', 'ö', '🎥', '{"x":1}', ''];
    const text = Array.from({ length: Math.floor(next() * 80) }, () => alphabet[Math.floor(next() * alphabet.length)]).join('');
    await writeFile(path, text);
    const found: string[] = [];
    for await (const lines of linesBackwards(path, { blockBytes: 1 + Math.floor(next() * 20) })) found.push(...lines);
    if (JSON.stringify(found.reverse()) !== JSON.stringify(linesOf(text))) t.strictSame(found, linesOf(text), JSON.stringify(text));
  }
  t.pass('150 files');
});

t.test('a line without end is cut, and what is cut off is not kept while the rest is read', async (t) => {
  const path = join(await scratch(t), 'x');
  await writeFile(path, `first\n${'y'.repeat(16 * 1024 * 1024)}z\nlast`);
  const found: string[] = [];
  const beginMs = systemClock.monoMs();
  for await (const lines of linesBackwards(path, { blockBytes: 4096, maxLineBytes: 100 })) found.push(...lines);
  t.ok(systemClock.monoMs() - beginMs < 3000, 'keeping it would copy it again for each of 4096 blocks');
  t.strictSame(found, ['last', `${'y'.repeat(100)}…`, 'first']);
});

t.test('the tail across rotated files is what was written, in order, and old files go', async (t) => {
  const folder = await scratch(t);
  const path = join(folder, 'alerts.ndjson');
  const { log } = openLog(path, { rotation: { maxBytes: 2000, files: 4 } });
  const random = randomNumbers(3);
  const written: string[] = [];
  for (let burst = 0; burst < 60; burst += 1) {
    for (let i = 0; i < 5; i += 1) {
      const entry = { n: written.length, pad: 'é'.repeat(Math.floor(random.next().value * 90)) };
      written.push(JSON.stringify(entry));
      log.append(entry);
    }
    await log.tail(1);
  }
  t.strictSame((await readdir(folder)).sort(), ['alerts.ndjson', 'alerts.ndjson.1', 'alerts.ndjson.2', 'alerts.ndjson.3']);
  for (const name of await readdir(folder)) t.ok((await stat(join(folder, name))).size <= 2000, `${name} is within its limit`);
  for (const count of [1, 2, 17, 40, 41]) t.strictSame((await log.tail(count)).lines, written.slice(-count), `the newest ${count}`);
  const everything = (await log.tail(10_000)).lines;
  t.ok(everything.length > 40 && everything.length < written.length);
  t.strictSame(everything, written.slice(-everything.length));
});

t.test('there is no log until there is something in it', async (t) => {
  const { log } = openLog(join(await scratch(t), 'none'));
  t.strictSame(await log.tail(10), { lines: [], exists: false });
  log.append({ a: 1 });
  t.strictSame(await log.tail(10), { lines: ['{"a":1}'], exists: true });
});

t.test('a line that a crash has torn is finished, and the next one stands alone', async (t) => {
  const path = join(await scratch(t), 'watchdog.ndjson');
  await writeFile(path, '{"whole":1}\n{"to');
  const { log } = openLog(path);
  t.strictSame((await log.tail(5)).lines, ['{"whole":1}', '{"to'], 'readable as it is');
  log.append({ next: 2 });
  t.strictSame((await log.tail(5)).lines, ['{"whole":1}', '{"to', '{"next":2}']);
  t.equal(await readFile(path, 'utf8'), '{"whole":1}\n{"to\n{"next":2}\n');
});

t.test('a log that somebody moves away is begun anew', async (t) => {
  const path = join(await scratch(t), 'x');
  const { log } = openLog(path);
  log.append({ a: 1 });
  await log.tail(1);
  await rename(path, `${path}.taken`);
  log.append({ b: 2 });
  t.strictSame((await log.tail(5)).lines, ['{"b":2}']);
});

t.test('no password reaches the file', async (t) => {
  const { log } = openLog(join(await scratch(t), 'x'));
  log.append({ reason: 'rtsp://coach:hunter2@10.0.0.7/stream does not answer', token: 'hunter2' });
  t.notMatch((await log.tail(1)).lines[0], /hunter2/);
});

t.test('a flood keeps its order, its newest lines and a bounded memory', async (t) => {
  const { log, faults } = openLog(join(await scratch(t), 'x'));
  for (let n = 0; n < 50_000; n += 1) log.append({ n });
  const { lines } = await log.tail(10_000);
  t.ok(lines.length >= 1000 && lines.length < 1100, `${lines.length} lines were kept`);
  t.equal(lines.at(-1), '{"n":49999}');
  const numbers = lines.map((line) => Number(/\d+/.exec(line)?.[0]));
  t.strictSame(numbers, numbers.toSorted((a, b) => a - b));
  t.match(faults[0], /cannot be written.*the oldest are dropped/);
  t.ok(faults.length <= 2, 'said once, not 49,000 times');
});

t.test('while something else is in the place of the log, lines wait; nobody notices but the process log', async (t) => {
  const path = join(await scratch(t), 'alerts.ndjson');
  await mkdir(path);
  const clock = new SimulatedClock();
  const { log, faults, disk } = openLog(path, { clock, retryMs: 5000 });
  for (let n = 0; n < 3; n += 1) log.append({ n });
  await disk.idle();
  t.equal(faults.length, 1);
  t.match(faults[0], /it is a folder/);
  await t.rejects(log.tail(5), { kind: 'unavailable', code: 'not_a_file' });
  await rmdir(path);
  await clock.advanceMs(5000);
  await disk.idle();
  t.strictSame((await log.tail(5)).lines, ['{"n":0}', '{"n":1}', '{"n":2}'], 'and are written when the way is free');
  t.match(faults[1], /is over/);
});

t.test('a full disk tears a line and loses none', { skip: process.getuid?.() === 0 ? false : 'needs root: mounts a small tmpfs' }, async (t) => {
  const folder = await scratch(t);
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  t.teardown(() => execa('umount', ['-l', folder], { reject: false }));
  const filler = join(folder, 'filler');
  await writeFile(filler, Buffer.alloc(48 * 1024));
  const clock = new SimulatedClock();
  const { log, faults, disk } = openLog(join(folder, 'x'), { clock });
  const entries = Array.from({ length: 40 }, (_none, n) => ({ n, pad: 'p'.repeat(700) }));
  for (const entry of entries) log.append(entry);
  await disk.idle();
  t.match(faults[0], /disk is full/);
  await rm(filler);
  await clock.advanceMs(5000);
  await disk.idle();
  const whole = (await log.tail(100)).lines.filter((line) => line.endsWith('"}'));
  t.strictSame(whole, entries.map((entry) => JSON.stringify(entry)));
});

t.test('a disk that hangs holds up neither an end of the daemon nor a request for ever', async (t) => {
  const clock = new SimulatedClock();
  const { log, disk } = openLog(join(await scratch(t), 'x'), { clock });
  const hang = Promise.withResolvers<void>();
  void disk.run(() => hang.promise);
  log.append({ a: 1 });
  const read = log.tail(5);
  const refused = t.rejects(read, { code: 'log_disk_hangs' });
  await clock.advanceMs(5000);
  await refused;
  const closed = log.close(2000);
  await clock.advanceMs(2000);
  await closed;
  hang.resolve();
  await disk.idle();
  t.pass('both came back');
});

t.test('what other programs append is read along', async (t) => {
  const path = join(await scratch(t), 'alerts.ndjson');
  const { log } = openLog(path);
  log.append({ a: 1 });
  await log.tail(1);
  await appendFile(path, '[2026-11-21 04:00:00] ALERT: text of a script\n');
  log.append({ b: 2 });
  t.strictSame((await log.tail(5)).lines, ['{"a":1}', '[2026-11-21 04:00:00] ALERT: text of a script', '{"b":2}']);
});

t.test('a quota lets a burst through, then one per interval, and counts what it held back', async (t) => {
  const clock = new SimulatedClock();
  const quota = new Quota<string>(clock, { burst: 2, intervalMs: 1000 });
  t.strictSame([quota.take('a'), quota.take('a'), quota.take('a'), quota.take('a')], [{ heldBack: 0 }, { heldBack: 0 }, null, null]);
  t.strictSame(quota.take('b'), { heldBack: 0 }, 'each key has its own');
  await clock.advanceMs(1000);
  t.strictSame([quota.take('a'), quota.take('a')], [{ heldBack: 2 }, null]);
});
