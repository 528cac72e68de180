/** Requests of every kind for any route of the table, made from its schemas, and what must be true of the answer. */
import { Type, type TSchema } from '#typebox';
import { ErrorBody } from '../../src/api/contract/errors.js';
import type { Route } from '../../src/api/http/route.js';
import { errorStatusesOf } from '../../src/api/openapi/operation.js';
import { listAt, objectAt } from '../../src/lib/json-schema.js';
import { compileSchema } from '../../src/lib/schema.js';
import type { Answer, Call } from './http.js';

export interface WalkRequest extends Call {
  readonly path: string;
  readonly method: string;
  /** What is wrong with it, null when nothing is. */
  readonly wrong: { readonly place: 'path' | 'query' | 'body'; readonly name: string | null; readonly value: unknown } | null;
}

/** Values for the parameters of paths, by name; the same name means the same thing in all routes. */
export type GoodParams = Readonly<Record<string, string>>;

/** `GET /status`; what is not below the prefix of the API begins with a caret: `GET ^/metrics`. */
export const keyOf = ({ method, base, path }: Route): string => `${method} ${base === 'root' ? '^' : ''}${path}`;

export function fullPath(route: Route, prefix: string, params: GoodParams): string {
  const filled = route.path.replaceAll(/:(\w+)/g, (_match, name: string) => encodeURIComponent(params[name] ?? 'nothing'));
  return `${route.base === 'api' ? prefix : ''}${filled}`;
}

export function goodRequest(route: Route, prefix: string, params: GoodParams, input: { readonly query?: string; readonly body?: unknown } = {}): WalkRequest {
  const body = route.body === null ? {} : { body: JSON.stringify(input.body ?? {}), headers: { 'content-type': 'application/json' } };
  const endless = route.download?.endless === true ? { headOnly: true } : {};
  return { method: route.method, path: `${fullPath(route, prefix, params)}${input.query ?? ''}`, ...body, ...endless, wrong: null };
}

const JSON_VALUES: readonly unknown[] = [null, true, 0, -1, 1.5, 1e9, '', 'x', 'x'.repeat(5000), [], [null], {}, { a: 1 }];
const TEXT_VALUES: readonly string[] = ['', 'maybe', '-1', '0', '1.5', '1e9', '99999999999999999999', 'null', '[]', '{}', '\0', '\u202e', 'x'.repeat(3000)];
const PATH_VALUES: readonly string[] = ['%2e', '%2e%2e', '..%2f..%2fetc%2fpasswd', '%00', '%0d%0a', '%ff', '%E0%A4%A', '%5c..%5c', 'a'.repeat(3000), '__proto__', '-'];
const BODIES: readonly string[] = ['', '{', 'null', '[]', '"x"', '5', '\0', '['.repeat(20_000)];

/** Every single thing that a client can get wrong about this route, one at a time, by its schemas. */
export function badRequests(route: Route, prefix: string, params: GoodParams): WalkRequest[] {
  const good = goodRequest(route, prefix, params);
  const found: WalkRequest[] = [];
  for (const [name, schema] of propertiesOf(route.query)) {
    const validator = compileSchema(Type.Object({ [name]: schema }), { coerce: 'query' });
    for (const value of TEXT_VALUES.filter((text) => !validator.check({ [name]: text }).ok)) {
      found.push({ ...good, path: `${good.path}?${new URLSearchParams({ [name]: value })}`, wrong: { place: 'query', name, value } });
    }
  }
  for (const name of required(route.query)) found.push({ ...good, wrong: { place: 'query', name, value: undefined } });
  if (route.body === null) return found;
  for (const [name, schema] of propertiesOf(route.body)) {
    const validator = compileSchema(Type.Object({ [name]: schema }));
    for (const value of JSON_VALUES.filter((candidate) => !validator.check({ [name]: candidate }).ok)) {
      found.push({ ...good, body: JSON.stringify({ [name]: value }), wrong: { place: 'body', name, value } });
    }
  }
  for (const name of required(route.body)) found.push({ ...good, body: '{}', wrong: { place: 'body', name, value: undefined } });
  for (const body of BODIES.filter((text) => text !== '' || !route.bodyOptional)) found.push({ ...good, body, wrong: { place: 'body', name: null, value: body } });
  return found;
}

