import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Static, TSchema } from '#typebox';
import { TouchlineError, type Violation } from '../errors.js';
import { coerceQuery } from './coerce.js';
import { annotationsIn } from './json-schema.js';
import { violationsOf } from './schema-violations.js';
import { echoOf, formatViolations } from './violations.js';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly violations: readonly Violation[] };

/** The gate through which everything from outside becomes typed. */
export interface Validator<T> {
  /** The value itself when it keeps every rule, otherwise every rule that it breaks. Never changes its argument. */
  check(value: unknown): Checked<T>;
  /** The same for JSON text; text that is no JSON is one violation with the rule `json_invalid`. */
  parseJson(text: string): Checked<T>;
  /** For values of our own making, where a violation is a broken promise: throws `internal` with this code. */
  assert(value: unknown, code: string): T;
}

export interface CompileOptions {
  /** `query`: texts become the numbers and booleans that the schema asks for (contract section 1.6 words). */
  readonly coerce?: 'query';
  /** Fill in the schema's defaults; `check` then answers with a copy. For JSON values only. */
  readonly defaults?: boolean;
}

const FORMATS = {
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
};

/**
 * The validator of a schema. It is compiled at its first use, because a process uses few of the schemas that it loads
 * and each costs milliseconds of its start; an unknown keyword or an impossible combination throws then. Keywords
 * beginning with `x-` are annotations, of which `x-expected` supplies the words after "must be".
 */
export function compileSchema<S extends TSchema>(schema: S, options: CompileOptions = {}): Validator<Static<S>> {
  let compiled: ValidateFunction<Static<S>> | null = null;
  const validate = (value: unknown): value is Static<S> => (compiled ??= compileNow(schema, options))(value);

  const check = (input: unknown): Checked<Static<S>> => {
    const coerced = options.coerce === 'query' ? coerceQuery(schema, input) : input;
    const value = options.defaults === true ? structuredClone(coerced) : coerced;
    if (validate(value)) return { ok: true, value };
    return { ok: false, violations: violationsOf(compiled?.errors ?? [], value) };
  };
  return {
    check,
    parseJson: (text) => {
      const parsed = parseJsonText(text);
      return parsed.ok ? check(parsed.value) : parsed;
    },
    assert: (value, code) => {
      const checked = check(value);
      if (checked.ok) return checked.value;
      throw new TouchlineError({
        kind: 'internal',
        code,
        message: `a value of our own breaks its schema: ${formatViolations(checked.violations)}`,
        violations: checked.violations,
      });
    },
  };
}

function compileNow<S extends TSchema>(schema: S, options: CompileOptions): ValidateFunction<Static<S>> {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    allowUnionTypes: true,
    // Inherited names such as `constructor` are never properties of an input.
    ownProperties: true,
    useDefaults: options.defaults === true,
    formats: FORMATS,
    // The meta-schemas cost 30 ms per process; ajv's strict mode finds misspelt keywords without them.
    meta: false,
    validateSchema: false,
  });
  for (const annotation of annotationsIn(schema)) ajv.addKeyword(annotation);
  return ajv.compile<Static<S>>(schema);
}

/** JSON text as an unknown value. A byte order mark in front, which Windows editors write, is skipped. */
function parseJsonText(text: string): Checked<unknown> {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    const value: unknown = JSON.parse(body);
    return { ok: true, value };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const message = body.trim() === '' ? 'is empty: must be JSON' : `is not valid JSON: ${reason}`;
    return { ok: false, violations: [{ path: [], message, rule: 'json_invalid', value: echoOf(body.slice(0, 80)) }] };
  }
}
