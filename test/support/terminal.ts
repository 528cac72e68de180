import type { CliContext } from '../../src/cli/command.js';
import type { RigSettings } from '../../src/cli/settings.js';
import type { Terminal } from '../../src/cli/terminal.js';
import { toConfig } from '../../src/config/config.js';
import { ConfigSchema } from '../../src/config/schema.js';
import { compileSchema } from '../../src/lib/schema.js';

export interface RecordedTerminal extends Terminal {
  readonly stdout: string[];
  readonly stderr: string[];
}

/** A terminal that keeps what is printed, without colours. */
export function recordTerminal(): RecordedTerminal {
  const stdout: string[] = [];
  const stderr: string[] = [];
  return {
    stdout,
    stderr,
    isInteractive: false,
    out: (line) => void stdout.push(line),
    err: (line) => void stderr.push(line),
    replace: (lines) => void stdout.push(...lines),
    color: (_tone, text) => text,
  };
}

export function settings(changes: Partial<RigSettings> = {}): RigSettings {
  return {
    host: '127.0.0.1',
    port: 8000,
    profile: 'sim',
    sources: null,
    recordingsDir: '/nowhere/recordings',
    stateDir: '/nowhere/state',
    runtimeDir: '/nowhere/run',
    sourcesBase: '/nowhere',
    minFreeGb: 2,
    config: toConfig(compileSchema(ConfigSchema, { defaults: true }).assert({}, 'defaults')),
    ...changes,
  };
}

/** The world of a command: nothing of the process's own environment. */
export function cliContext(terminal: Terminal, changes: Partial<CliContext> = {}): CliContext {
  return {
    env: {},
    cwd: '/nowhere',
    terminal,
    loadSettings: async () => settings(),
    settingsInForce: async () => settings(),
    signal: new AbortController().signal,
    ...changes,
  };
}
