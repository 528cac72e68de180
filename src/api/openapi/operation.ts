import { isObject, type JsonObject, listAt, objectAt, stringAt } from '../../lib/json-schema.js';
import { ErrorBody } from '../contract/errors.js';
import { answerOf, INVALID_REQUEST, type Refusal, refusalAnswer } from '../http/errors.js';
import type { Route } from '../http/route.js';
import { TouchlineError } from '../../errors.js';
import type { Components } from './components.js';

/** One operation of the document. */
export function operationOf(route: Route, components: Components): JsonObject {
  const parameters = [...parametersOf('path', route.params, components), ...parametersOf('query', route.query, components)];
  const ranged = route.download?.ranges === true ? [RANGE] : [];
  return {
    operationId: `${route.method.toLowerCase()}_${route.name.replaceAll('-', '_')}`,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(parameters.length + ranged.length === 0 ? {} : { parameters: [...parameters, ...ranged] }),
    ...(route.body === null ? {} : { requestBody: { required: !route.bodyOptional, content: json(route.body, components) } }),
    responses: { ...successesOf(route, components), ...errorsOf(route, components) },
  };
}

/** Every status of 400 and above that the operation may answer, with when. */
export function errorStatusesOf(route: Route): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (refusal: Refusal, when: string): void => void found.set(String(refusalAnswer(refusal).status), when);
  const takes = [route.params, route.query, route.body].some((schema) => schema !== null);
  if (takes) found.set(statusOf('invalid'), 'A value breaks a rule: `detail` is a list of ValidationItem');
  if (route.method !== 'GET' || route.download !== null || route.expensive === true) add('foreign_origin', 'A page of another site asks');
  if (route.body !== null) {
    add('body_too_large', 'The body has more than 64 KiB');
    add('body_encoding', 'The body is compressed');
  }
  if (route.expensive === true) add('too_many_requests', 'Asked too often: wait for as long as `Retry-After` says');
  found.set(statusOf('internal'), 'A defect of Touchline; the journal has the details');
  for (const [status, when] of Object.entries(route.refusals ?? {})) found.set(status, found.has(status) ? `${when}; or: ${found.get(status)}` : when);
  return new Map([...found].sort(([a], [b]) => Number(a) - Number(b)));
}

const RANGE = { name: 'Range', in: 'header', required: false, description: 'A part of the file, such as `bytes=0-1023`', schema: { type: 'string' } };

function parametersOf(place: 'path' | 'query', schema: unknown, components: Components): JsonObject[] {
  const required = new Set(listAt(schema, 'required') ?? []);
  return Object.entries(objectAt(schema, 'properties')).map(([name, property]) => {
    const description = stringAt(property, 'description');
    return {
      name,
      in: place,
      required: place === 'path' || required.has(name),
      ...(description === null ? {} : { description }),
      schema: components.use(property),
    };
  });
}

function successesOf({ response, download, creates }: Route, components: Components): JsonObject {
  if (download === null) {
    const description = stringAt(response, 'description') ?? 'Done, or refused by the rig: `success` tells where there is one';
    return { [creates === true ? '201' : '200']: { description, content: json(response, components) } };
  }
  const schema = download.mediaType === 'application/json' ? { type: 'object' } : { type: 'string' };
  const types = [download.mediaType, download.inlineMediaType].filter((type) => type !== undefined);
  const content = Object.fromEntries(types.map((type) => [type, { schema }]));
  const whole = { '200': { description: download.description, content } };
  return download.ranges === true ? { ...whole, '206': { description: 'The part that was asked for', content } } : whole;
}

function errorsOf(route: Route, components: Components): JsonObject {
  const content = json(ErrorBody, components);
  return Object.fromEntries([...errorStatusesOf(route)].map(([status, description]) => [status, { description, content }]));
}

/** The examples of a schema stand beside it, where readers show them. */
function json(schema: unknown, components: Components): JsonObject {
  const example = listAt(schema, 'examples')?.[0];
  return { 'application/json': { schema: components.use(schema), ...(example === undefined || !isObject(example) ? {} : { example }) } };
}

function statusOf(kind: TouchlineError['kind']): string {
  return String(answerOf(new TouchlineError({ kind, code: INVALID_REQUEST, message: '' })).status);
}
