#!/usr/bin/env node
/** The command line `touchline`: arguments in, exit code out. */
import { loadConfigForStart } from '../config/known-good.js';
import { loadConfig } from '../config/load.js';
import { productVersion } from '../lib/product-version.js';
import type { CliContext } from './command.js';
import { createCommands } from './commands.js';
import { EXIT } from './exit-codes.js';
import { runCli } from './run.js';
import { loadRigSettings } from './rig-settings.js';
import { createTerminal } from './terminal.js';

const interruption = new AbortController();
const interrupt = (): void => {
  // Whoever asks twice does not want to wait for anything.
  if (interruption.signal.aborted) process.exit(EXIT.interrupted);
  interruption.abort();
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// The reader of a pipe may leave early: `touchline status --watch | head` is over then, a daemon is not.
process.stdout.on('error', () => {
  if (process.argv[2] !== 'serve') interruption.abort();
});
process.stderr.on('error', () => undefined);

const cwd = currentFolder();
const context: CliContext = {
  env: process.env,
  cwd,
  terminal: createTerminal(process.stdout, process.stderr),
  loadSettings: (configFile) => loadRigSettings({ configFile, env: process.env, cwd }, loadConfig),
  settingsInForce: (configFile) => loadRigSettings({ configFile, env: process.env, cwd }, loadConfigForStart),
  signal: interruption.signal,
};
const commands = createCommands(async () => (await import('../main.js')).startDaemon);
process.exitCode = await runCli(process.argv.slice(2), commands, await productVersion(), context);

/** A shell may stand in a folder that was removed meanwhile, such as that of an old version. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
