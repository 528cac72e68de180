import { plannedParts } from '../support/planned-parts.js';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { createHttpApp } from '../../src/api/http/app.js';
import { startHttpServer } from '../../src/api/http/server.js';
import type { CliContext } from '../../src/cli/command.js';
import { createCommands } from '../../src/cli/commands.js';
import { runCli } from '../../src/cli/run.js';
import type { Daemon } from '../../src/main.js';
import { TouchlineError } from '../../src/errors.js';
import { type RecordingPlan, plannedRecording } from '../support/planned-recording.js';
import { IDLE, PROTECTED, RECORDING, STARTED, STOPPED } from '../support/recording-values.js';
import { cliContext, recordTerminal, settings } from '../support/terminal.js';

async function serve(t: Test, plan: RecordingPlan) {
  const log = pino({ level: 'silent' });
  const recording = plannedRecording(plan);
  const disk = { freeBytes: 4e9, totalBytes: 5e9, usedPercent: 20 };
  const sample = { takenAtMonoMs: 1, cpuPercent: 1, memoryUsedPercent: 2, memoryAvailableBytes: 3e9, disk, diskError: null };
  const app = createHttpApp({ ...plannedParts({ recording, system: { latest: () => sample } }), log });
  const server = await startHttpServer({ app, host: '127.0.0.1', port: 0, log });
  t.teardown(() => server.close());
  return { recording, port: server.port, url: server.url };
}

async function run(argv: readonly string[], changes: Partial<CliContext> = {}, start?: () => Promise<Daemon>) {
  const terminal = recordTerminal();
  const commands = createCommands(async () => start ?? (() => Promise.reject(new Error('not planned'))));
  const exitCode = await runCli(argv, commands, '1', cliContext(terminal, changes));
  return { exitCode, out: terminal.stdout.join('\n'), err: terminal.stderr.join('\n') };
}

t.test('record starts what was asked for and shows the cameras that deliver', async (t) => {
  const { recording, port } = await serve(t, { start: async () => STARTED });
  const configured = { settingsInForce: async () => settings({ port }) };
  const named = await run(['record', 'U19 – Derby', '--force', '--process'], configured);
  t.same(named, {
    exitCode: 0,
    out: '● RECORDING  match_20260211_001  cam0, cam1, first frames 4.5 ms apart',
    err: '',
  });
  const json = await run(['record', '--json'], configured);
  t.match(JSON.parse(json.out), { success: true, cameras_started: [0, 1] });
  t.same(recording.calls.map(({ request }) => request), [
    { matchId: 'U19 – Derby', force: true, processAfterRecording: true },
    { matchId: null, force: false, processAfterRecording: false },
  ]);
});

t.test('a refused start exits with 1 and says why, per camera', async (t) => {
  const { url, recording } = await serve(t, {
    start: async () => ({
      ...STARTED,
      success: false,
      code: 'cameras_failed',
      message: 'Failed to start all required cameras',
      camerasStarted: [],
      camerasFailed: [1],
      cameraErrors: new Map([[1, 'no frame within 10 s']]),
    }),
  });
  const refused = await run(['record', '--url', url]);
  t.equal(refused.exitCode, 1);
  t.match(refused.err, /Failed to start all required cameras\n {2}cam1: no frame within 10 s/);
  const invalid = await run(['record', '../escape', '--url', url]);
  t.equal(invalid.exitCode, 1);
  t.match(invalid.err, /match_id "\.\.\/escape" contains "\/"/);
  t.equal(recording.calls.length, 1, 'the invalid id did not reach the service');
});

t.test('stop shows each file, and names the way around a refusal', async (t) => {
  const { url, recording } = await serve(t, { stop: async ({ force }) => (force ? STOPPED : PROTECTED) });
  const refused = await run(['stop', '--url', url]);
  t.equal(refused.exitCode, 1);
  t.match(refused.err, /Recording protected.*\n.*touchline stop --force/);
  const stopped = await run(['stop', '--force', '--url', url]);
  t.equal(stopped.exitCode, 0);
  t.match(stopped.out, /■ STOPPED {2}match_20260211_001\n {2}cam0: final, intact/);
  t.same(recording.calls.map(({ request }) => request), [{ force: false }, { force: true }]);
});

