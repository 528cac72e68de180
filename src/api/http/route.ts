import type { Static, TSchema } from 'typebox';
import { TouchlineError, type Violation } from '../../errors.js';
import { type Checked, compileSchema, type Validator } from '../../lib/schema.js';
import { INVALID_REQUEST } from './errors.js';

export type Method = 'GET' | 'POST' | 'DELETE';

/** What one operation of the API is, for a reader, the dispatcher and the documentation alike. */
export interface RouteFacts {
  readonly method: Method;
  /** `api`: below /api/v1 and, the same, below /api. `root`: exactly this path. */
  readonly base: 'api' | 'root';
  /** As Express writes paths, beginning with a slash. */
  readonly path: string;
  /** Stable name, e.g. for metrics. */
  readonly name: string;
  readonly summary: string;
  /** The answer with status 200. */
  readonly response: TSchema;
}

/** The parts of a request that a route looks at, not yet trusted. */
export interface RawRequest {
  readonly query: Readonly<Record<string, string>>;
  /** The body's text, null when none was sent. Read only for routes that have a body. */
  readonly body: string | null;
}

/** A route ready to run. `query` and `body` are the schemas as data, null where the route takes none. */
export interface Route extends RouteFacts {
  readonly query: TSchema | null;
  readonly body: TSchema | null;
  /** Validates and runs; throws `invalid_request` with every broken rule, before anything has been touched. */
  readonly invoke: (request: RawRequest) => Promise<unknown>;
}

interface PlainSpec<R extends TSchema> extends RouteFacts {
  readonly response: R;
  readonly handle: () => Promise<Static<R>> | Static<R>;
}

interface QuerySpec<Q extends TSchema, R extends TSchema> extends RouteFacts {
  readonly query: Q;
  readonly response: R;
  readonly handle: (query: Static<Q>) => Promise<Static<R>> | Static<R>;
}

interface BodySpec<B extends TSchema, R extends TSchema> extends RouteFacts {
  readonly body: B;
  readonly response: R;
  readonly handle: (body: Static<B>) => Promise<Static<R>> | Static<R>;
}

/** A route that takes nothing but its path; queries and bodies sent to it are ignored. */
export function plainRoute<R extends TSchema>(spec: PlainSpec<R>): Route {
  return { ...spec, query: null, body: null, invoke: async () => spec.handle() };
}

export function queryRoute<Q extends TSchema, R extends TSchema>(spec: QuerySpec<Q, R>): Route {
  const query = compileSchema(spec.query, { coerce: 'query' });
  return { ...spec, body: null, invoke: async (request) => spec.handle(accept(query.check(request.query), 'query')) };
}

/** A route with a mandatory JSON body. */
export function bodyRoute<B extends TSchema, R extends TSchema>(spec: BodySpec<B, R>): Route {
  const body = compileSchema(spec.body);
  return { ...spec, query: null, invoke: async (request) => spec.handle(accept(parse(body, request.body), 'body')) };
}

function parse<T>(body: Validator<T>, text: string | null): Checked<T> {
  if (text !== null) return body.parseJson(text);
  return { ok: false, violations: [{ path: [], rule: 'required', message: 'is missing: must be a JSON object' }] };
}

function accept<T>(checked: Checked<T>, where: 'query' | 'body'): T {
  if (checked.ok) return checked.value;
  throw invalidRequest(checked.violations, where);
}

/** 422 with each violation under `query` or `body`, in words that stand alone. */
export function invalidRequest(violations: readonly Violation[], where: 'query' | 'body'): TouchlineError {
  return new TouchlineError({
    kind: 'invalid',
    code: INVALID_REQUEST,
    message: 'the request breaks a rule',
    violations: violations.map((violation) => ({ ...violation, path: [where, ...violation.path] })),
  });
}
