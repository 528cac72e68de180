import { parseArgs } from 'node:util';
import { asTouchlineError, TouchlineError } from '../errors.js';
import type { Arguments, CliContext, Command } from './command.js';
import { EXIT, type ExitCode } from './exit-codes.js';

const HELP_OPTION = { help: { type: 'boolean', short: 'h' } } as const;

/**
 * Runs one command line (without node and script) and gives its exit code. Nothing escapes: an error is printed as a
 * sentence for a person and becomes the exit code of its kind.
 */
export async function runCli(
  argv: readonly string[],
  commands: readonly Command[],
  version: string,
  context: CliContext,
): Promise<ExitCode> {
  const { terminal } = context;
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    for (const line of overview(commands)) terminal.out(line);
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  if (name === '--version' || name === 'version') {
    terminal.out(version);
    return EXIT.ok;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    terminal.err(`touchline has no command "${name}". These it has:`);
    for (const line of overview(commands)) terminal.err(line);
    return EXIT.usage;
  }
  try {
    const args = parse(command, rest);
    if (args.flag('help')) {
      for (const line of helpOf(command)) terminal.out(line);
      return EXIT.ok;
    }
    return await command.run(args, context);
  } catch (thrown) {
    if (context.signal.aborted) return EXIT.interrupted;
    const error = asTouchlineError(thrown);
    terminal.err(`touchline ${command.name}: ${error.message}`);
    if (error.code === 'usage') terminal.err(`See: touchline ${command.name} --help`);
    return exitCodeOf(error);
  }
}

export function usageError(message: string): TouchlineError {
  return new TouchlineError({ kind: 'invalid', code: 'usage', message });
}

function parse(command: Command, rest: readonly string[]): Arguments {
  const options = { ...command.options, ...HELP_OPTION };
  const parsed = parseOrExplain(() => parseArgs({ args: [...rest], options, allowPositionals: true, strict: true }));
  const surplus = parsed.positionals[command.maxPositionals];
  if (surplus !== undefined) throw usageError(`does not know what to do with "${surplus}"`);
  const values: Readonly<Record<string, unknown>> = parsed.values;
  return {
    flag: (name) => values[name] === true,
    text: (name) => {
      const value = values[name];
      return typeof value === 'string' ? value : null;
    },
    positionals: parsed.positionals,
  };
}

function parseOrExplain<T>(parseNow: () => T): T {
  try {
    return parseNow();
  } catch (thrown) {
    // Only the first sentence is about the mistake; the rest advises programmers.
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw usageError(message.split('. ')[0] ?? message);
  }
}

function exitCodeOf(error: TouchlineError): ExitCode {
  if (error.code === 'daemon_unreachable') return EXIT.unreachable;
  if (error.code === 'daemon_protocol') return EXIT.protocol;
  // Nothing but what somebody named (a configuration file, say) can be missing before a daemon is asked.
  return error.kind === 'invalid' || error.kind === 'not_found' ? EXIT.usage : EXIT.failed;
}

function overview(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: touchline COMMAND [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'touchline COMMAND --help explains one of them. Exit codes: 0 done, 1 refused or failed, 2 wrong usage or',
    'configuration, 3 no daemon answers, 4 something else answers.',
  ];
}

function helpOf(command: Command): string[] {
  return [`Usage: touchline ${command.name} ${command.usage}`.trimEnd(), '', command.summary, '', ...command.help];
}
