import type { Command } from './command.js';
import { connect, DAEMON_HELP, DAEMON_OPTIONS } from './connection.js';
import { EXIT } from './exit-codes.js';
import { stopLines } from './format.js';

export const stopCommand: Command = {
  name: 'stop',
  summary: 'Stop the recording and wait until its files are final, on disk and probed',
  usage: '[--force] [--json]',
  help: [
    'Exit code 1 also when the stop was carried out and a file is not final or not intact.',
    '',
    '  --force     stop inside the first seconds too, where a stop is refused as an accident',
    ...DAEMON_HELP,
  ],
  options: { ...DAEMON_OPTIONS, force: { type: 'boolean' } },
  maxPositionals: 0,
  run: async (args, context) => {
    const { terminal } = context;
    const client = await connect(args, context);
    const answer = await client.stop(args.flag('force'));
    const exitCode = answer.success ? EXIT.ok : EXIT.failed;
    if (args.flag('json')) {
      terminal.out(JSON.stringify(answer));
      return exitCode;
    }
    if (answer.success) terminal.out(`${terminal.color('good', '■ STOPPED')}  ${answer.match_id ?? ''}`);
    else terminal.err(terminal.color('bad', answer.message));
    if (answer.protected === true) terminal.err('  `touchline stop --force` stops it all the same');
    for (const { tone, text } of stopLines(answer)) terminal.out(terminal.color(tone, text));
    return exitCode;
  },
};
