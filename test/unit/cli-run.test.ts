import t from 'tap';
import type { Command } from '../../src/cli/command.js';
import { createCommands } from '../../src/cli/commands.js';
import { daemonUrl } from '../../src/cli/connection.js';
import { runCli } from '../../src/cli/run.js';
import { checkNode } from '../../src/cli/doctor/software.js';
import { TouchlineError } from '../../src/errors.js';
import { cliContext, recordTerminal } from '../support/terminal.js';

const COMMANDS = createCommands(async () => {
  throw new Error('no test here starts the daemon');
});

async function run(argv: readonly string[], commands: readonly Command[] = COMMANDS) {
  const terminal = recordTerminal();
  const exitCode = await runCli(argv, commands, '1.2.3', cliContext(terminal));
  return { exitCode, out: terminal.stdout.join('\n'), err: terminal.stderr.join('\n') };
}

function failing(error: unknown): Command {
  return {
    name: 'fail',
    summary: 'fails',
    usage: '',
    help: [],
    options: {},
    maxPositionals: 0,
    run: async () => {
      throw error;
    },
  };
}

t.test('the overview lists every command, and every command explains itself', async (t) => {
  const overview = await run(['--help']);
  t.equal(overview.exitCode, 0);
  for (const { name, summary } of COMMANDS) {
    t.match(overview.out, new RegExp(`  ${name} +${summary.slice(0, 20)}`));
    const help = await run([name, '--help']);
    t.equal(help.exitCode, 0, name);
    t.match(help.out, `Usage: touchline ${name}`);
    t.equal(help.err, '');
  }
  t.equal((await run(['--version'])).out, '1.2.3');
});

t.test('wrong arguments exit with 2, say what is wrong and do nothing', async (t) => {
  for (const [argv, message] of [
    [[], /Usage/],
    [['frobnicate'], /no command "frobnicate"/],
    [['constructor'], /no command "constructor"/],
    [['status', '--watchh'], /Unknown option '--watchh'/],
    [['stop', '--force=yes'], /--force/],
    [['stop', 'now'], /does not know what to do with "now"/],
    [['record', 'a', 'b'], /"b"/],
    [['status', '--url', 'ftp://x'], /must look like http:\/\/rig:8000/],
    [['pipelines', 'explode'], /knows list, show and check/],
  ] as const) {
    const { exitCode, out, err } = await run(argv);
    t.equal(exitCode, 2, argv.join(' '));
    t.match(`${out}${err}`, message);
  }
});

t.test('an error becomes a sentence and the exit code of its kind', async (t) => {
  const config = new TouchlineError({ kind: 'invalid', code: 'config_invalid', message: 'port must be a whole number' });
  t.same(await run(['fail'], [failing(config)]), {
    exitCode: 2,
    out: '',
    err: 'touchline fail: port must be a whole number',
  });
  t.equal((await run(['fail'], [failing(new Error('defect'))])).exitCode, 1);
  const gone = new TouchlineError({ kind: 'unavailable', code: 'daemon_unreachable', message: 'gone' });
  t.equal((await run(['fail'], [failing(gone)])).exitCode, 3);
});

t.test('an address to listen on everywhere is reached through the loopback', async (t) => {
  t.equal(daemonUrl({ host: '0.0.0.0', port: 1 }), 'http://127.0.0.1:1');
  t.equal(daemonUrl({ host: '::', port: 1 }), 'http://[::1]:1');
  t.equal(daemonUrl({ host: 'fe80::1', port: 1 }), 'http://[fe80::1]:1');
  t.equal(daemonUrl({ host: 'rig.local', port: 8000 }), 'http://rig.local:8000');
});

t.test('the doctor knows a Node.js that is too old', async (t) => {
  t.equal(checkNode('v24.1.0').state, 'ok');
  t.match(checkNode('v20.11.1'), { state: 'failure', fix: 'make setup' });
});
