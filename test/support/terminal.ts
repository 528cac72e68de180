import type { CliContext } from '../../src/cli/command.js';
import type { RigSettings } from '../../src/cli/settings.js';
import type { Terminal } from '../../src/cli/terminal.js';

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
    quality: 'high',
    cameras: [0, 1],
    cameraRequest: () => ({
      crop: { left: 0, right: 0, top: 0, bottom: 0 },
      rotation: 0,
      exposureCompensation: 0,
      video: { width: null, height: null, framerate: null },
      bitrateKbps: null,
      segmentSeconds: 600,
    }),
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
    signal: new AbortController().signal,
    ...changes,
  };
}