/** Paths of the route that lead nowhere, or out of where they may lead. */
export function strayRequests(route: Route, prefix: string, params: GoodParams): WalkRequest[] {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  return names.flatMap((name) =>
    PATH_VALUES.map((value): WalkRequest => {
      const path = fullPath(route, prefix, { ...params, [name]: 'STRAY' }).replace('STRAY', value);
      return { ...goodRequest(route, prefix, params), path, wrong: { place: 'path', name, value } };
    }),
  );
}

/** A request for this route with everything in it at random. */
export function randomRequest(route: Route, prefix: string, params: GoodParams, random: () => number): WalkRequest {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const text = (): string => String.fromCodePoint(...Array.from({ length: Math.floor(random() * 12) }, () => Math.floor(random() * 0xd000)));
  const junk = (depth: number): unknown => (depth > 3 ? null : pick<() => unknown>([() => pick(JSON_VALUES), text, () => [junk(depth + 1)], () => ({ [text()]: junk(depth + 1) })])());
  const own = Object.fromEntries(Object.keys(params).map((name) => [name, pick([params[name] ?? '', text(), pick(['..', '.', '\0', '/', 'a/b'])])]));
  const query = new URLSearchParams([...propertiesOf(route.query).map(([name]): [string, string] => [name, pick([text(), pick(TEXT_VALUES)])]), [text(), text()]]);
  const fields = Object.fromEntries(propertiesOf(route.body).map(([name]) => [name, junk(0)]));
  const body = pick<() => string>([() => JSON.stringify({ ...fields, [text()]: junk(0) }), () => JSON.stringify(junk(0)) ?? '', text])();
  const withBody = route.body === null ? {} : { body, headers: { 'content-type': 'application/json' } };
  return { method: route.method, path: `${fullPath(route, prefix, own)}?${query}`, ...withBody, wrong: { place: 'path', name: null, value: 'random' } };
}

const errorBody = compileSchema(ErrorBody);

/** What is wrong with the answer, null when it is as the documentation says. */
export function complaintAbout(route: Route, request: WalkRequest, answer: Answer): string | null {
  const { wrong } = request;
  const what = `${request.method} ${request.path.slice(0, 200)} ${String(request.body ?? '').slice(0, 100)} was answered ${answer.status} ${answer.text.slice(0, 300)}`;
  if (answer.status >= 400) {
    const checked = errorBody.check(answer.json);
    // A path that is cut off or cannot be decoded is the path of no route.
    const isNoRoute = answer.status === 404 && wrong?.place === 'path';
    if (!errorStatusesOf(route).has(String(answer.status)) && !isNoRoute) return `${what}: this status is not documented`;
    if (!checked.ok) return `${what}: this is no ErrorBody`;
    if (answer.status === 422 && wrong !== null && wrong.name !== null && wrong.place !== 'path') {
      const named = (listAt(answer.json, 'detail') ?? []).some((item) => (listAt(item, 'loc') ?? []).slice(0, 2).join('.') === `${wrong.place}.${wrong.name}`);
      return named ? null : `${what}: ${wrong.place} ${wrong.name} is not named`;
    }
    return null;
  }
  if (answer.status === 307 && wrong?.place === 'path') return null;
  if (wrong !== null && wrong.place !== 'path') return `${what}: ${wrong.place} ${wrong.name ?? ''} is wrong and was taken`;
  if (answer.status !== (route.creates === true ? 201 : 200)) return `${what}: this status is not documented`;
  if (route.download !== null) return String(answer.headers['content-type']).startsWith(route.download.mediaType) ? null : `${what}: ${String(answer.headers['content-type'])}`;
  const checked = compileSchema(route.response ?? Type.Unknown()).check(answer.json);
  return checked.ok ? null : `${what}: ${JSON.stringify(checked.violations)}`;
}

function propertiesOf(schema: TSchema | null): [string, TSchema][] {
  return Object.entries(objectAt(schema, 'properties')).map(([name, property]): [string, TSchema] => [name, Object(property) as TSchema]);
}

function required(schema: TSchema | null): string[] {
  return (listAt(schema, 'required') ?? []).map(String);
}
