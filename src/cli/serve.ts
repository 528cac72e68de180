import type { Daemon, DaemonOptions } from '../main.js';
import type { Banner } from '../main/banner.js';
import type { Arguments, CliContext, Command } from './command.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { roomFor } from './format.js';
import type { Terminal } from './terminal.js';

export type StartDaemon = (options: DaemonOptions) => Promise<Daemon>;

/** `load` brings the daemon's code in, which other commands do not need. */
export function serveCommand(load: () => Promise<StartDaemon>): Command {
  return {
    name: 'serve',
    summary: 'Run the daemon in the foreground until Ctrl-C',
    usage: '[--config FILE]',
    help: [
      '  --config F  configuration file',
      '',
      'Every key of the configuration can be set in the environment too, e.g. TOUCHLINE_PORT=8001.',
      'Ctrl-C and SIGTERM end it cleanly, finalising files; a second one ends it at once.',
      'Exit code 2 when the configuration cannot be used.',
    ],
    options: { config: { type: 'string' } },
    maxPositionals: 0,
    run: async (args, context) => serve(await load(), args, context),
  };
}

async function serve(startDaemon: StartDaemon, args: Arguments, context: CliContext): Promise<ExitCode> {
  const { terminal, env, cwd } = context;
  const config = args.text('config');
  const daemon = await startDaemon({ env, cwd, ...(config === null ? {} : { configFile: config }) });
  for (const line of bannerLines(daemon.banner, terminal)) terminal.out(line);
  const stop = (): void => {
    daemon.stop().catch((error: unknown) => terminal.err(`the daemon could not end cleanly: ${String(error)}`));
  };
  if (context.signal.aborted) stop();
  else context.signal.addEventListener('abort', stop, { once: true });
  return (await daemon.stopped) === 0 ? EXIT.ok : EXIT.failed;
}

function bannerLines(banner: Banner, terminal: Terminal): readonly string[] {
  const rows: readonly (readonly [string, string])[] = [
    ['address', banner.address],
    ['profile', banner.profile],
    ...banner.cameras.map((camera, index): readonly [string, string] => [index === 0 ? 'cameras' : '', camera]),
    ['recordings', banner.recordingsDir],
    ['room for', roomFor(banner.hoursLeft)],
  ];
  return [
    terminal.color('strong', 'Touchline is ready'),
    ...rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`),
    terminal.color('quiet', '  Ctrl-C ends it'),
  ];
}
