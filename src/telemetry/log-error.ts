import { TouchlineError } from '../errors.js';
import { errnoOf } from '../lib/file-error.js';
import { echoOf, formatViolation } from '../lib/violations.js';

const MAX_CAUSES = 5;
const MAX_STACK_LINES = 20;
const MAX_VIOLATIONS = 20;

/** An error as it stands in a log line. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly kind?: string;
  readonly code?: string;
  readonly violations?: readonly string[];
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/** Anything thrown, with its kind, code and chain of causes; bounded, and safe against causes that form a ring. */
export function logError(thrown: unknown): LoggedError {
  return describe(thrown, MAX_CAUSES);
}

function describe(thrown: unknown, causesLeft: number): LoggedError {
  if (!(thrown instanceof Error)) {
    return { type: typeof thrown, message: typeof thrown === 'string' ? thrown : (JSON.stringify(echoOf(thrown)) ?? 'undefined') };
  }
  const code = errnoOf(thrown);
  return {
    type: thrown.name,
    message: thrown.message,
    ...(thrown instanceof TouchlineError ? { kind: thrown.kind, code: thrown.code } : code === null ? {} : { code }),
    ...(thrown instanceof TouchlineError && thrown.violations.length > 0
      ? { violations: thrown.violations.slice(0, MAX_VIOLATIONS).map(formatViolation) }
      : {}),
    ...(thrown.stack === undefined ? {} : { stack: framesOf(thrown.stack) }),
    ...(thrown.cause === undefined || causesLeft === 0 ? {} : { cause: describe(thrown.cause, causesLeft - 1) }),
  };
}

/** The stack without the message, which stands beside it. */
function framesOf(stack: string): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return lines.slice(0, MAX_STACK_LINES).map((line) => line.trim()).join('\n');
}
