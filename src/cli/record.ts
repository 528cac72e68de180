import type { Command } from './command.js';
import { connect, DAEMON_HELP, DAEMON_OPTIONS } from './connection.js';
import { EXIT } from './exit-codes.js';
import { cameraName } from './format.js';

export const recordCommand: Command = {
  name: 'record',
  summary: 'Start a recording and wait until every camera delivers',
  usage: '[match_id] [--force] [--process] [--json]',
  help: [
    'Without match_id the daemon makes one from the time. Returns when frames of every camera have been encoded.',
    '',
    '  --force     end the recording that is running, if any, and start this one',
    '  --process   post-process the files when this recording stops',
    ...DAEMON_HELP,
  ],
  options: { ...DAEMON_OPTIONS, force: { type: 'boolean' }, process: { type: 'boolean' } },
  maxPositionals: 1,
  run: async (args, context) => {
    const { terminal } = context;
    const client = await connect(args, context);
    const answer = await client.start({
      match_id: args.positionals[0] ?? null,
      force: args.flag('force'),
      process_after_recording: args.flag('process'),
    });
    const exitCode = answer.success ? EXIT.ok : EXIT.failed;
    if (args.flag('json')) {
      terminal.out(JSON.stringify(answer));
      return exitCode;
    }
    if (answer.success) {
      const offset = answer.first_frame_offset_seconds ?? null;
      const apart = offset === null ? '' : `, first frames ${(offset * 1000).toFixed(1)} ms apart`;
      const cameras = answer.cameras_started.map((camera) => `cam${camera}`).join(', ');
      terminal.out(`${terminal.color('good', `● RECORDING  ${answer.match_id ?? ''}`)}  ${cameras}${apart}`);
    } else {
      terminal.err(terminal.color('bad', answer.message));
      if (answer.code === 'already_recording') terminal.err('  `touchline record --force` ends it and starts anew');
    }
    for (const [key, error] of Object.entries(answer.camera_errors ?? {})) {
      terminal.err(terminal.color('bad', `  ${cameraName(key)}: ${error}`));
    }
    return exitCode;
  },
};
