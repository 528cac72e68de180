import { type DestinationStream, destination as openDestination, type Logger, pino, stdTimeFunctions } from 'pino';
import { TouchlineError } from '../errors.js';
import { logError } from './log-error.js';
import { JournalSink } from './journal-sink.js';
import { formatFor, lineFormatter, type LogFormat, redactLine } from './log-lines.js';

/** What a destination that takes nothing may hold back in memory; further lines are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** See docs/logging.md for what belongs on which level. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type { Logger };

export interface LogOptions {
  /** The lowest level that is written. */
  readonly level: string;
  /** File descriptor to write to; default 2, because the output of commands is on 1. */
  readonly fd?: number;
  /** Default: found out from the descriptor and `env`. */
  readonly format?: LogFormat;
  /** Whether the descriptor is a terminal; default: asked of the descriptor. */
  readonly isTerminal?: boolean;
  /** The environment, for JOURNAL_STREAM and NO_COLOR; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Under which name the journal keeps the lines; default `touchline`. */
  readonly identifier?: string;
  /** Where the journal takes entries with fields; default its own socket. Null: plain lines on the descriptor. */
  readonly journalSocket?: string | null;
  /** Receives each finished line too, e.g. to keep the newest ones for the kiosk. */
  readonly onLine?: (line: string) => void;
}

/** One destination and one level for all loggers of a process. */
export interface Logging {
  /** The logger of a part (`recording`, `api`), with fields that stand in each of its lines (`camera`). */
  part(part: string, fields?: Readonly<Record<string, unknown>>): Logger;
  readonly level: LogLevel;
  /** Takes effect at once for every logger that was ever handed out. Throws `invalid` for an unknown level. */
  setLevel(level: string): void;
}

/**
 * Opens the process's log. Lines are written synchronously, so that the last one before a crash is there; an error of
 * the destination (its reader is gone, the disk is full) loses lines and nothing else.
 */
export function createLogging(options: LogOptions): Logging {
  let threshold = parseLevel(options.level);
  const base = pino(
    {
      // The threshold is applied in the hook, so that a change reaches every child that exists already.
      level: 'trace',
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: logError, error: logError, cause: logError },
      hooks: {
        logMethod(args, method, level) {
          if (level >= levelNumber(threshold)) method.apply(this, args);
        },
      },
    },
    lineStream(options),
  );
  return {
    part: (part, fields = {}) => base.child({ part, ...fields }),
    get level() {
      return threshold;
    },
    setLevel: (level) => {
      threshold = parseLevel(level);
    },
  };
}

/** The logger of a process that has one part only. */
export function createLogger(options: LogOptions & { readonly part: string }): Logger {
  return createLogging(options).part(options.part);
}

/** Where pino's lines go: redacted, formatted, written at once. */
function lineStream(options: LogOptions): DestinationStream {
  const fd = options.fd ?? 2;
  const env = options.env ?? process.env;
  const format = options.format ?? formatFor(fd, env, options.isTerminal);
  const toText = lineFormatter(format, { colour: env['NO_COLOR'] === undefined });
  const sink = openDestination({ fd, sync: true, maxLength: MAX_WAITING_BYTES });
  // Without a listener a broken pipe would end the process: a host outlives the daemon that read its output.
  sink.on('error', () => undefined);
  const journal = format === 'journal' ? JournalSink.open(options.identifier ?? 'touchline', options.journalSocket) : null;
  const stream = {
    // Asks pino to leave the level of each line in `lastLevel` before it writes.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 30,
    write: (line: string): void => {
      const safe = redactLine(line);
      if (journal?.write(safe, stream.lastLevel) !== true) sink.write(toText(safe, stream.lastLevel));
      options.onLine?.(safe);
    },
  };
  return stream;
}

function parseLevel(level: string): LogLevel {
  const known = LOG_LEVELS.find((candidate) => candidate === level);
  if (known !== undefined) return known;
  const message = `log level ${JSON.stringify(level)} is not one of ${LOG_LEVELS.join(', ')}`;
  throw new TouchlineError({ kind: 'invalid', code: 'log_level_unknown', message });
}

const levelNumber = (level: LogLevel): number => pino.levels.values[level] ?? Number.POSITIVE_INFINITY;
