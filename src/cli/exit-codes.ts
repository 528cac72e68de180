/** What the exit code of every command means; the table for people is in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** The operation was refused or failed, or what was looked at is not well. */
  failed: 1,
  /** Wrong arguments, or a configuration that cannot be used: trying again will not help. */
  usage: 2,
  /** No daemon answers at the address. */
  unreachable: 3,
  /** Something answers, but not as this version of the daemon does. */
  protocol: 4,
  /** Ended by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
