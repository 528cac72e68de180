/** The schemas of the routes against what the reference daemon answered: each of its answers is one that ours describe. */
import t from 'tap';
import { ErrorBody } from '../../src/api/contract/errors.js';
import { createRoutes } from '../../src/api/http/routes.js';
import type { Route } from '../../src/api/http/route.js';
import { alternativesOf, isObject, listAt, objectAt } from '../../src/lib/json-schema.js';
import { compileSchema } from '../../src/lib/schema.js';
import { plannedParts } from '../support/planned-parts.js';
import { missedIn, readSamples, type Sample } from '../support/samples.js';

const routes = createRoutes(plannedParts());
const samples = readSamples().rest;

/** The route that a sample's path leads to; a literal segment goes before a parameter. */
function routeOf({ method, path }: Sample): Route | undefined {
  const asked = (path.split('?')[0] ?? '').split('/');
  const fits = (route: Route): boolean => {
    const own = `${route.base === 'api' ? '/api/v1' : ''}${route.path}`.split('/');
    return route.method === method && own.length === asked.length && own.every((part, index) => part.startsWith(':') || part === asked[index]);
  };
  return routes.find(fits);
}

/** Keys of a value that its schema does not name. */
function unknownTo(schema: unknown, value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => unknownTo(objectAt(schema, 'items'), item, `${path}[]`));
  if (!isObject(value)) return [];
  const alternatives = alternativesOf(schema) ?? [schema];
  const found = alternatives.map((alternative) => unknownToOne(alternative, value, path));
  return found.reduce((best, next) => (next.length < best.length ? next : best));
}

function unknownToOne(schema: unknown, value: Readonly<Record<string, unknown>>, path: string): readonly string[] {
  const properties = objectAt(schema, 'properties');
  const anyKey = Object.values(objectAt(schema, 'patternProperties'))[0] ?? (isObject(schema) ? schema['additionalProperties'] : undefined);
  return Object.entries(value).flatMap(([key, inner]) => {
    const own = properties[key] ?? (isObject(anyKey) ? anyKey : undefined);
    return own === undefined ? [`${path}.${key}`] : unknownTo(own, inner, `${path}.${key}`);
  });
}

t.test('every key that the reference sent is one that our schemas name', async (t) => {
  const operations = samples.filter(({ status }) => status === 200);
  t.ok(operations.length > 30);
  for (const sample of operations) {
    const { response } = routeOf(sample) ?? {};
    t.ok(response, `${sample.name} has a route`);
    t.strictSame(unknownTo(response, sample.body), [], sample.name);
  }
});

t.test('what the reference sent has the types of our schemas, which only ask for more keys', async (t) => {
  for (const sample of samples) {
    const schema = sample.status === 200 ? routeOf(sample)?.response : ErrorBody;
    const checked = compileSchema(schema ?? ErrorBody).check(sample.body);
    const broken = checked.ok ? [] : checked.violations.filter(({ rule }) => rule !== 'required');
    t.strictSame(broken, [], sample.name);
  }
});

t.test('the comparison with samples sees what a client would miss', async (t) => {
  const sample = { message: 'Stopped after 1.0s', list: [{ size: 1 }], cameras: [0, 1], none: null, inner: { flag: true } };
  t.strictSame(missedIn({ ...sample, message: 'Stopped after 12.5s', list: [{ size: 1.5 }, { size: 2, more: 1 }], none: 'x' }, sample), []);
  t.strictSame(missedIn({ ...sample, message: 'Halted' }, sample), ['message: "Halted" instead of "Stopped after 1.0s"']);
  t.strictSame(missedIn({ ...sample, list: [{ size: 1 }, { size: '2' }] }, sample), ['list.1.size: string instead of number']);
  t.strictSame(missedIn({ ...sample, list: [] }, sample), ['list: empty']);
  t.strictSame(missedIn({ ...sample, cameras: [1] }, sample), ['cameras: [1] instead of [0,1]']);
  t.strictSame(missedIn({ ...sample, inner: { flag: null } }, sample), ['inner.flag: null instead of boolean']);
  t.strictSame(missedIn({ message: sample.message, list: sample.list, cameras: sample.cameras }, sample), ['none: missing', 'inner: missing']);
  t.strictSame(listAt(samples[0]?.body, 'features')?.length, 5, 'there is something to compare with');
});
