/** The OpenAPI document is one that other people's tools accept, and it says what the routes do. */
import { createConfig, lintFromString } from '@redocly/openapi-core';
import t from 'tap';
import Type from '#typebox';
import { createRoutes } from '../../src/api/http/routes.js';
import { jsonRoute, type Route } from '../../src/api/http/route.js';
import { Components } from '../../src/api/openapi/components.js';
import { openApiDocument, openApiText } from '../../src/api/openapi/document.js';
import { isObject, objectAt } from '../../src/lib/json-schema.js';
import { plannedParts } from '../support/planned-parts.js';

const routes = createRoutes(plannedParts());

/** What the recommended rules want and this API has not, with the reason. */
const EXCEPTIONS = {
  // There is no public licence to link to.
  'info-license': 'off',
  'info-license-strict': 'off',
  // Reading the state of the rig takes no input: there is nothing to do wrong.
  'operation-4xx-response': 'off',
} as const;

async function lint(text: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'], rules: EXCEPTIONS });
  const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer ?? ''})`);
}

t.test('the document keeps the recommended rules of the linter', async (t) => {
  t.same(await lint(openApiText(routes, '1.2.3')), []);
});

t.test('the linter finds what is wrong', async (t) => {
  const document = openApiDocument(routes, '1.2.3');
  const broken = { ...document, paths: { '/a/{b}': { get: { responses: { '200': { description: 'x', content: { 'application/json': { schema: { $ref: '#/nowhere' } } } } } } } } };
  const found = (await lint(JSON.stringify(broken))).join('\n');
  t.match(found, /no-unresolved-refs/);
  t.match(found, /path-parameters-defined|path-params-defined/);
});

t.test('every route is in it, once, with every parameter and every status that it names', async (t) => {
  const document = openApiDocument(routes, '1.2.3');
  const paths = objectAt(document, 'paths');
  for (const route of routes) {
    const path = `${route.base === 'api' ? '/api/v1' : ''}${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    const operation = objectAt(objectAt(paths, path), route.method.toLowerCase());
    t.equal(operation['summary'], route.summary, `${route.method} ${path}`);
    const parameters: unknown = operation['parameters'] ?? [];
    const named = (Array.isArray(parameters) ? parameters : []).map((parameter: unknown) => `${String(Object(parameter)['in'])} ${String(Object(parameter)['name'])}`);
    for (const name of Object.keys(objectAt(route.params, 'properties'))) t.ok(named.includes(`path ${name}`), name);
    for (const name of Object.keys(objectAt(route.query, 'properties'))) t.ok(named.includes(`query ${name}`), name);
    const statuses = Object.keys(objectAt(operation, 'responses'));
    for (const status of Object.keys(route.refusals ?? {})) t.ok(statuses.includes(status), `${path} ${status}`);
    t.equal(statuses.includes('422'), (route.params ?? route.query ?? route.body) !== null, `${path} and rules`);
  }
  const operations = Object.values(paths).reduce<number>((count, path) => count + (isObject(path) ? Object.keys(path).length : 0), 0);
  t.equal(operations, routes.length);
});

t.test('a schema with a title stands there once, and annotations of ours do not', async (t) => {
  const text = openApiText(routes, '1.2.3');
  t.equal(text.match(/"title":"CameraFacts"/g)?.length, 1);
  t.match(text, '"$ref":"#/components/schemas/CameraFacts"');
  t.notMatch(text, /"x-/);
});

t.test('two schemas that share a title but not their content are refused', async (t) => {
  const components = new Components();
  components.use(Type.Object({ a: Type.String() }, { title: 'Thing' }));
  components.use(Type.Object({ a: Type.String() }, { title: 'Thing' }));
  t.throws(() => components.use(Type.Object({ a: Type.Number() }, { title: 'Thing' })), /two different schemas have the title Thing/);
});

t.test('a property that is called like a keyword is a property', async (t) => {
  const schema = Type.Object({ title: Type.String(), 'x-name': Type.String(), enum: Type.String({ 'x-expected': 'gone' }) });
  const route: Route = jsonRoute({ method: 'GET', base: 'root', path: '/t', name: 't', tag: 'State', summary: 's', response: schema, handle: () => ({ title: '', 'x-name': '', enum: '' }) });
  const text = openApiText([route], '1');
  t.match(text, '"properties":{"title":{"type":"string"},"x-name":{"type":"string"},"enum":{"type":"string"}}');
});
