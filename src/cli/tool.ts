import { execa } from '#execa';

/** How a program that we asked something ended. */
export interface ToolResult {
  /** It is there and exited with 0. */
  readonly ok: boolean;
  /** It is not on this machine. */
  readonly isMissing: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it is not ok, in one line. */
  readonly reason: string;
}

export interface ToolOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs a program without a shell. In English, because its words are shown and searched. Never rejects. */
export async function runTool(command: string, args: readonly string[], options: ToolOptions): Promise<ToolResult> {
  const result = await execa(command, [...args], {
    env: { ...options.env, LC_ALL: 'C' },
    timeout: options.timeoutMs,
    cancelSignal: options.signal,
    reject: false,
    maxBuffer: 1024 * 1024,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  const stderr = String(result.stderr ?? '');
  return {
    ok: !result.failed,
    isMissing: result.failed && result.code === 'ENOENT',
    stdout: String(result.stdout ?? ''),
    stderr,
    reason: result.failed ? (stderr.trim().split('\n').at(-1) || (result.shortMessage ?? 'failed')) : '',
  };
}
