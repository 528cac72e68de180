/**
 * The one error class of the daemon. A kind says how the world reacts to it (the API maps kinds to HTTP
 * statuses in one table), a code is stable for programs, a message tells a person what to do.
 */

export const ERROR_KINDS = [
  'invalid', // the caller sent something that breaks a rule
  'not_found',
  'conflict', // a fact of the rig forbids it now (recording is running, id exists)
  'busy', // somebody holds the cameras
  'unavailable', // a camera, tool or disk is missing or does not answer
  'timeout',
  'no_space',
  'internal', // a broken promise of our own
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

/** One broken rule of an input: where it is, what was expected there, what came. */
export interface Violation {
  /** Path from the outside in, e.g. `['body', 'match_id']` or `['cameras', '0', 'crop', 'left']`. */
  readonly path: readonly (string | number)[];
  /** What the rule is, in words. */
  readonly message: string;
  /** Stable name of the rule, e.g. `type`, `pattern`, `unknown_key`. */
  readonly rule: string;
  /** What came in, when it may be shown. */
  readonly value?: unknown;
}

export interface TouchlineErrorOptions {
  readonly kind: ErrorKind;
  /** Stable, snake_case, unique per failure, e.g. `camera_no_frames`. */
  readonly code: string;
  /** For a person: what happened and what to do about it. */
  readonly message: string;
  readonly violations?: readonly Violation[];
  readonly cause?: unknown;
}

export class TouchlineError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly violations: readonly Violation[];

  constructor(options: TouchlineErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TouchlineError';
    this.kind = options.kind;
    this.code = options.code;
    this.violations = options.violations ?? [];
  }
}

/** Any thrown value as a TouchlineError; what is not one already becomes `internal` with its cause kept. */
export function asTouchlineError(thrown: unknown, code = 'internal_error'): TouchlineError {
  if (thrown instanceof TouchlineError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new TouchlineError({ kind: 'internal', code, message, cause: thrown });
}
