import { setTimeout as sleep } from 'node:timers/promises';
import { asTouchlineError } from '../errors.js';
import type { StatusBody } from '../api/contract/status.js';
import type { DaemonClient } from './client.js';
import type { CliContext, Command } from './command.js';
import { connect, DAEMON_HELP, DAEMON_OPTIONS } from './connection.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { statusLines } from './format.js';
import type { Terminal } from './terminal.js';

const WATCH_INTERVAL_MS = 1000;

export const statusCommand: Command = {
  name: 'status',
  summary: 'What the rig does now',
  usage: '[--watch] [--json]',
  help: [
    '  --watch     again every second, until Ctrl-C; with --json one line of JSON each time',
    ...DAEMON_HELP,
    '',
    'Exit code 0 whenever the daemon answers, recording or not: `touchline health` judges.',
  ],
  options: { ...DAEMON_OPTIONS, watch: { type: 'boolean' } },
  maxPositionals: 0,
  run: async (args, context) => {
    const client = await connect(args, context);
    const show = args.flag('json') ? asJson : asLines;
    if (args.flag('watch')) return watch(client, context, show);
    for (const line of show(await client.status(), context.terminal)) context.terminal.out(line);
    return EXIT.ok;
  },
};

type Show = (status: StatusBody, terminal: Terminal) => readonly string[];

const asJson: Show = (status) => [JSON.stringify(status)];

const asLines: Show = ({ recording }, terminal) => {
  const { headline, details } = statusLines(recording);
  return [headline, ...details].map(({ tone, text }) => terminal.color(tone, text));
};

/** Goes on through a restart of the daemon: that is when somebody watches. */
async function watch(client: DaemonClient, { terminal, signal }: CliContext, show: Show): Promise<ExitCode> {
  while (!signal.aborted) {
    const lines = await client.status().then(
      (status) => show(status, terminal),
      (thrown: unknown) => {
        const error = asTouchlineError(thrown);
        if (error.code !== 'daemon_unreachable') throw error;
        return [terminal.color('bad', error.message)];
      },
    );
    if (!signal.aborted) terminal.replace(lines);
    await sleep(WATCH_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  return EXIT.ok;
}