t.test('status is one line for people and one line of JSON for scripts', async (t) => {
  const { url } = await serve(t, { status: () => RECORDING });
  t.match((await run(['status', '--url', url])).out, /^● RECORDING {2}match_20260211_001/);
  const json = await run(['status', '--json', '--url', url]);
  t.notMatch(json.out, /\n/);
  t.same(Object.keys(Object(JSON.parse(json.out))), ['recording', 'preview']);
});

t.test('watching goes on until Ctrl-C, also while the daemon is away', async (t) => {
  const interruption = new AbortController();
  const terminal = recordTerminal();
  const { url } = await serve(t, {
    status: () => {
      setImmediate(() => interruption.abort());
      return IDLE;
    },
  });
  const commands = createCommands(() => Promise.reject(new Error('not planned')));
  const watching = (address: string, signal: AbortSignal) =>
    runCli(['status', '--watch', '--url', address], commands, '1', cliContext(terminal, { signal }));
  t.equal(await watching(url, interruption.signal), 0);

  const away = new AbortController();
  const printed = Promise.withResolvers<void>();
  const absent = { ...recordTerminal(), replace: (lines: readonly string[]) => (t.match(lines[0], /no daemon at/), printed.resolve()) };
  const ended = runCli(['status', '--watch', '--url', 'http://127.0.0.1:1'], commands, '1', cliContext(absent, { signal: away.signal }));
  await printed.promise;
  away.abort();
  t.equal(await ended, 0);
});

t.test('health exits with 1 when the recording is not well', async (t) => {
  const { url } = await serve(t, {
    health: async () => ({
      healthy: false,
      message: 'cam0: Pipeline missing',
      issues: ['cam0: Pipeline missing'],
      active: true,
      recoveryAttempts: new Map(),
      diagnostics: new Map(),
    }),
  });
  const unwell = await run(['health', '--url', url]);
  t.equal(unwell.exitCode, 1);
  t.match(unwell.out, /machine: CPU 1 %.*\nrecording: not well\n {2}cam0: Pipeline missing/);
});

t.test('no daemon exits with 3 and says how to start one; something else exits with 4', async (t) => {
  const nobody = await run(['status', '--url', 'http://127.0.0.1:1']);
  t.equal(nobody.exitCode, 3);
  t.match(nobody.err, /no daemon at http:\/\/127\.0\.0\.1:1: nothing listens there.*touchline serve/);
  const other = createServer((_request, response) => response.end('<html>a printer</html>')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const wrong = await run(['status', '--url', `127.0.0.1:${port}`]);
  t.equal(wrong.exitCode, 4);
  t.match(wrong.err, /is not this version of touchline/);
});

t.test('serve prints one line per thing, ends with the daemon, and ends the daemon when asked', async (t) => {
  const interruption = new AbortController();
  const stopped = Promise.withResolvers<number>();
  const daemon: Daemon = {
    banner: {
      address: 'http://127.0.0.1:8000',
      profile: 'sim',
      cameras: ['cam0: simulated 640x360', 'cam1: simulated 640x360'],
      recordingsDir: '/var/recordings',
      hoursLeft: 12.5,
    },
    stop: async () => stopped.resolve(0),
    stopped: stopped.promise,
  };
  const serving = run(['serve', '--config', 'rig.json'], { signal: interruption.signal }, async () => {
    setImmediate(() => interruption.abort());
    return daemon;
  });
  const { exitCode, out } = await serving;
  t.equal(exitCode, 0);
  for (const line of [/address +http:\/\/127\.0\.0\.1:8000/, /profile +sim/, /cam0: simulated/, /recordings +\/var\/recordings/, /room for +12\.5 hours of video/]) {
    t.match(out, line);
  }
  const broken = new TouchlineError({ kind: 'conflict', code: 'port_in_use', message: 'port 8000 is already in use' });
  const failed = await run(['serve'], {}, () => Promise.reject(broken));
  t.equal(failed.exitCode, 1);
  t.match(failed.err, 'port 8000 is already in use');
});
