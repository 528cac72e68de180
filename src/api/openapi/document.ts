import type { JsonObject } from '../../lib/json-schema.js';
import type { Route } from '../http/route.js';
import { Components } from './components.js';
import { operationOf } from './operation.js';
import { TAGS } from './tags.js';

const DESCRIPTION = `The daemon inside a dual-camera rig that films football matches. It speaks the FootballVision Pro v3 API.

Every path below \`/api/v1\` answers below \`/api\` too, in the same way; only the first is listed.

An operation that was refused or failed is an answer with status 200 and \`success: false\`. A request that cannot be
carried out at all has a status of 400 or above and an ErrorBody. Answers may have more fields than are listed.

Commands by WebSocket at \`/ws\` do the same as the operations here; they are described in \`docs/websocket.md\`.`;

/** The OpenAPI 3.1 document of these operations, as JSON text. */
export function openApiText(routes: readonly Route[], version: string): string {
  return JSON.stringify(openApiDocument(routes, version));
}

export function openApiDocument(routes: readonly Route[], version: string): JsonObject {
  const components = new Components();
  const paths = Map.groupBy(routes, ({ base, path }) => `${base === 'api' ? '/api/v1' : ''}${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  const written = [...paths].map(([path, group]): [string, JsonObject] => {
    return [path, Object.fromEntries(group.map((route) => [route.method.toLowerCase(), operationOf(route, components)]))];
  });
  const used = new Set(routes.map(({ tag }) => tag));
  return {
    openapi: '3.1.0',
    info: { title: 'Touchline', version, description: DESCRIPTION },
    servers: [{ url: '/', description: 'This rig' }],
    security: [],
    tags: [...TAGS].filter(([name]) => used.has(name)).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(written),
    components: { schemas: components.all() },
  };
}
