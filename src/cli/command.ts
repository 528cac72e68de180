import type { ParseArgsOptionsConfig } from 'node:util';
import type { ExitCode } from './exit-codes.js';
import type { RigSettings } from './settings.js';
import type { Terminal } from './terminal.js';

/** The world as a command sees it. */
export interface CliContext {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly terminal: Terminal;
  /** The daemon's own configuration, from the same file and environment; throws what is wrong with it. */
  readonly loadSettings: (configFile: string | null) => Promise<RigSettings>;
  /** The same as a daemon starts with it: where the file is broken, what was kept of it. For who only has to find the daemon. */
  readonly settingsInForce: (configFile: string | null) => Promise<RigSettings>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Arguments after parsing: flags that were given, texts that were given, and what stood on its own. */
export interface Arguments {
  flag(name: string): boolean;
  text(name: string): string | null;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What stands behind the name, e.g. `[match_id] [--force]`. */
  readonly usage: string;
  /** Further lines of help: options, exit codes that need words, examples. */
  readonly help: readonly string[];
  readonly options: ParseArgsOptionsConfig;
  readonly maxPositionals: number;
  run(args: Arguments, context: CliContext): Promise<ExitCode>;
}
