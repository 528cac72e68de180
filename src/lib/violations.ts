import type { Violation } from '../errors.js';
import { redactUrl } from './redact.js';

const MAX_TEXT = 200;
const MAX_ENTRIES = 20;
const MAX_DEPTH = 3;

/** `cameras.0.crop.left: must be a whole number of at least 0 (got "wide")` */
export function formatViolation(violation: Violation): string {
  const path = violation.path.join('.');
  const got = violation.value === undefined ? '' : ` (got ${JSON.stringify(violation.value)})`;
  return `${path === '' ? '' : `${path}: `}${violation.message}${got}`;
}

/** All violations in one line. */
export function formatViolations(violations: readonly Violation[]): string {
  return violations.map(formatViolation).join('; ');
}

/**
 * A value that came in, fit for being shown: always JSON, cut to a bounded size, without credentials in URLs.
 * `undefined` stays undefined, so that a missing value is not echoed at all.
 */
export function echoOf(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
      return value;
    case 'string': {
      const shown = redactUrl(value.slice(0, MAX_TEXT * 10));
      return shown.length > MAX_TEXT ? `${shown.slice(0, MAX_TEXT)}…` : shown;
    }
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return `${value}`.slice(0, MAX_TEXT);
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
    case 'object':
      return value === null ? null : echoOfObject(value, depth);
  }
}

function echoOfObject(value: object, depth: number): unknown {
  if (Array.isArray(value)) {
    if (depth >= MAX_DEPTH) return `[list of ${value.length}]`;
    const shown = value.slice(0, MAX_ENTRIES).map((item) => echoOf(item, depth + 1) ?? null);
    return value.length > MAX_ENTRIES ? [...shown, `… ${value.length - MAX_ENTRIES} more`] : shown;
  }
  const entries = Object.entries(value);
  if (depth >= MAX_DEPTH) return `[object with ${entries.length} keys]`;
  const shown = entries
    .slice(0, MAX_ENTRIES)
    .map(([key, item]): [string, unknown] => [key.slice(0, MAX_TEXT), echoOf(item, depth + 1)]);
  return Object.fromEntries(
    entries.length > MAX_ENTRIES ? [...shown, ['…', `${entries.length - MAX_ENTRIES} more`]] : shown,
  );
}
