import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { prettyFactory } from 'pino-pretty';
import { terminalMessage } from './log-terminal.js';
import { REDACTED, redactUrl } from '../lib/redact.js';

/** How a line leaves: for a person's terminal, for journald, for programs. */
export type LogFormat = 'terminal' | 'journal' | 'json';

/** Keys whose values are secrets wherever they stand in a line. */
const SECRET_KEYS = ['password', 'passwd', 'passphrase', 'pwd', 'secret', 'token', 'credential', 'authorization', 'cookie', 'api_?key', 'user[-_]pw'];

const SECRET_FIELD = new RegExp(
  `("[\\w-]*(?:${SECRET_KEYS.join('|')})")\\s*:\\s*(?:"(?:\\\\.|[^"\\\\])*"|-?\\d[\\d.eE+-]*)`,
  'gi',
);

/** syslog priorities (sd-daemon(3)) by pino's level numbers, the highest first. */
const PRIORITIES: readonly (readonly [number, number])[] = [
  [60, 2], // fatal: critical
  [50, 3], // error
  [40, 4], // warn: warning
  [30, 6], // info
  [0, 7], // debug, trace
];

/** The JSON line without secrets: values under secret keys, credentials in URLs. Stays one valid JSON line. */
export function redactLine(line: string): string {
  return redactUrl(line.replace(SECRET_FIELD, `$1:"${REDACTED}"`));
}

/** Turns redacted JSON lines of pino into what is written. */
export function lineFormatter(format: LogFormat, options: { readonly colour: boolean }): (line: string, level: number) => string {
  switch (format) {
    case 'json':
      return (line) => line;
    case 'journal':
      return (line, level) => `<${priorityOf(level)}>${line}`;
    case 'terminal':
      return prettyFactory({
        colorize: options.colour,
        translateTime: 'SYS:HH:MM:ss.l',
        ignore: 'pid',
        messageFormat: terminalMessage,
        hideObject: true,
      });
  }
}

/**
 * The format for a file descriptor: journald when systemd says that exactly this descriptor leads there
 * (JOURNAL_STREAM holds its device and inode, systemd.exec(5)), a terminal when it is one, JSON otherwise.
 */
export function formatFor(
  fd: number,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean = isatty(fd),
): LogFormat {
  if (leadsToJournal(fd, env['JOURNAL_STREAM'])) return 'journal';
  return isTerminal ? 'terminal' : 'json';
}

function leadsToJournal(fd: number, journalStream: string | undefined): boolean {
  if (journalStream === undefined) return false;
  try {
    const info = fstatSync(fd, { bigint: true });
    return journalStream === `${info.dev}:${info.ino}`;
  } catch {
    return false;
  }
}

/** The syslog priority for a level number of pino. */
export function priorityOf(level: number): number {
  return PRIORITIES.find(([lowest]) => level >= lowest)?.[1] ?? 7;
}
