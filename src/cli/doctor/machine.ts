import { readdir, readFile } from 'node:fs/promises';
import { runTool, type ToolResult } from '../tool.js';

const TOOL_TIMEOUT_MS = 10_000;

/** The machine as the checks see it. What cannot be read is absent, not an error: no two boxes have the same files. */
export interface Machine {
  /** Where the kernel's and the system's files begin; empty on the machine itself. */
  readonly root: string;
  run(command: string, args: readonly string[]): Promise<ToolResult>;
  /** Null when there is no such file, or it cannot be read. */
  text(path: string): Promise<string | null>;
  /** Names in a folder, sorted; none when there is no such folder. */
  names(path: string): Promise<readonly string[]>;
}

/** @param root where files are looked for instead of `/` */
export function thisMachine(signal: AbortSignal, root = ''): Machine {
  return {
    root,
    run: (command, args) => runTool(command, args, { timeoutMs: TOOL_TIMEOUT_MS, signal }),
    text: (path) => readFile(`${root}${path}`, 'latin1').catch(() => null),
    names: async (path) => (await readdir(`${root}${path}`).catch(() => [])).sort(),
  };
}

/** The first number in a text; null when there is none. */
export function numberIn(text: string | null): number | null {
  const digits = /-?\d+(?:\.\d+)?/.exec(text ?? '')?.[0];
  return digits === undefined ? null : Number(digits);
}

/** `KEY=value` lines, as systemctl and timedatectl print properties. */
export function properties(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1).trim()]] : [];
    }),
  );
}
