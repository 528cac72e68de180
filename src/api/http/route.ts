import type { Request, Response } from 'express';
import Type, { type Static, type TSchema } from '#typebox';
import { TouchlineError, type Violation } from '../../errors.js';
import { type Checked, compileSchema, type Validator } from '../../lib/schema.js';
import { INVALID_REQUEST } from './errors.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What one operation of the API is, for a reader, the dispatcher and the documentation alike. */
export interface RouteFacts {
  readonly method: Method;
  /** `api`: below /api/v1 and, the same, below /api. `root`: exactly this path. */
  readonly base: 'api' | 'root';
  /** As Express writes paths, beginning with a slash; parameters as `:name`. */
  readonly path: string;
  /** Stable name, also the label in metrics (contract 3.1); operations on one path share it. */
  readonly name: string;
  /** Group in the documentation. */
  readonly tag: string;
  readonly summary: string;
  /** More for the documentation, when the summary does not say it all. */
  readonly description?: string;
  /** Statuses of 400 and above that this operation answers of its own accord, with when. */
  readonly refusals?: Readonly<Record<string, string>>;
  /** Costs the rig so much that a client may ask for it a few times a minute only. */
  readonly expensive?: boolean;
  /** It makes something: answers 201 instead of 200. */
  readonly creates?: boolean;
  /** Asked so often by machines that answers are not worth a line in the log. */
  readonly quiet?: boolean;
}

/** An answer that is no JSON: the media type, and what it is. */
export interface Download {
  readonly mediaType: string;
  /** The other media type, of an answer that is to be played inside a page. */
  readonly inlineMediaType?: string;
  readonly description: string;
  /** HEAD is answered, too. JSON operations have none, as in the reference (contract 1.5). */
  readonly head: boolean;
  /** Parts can be asked for with `Range`: answers with status 206. */
  readonly ranges?: boolean;
  /** Goes on until the client leaves. */
  readonly endless?: boolean;
}

/** What a route answers when it is not one JSON value: it writes the response itself, and rejects before it begins. */
export class DirectAnswer {
  readonly send: (request: Request, response: Response) => Promise<void>;

  constructor(send: (request: Request, response: Response) => Promise<void>) {
    this.send = send;
  }
}

/** JSON that is text already. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The parts of a request that a route looks at, not yet trusted. */
export interface RawRequest {
  /** Decoded segments of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The body's text, null when none was sent. Read only for routes that have a body. */
  readonly body: string | null;
}

/** A route ready to run. Schemas as data, null where the route takes or answers none. */
export interface Route extends RouteFacts {
  readonly params: TSchema | null;
  readonly query: TSchema | null;
  readonly body: TSchema | null;
  /** The body may be left out. */
  readonly bodyOptional: boolean;
  /** The answer, when it is JSON. */
  readonly response: TSchema | null;
  /** The answer with status 200, when it is not. */
  readonly download: Download | null;
  /** Validates and runs; throws `invalid_request` with every broken rule, before anything has been touched. */
  readonly invoke: (request: RawRequest) => Promise<unknown>;
}

const Nothing = Type.Object({});

interface Input<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly params: Static<P>;
  readonly query: Static<Q>;
  readonly body: Static<B>;
}

interface Takes<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly params?: P;
  readonly query?: Q;
  /** A route with a body schema needs a JSON body. */
  readonly body?: B;
  /** The body may be left out; the route then gets `{}`. */
  readonly bodyOptional?: boolean;
}

interface JsonSpec<R extends TSchema, P extends TSchema, Q extends TSchema, B extends TSchema> extends RouteFacts, Takes<P, Q, B> {
  readonly response: R;
  readonly handle: (input: Input<P, Q, B>) => Promise<Static<R> | JsonText> | Static<R> | JsonText;
}

interface DownloadSpec<P extends TSchema, Q extends TSchema, B extends TSchema> extends RouteFacts, Takes<P, Q, B> {
  readonly download: Download;
  readonly handle: (input: Input<P, Q, B>) => Promise<DirectAnswer> | DirectAnswer;
}

/** A route that answers JSON. Parts of a request for which it has no schema are ignored. */
export function jsonRoute<R extends TSchema, P extends TSchema = typeof Nothing, Q extends TSchema = typeof Nothing, B extends TSchema = typeof Nothing>(
  spec: JsonSpec<R, P, Q, B>,
): Route {
  return { ...facts(spec), response: spec.response, download: null, invoke: invoker(spec, spec.handle) };
}

/** A route that answers something else. */
export function downloadRoute<P extends TSchema = typeof Nothing, Q extends TSchema = typeof Nothing, B extends TSchema = typeof Nothing>(
  spec: DownloadSpec<P, Q, B>,
): Route {
  return { ...facts(spec), response: null, download: spec.download, invoke: invoker(spec, spec.handle) };
}

function facts<P extends TSchema, Q extends TSchema, B extends TSchema>(spec: RouteFacts & Takes<P, Q, B>) {
  return { ...spec, params: spec.params ?? null, query: spec.query ?? null, body: spec.body ?? null, bodyOptional: spec.bodyOptional === true };
}

function invoker<P extends TSchema, Q extends TSchema, B extends TSchema>(
  spec: Takes<P, Q, B>,
  handle: (input: Input<P, Q, B>) => unknown,
): Route['invoke'] {
  const params = compileSchema<TSchema>(spec.params ?? Nothing, { coerce: 'query' });
  const query = compileSchema<TSchema>(spec.query ?? Nothing, { coerce: 'query' });
  const body = compileSchema<TSchema>(spec.body ?? Nothing);
  const bodyOf = (request: RawRequest): unknown => {
    if (spec.body === undefined || (request.body === null && spec.bodyOptional === true)) return {};
    return accept(parse(body, request.body), 'body');
  };
  return async (request) => {
    const input = {
      params: accept(params.check(spec.params === undefined ? {} : request.params), 'path'),
      query: accept(query.check(spec.query === undefined ? {} : request.query), 'query'),
      body: bodyOf(request),
    };
    // The checks above are what the types of the input say.
    return handle(input as Input<P, Q, B>);
  };
}

function parse(body: Validator<unknown>, text: string | null): Checked<unknown> {
  if (text !== null) return body.parseJson(text);
  return { ok: false, violations: [{ path: [], rule: 'required', message: 'is missing: must be a JSON object' }] };
}

type Where = 'path' | 'query' | 'body';

function accept(checked: Checked<unknown>, where: Where): unknown {
  if (checked.ok) return checked.value;
  throw invalidRequest(checked.violations, where);
}

/** 422 with each violation under `path`, `query` or `body`, in words that stand alone. */
export function invalidRequest(violations: readonly Violation[], where: Where): TouchlineError {
  return new TouchlineError({
    kind: 'invalid',
    code: INVALID_REQUEST,
    message: 'the request breaks a rule',
    violations: violations.map((violation) => ({ ...violation, path: [where, ...violation.path] })),
  });
}
