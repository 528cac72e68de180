import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createCommands } from '../../src/cli/commands.js';
import { runCli } from '../../src/cli/run.js';
import { cliContext, recordTerminal, settings } from '../support/terminal.js';

const RECORDINGS = {
  recordings: {
    'U19 – Derby': { files: [], total_size_mb: 18_432.5, camera_count: 2, segments_count: 40, created_at: new Date(2026, 1, 11, 22, 2).getTime() / 1000 },
    'a\nb\u001b[2J': { files: [], total_size_mb: 0.5, camera_count: 1, segments_count: 1, created_at: new Date(2025, 0, 1, 9, 5).getTime() / 1000 },
    archive: { files: [{ file: 'a.zip', type: 'single', size_mb: 3, created_at: 1, path: '/a.zip' }], total_size_mb: 3, camera_count: 0, segments_count: 0, created_at: null },
  },
};

/** A daemon that gives these answers. */
async function daemon(t: Test, answers: Readonly<Record<string, unknown>>): Promise<number> {
  const server = createServer((request, response) => {
    const answer = answers[`${request.method} ${request.url}`];
    response.statusCode = answer === undefined ? 500 : 200;
    response.end(JSON.stringify(answer ?? { detail: 'not planned', code: 'not_planned' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function run(argv: readonly string[], changes: Parameters<typeof settings>[0]) {
  const terminal = recordTerminal();
  const exitCode = await runCli(argv, createCommands(() => Promise.reject(new Error('not planned'))), '1', cliContext(terminal, { settingsInForce: async () => settings(changes) }));
  return { exitCode, out: terminal.stdout.join('\n'), err: terminal.stderr.join('\n') };
}

t.test('the matches are listed with date, cameras, segments and size, the newest last', async (t) => {
  const port = await daemon(t, { 'GET /api/v1/recordings': RECORDINGS });
  const { exitCode, out } = await run(['library'], { port });
  t.equal(exitCode, 0);
  t.strictSame(out.split('\n'), [
    '               -  0 cameras   0 segments   3.0 MiB  archive',
    '2025-01-01 09:05   1 camera    1 segment   512 KiB  a\ufffdb\u001b[2J',
    '2026-02-11 22:02  2 cameras  40 segments  18.0 GiB  U19 – Derby',
    '3 matches, 18.0 GiB',
  ]);
  t.strictSame(JSON.parse((await run(['library', 'list', '--json'], { port })).out), RECORDINGS);
  t.equal((await run(['library'], { port: await daemon(t, { 'GET /api/v1/recordings': { recordings: {} } }) })).out, 'no matches');
  t.equal((await run(['library', 'burn'], { port })).exitCode, 2);
});

t.test('a rebuild is the daemon\'s when there is one, and else left to its next start', async (t) => {
  const stateDir = await mkdtemp(join(tmpdir(), 'touchline-library-cli-'));
  t.teardown(() => rm(stateDir, { recursive: true, force: true }));
  const files = ['library.db', 'library.db-wal', 'library.db-shm'].map((name) => join(stateDir, name));
  for (const file of files) await writeFile(file, 'x');

  const port = await daemon(t, { 'POST /api/v1/library/rebuild': { success: true, message: 'made', matches: 17 } });
  t.same(await run(['library', 'rebuild'], { port, stateDir }), { exitCode: 0, out: 'made again from the folders: 17 matches', err: '' });
  t.ok(files.every((file) => existsSync(file)), 'the files of a running daemon stay');
  const refused = await run(['library', 'rebuild'], { port: await daemon(t, {}), stateDir });
  t.equal(refused.exitCode, 1);
  t.equal((await run(['library', 'rebuild', '--url', 'http://127.0.0.1:9'], { stateDir })).exitCode, 3);
  t.ok(files.every((file) => existsSync(file)), 'and those of a daemon that may be elsewhere');

  const without = await run(['library', 'rebuild'], { port: 9, stateDir });
  t.equal(without.exitCode, 0);
  t.match(without.out, /the next start makes it again/);
  t.notOk(files.some((file) => existsSync(file)));
  t.equal((await run(['library', 'rebuild'], { port: 9, stateDir })).exitCode, 0, 'also when there is none');
  await mkdir(join(stateDir, 'library.db'));
  const impossible = await run(['library', 'rebuild'], { port: 9, stateDir });
  t.equal(impossible.exitCode, 1);
  t.match(impossible.err, /cannot remove .*library\.db/);
});
