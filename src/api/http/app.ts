import express, { type Express, type Request, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { createMetrics, type HttpMetrics, type MetricsSources } from '../metrics/metrics.js';
import { readBodyText } from './body.js';
import { crossOrigin, MEDIA_POLICY, refuseForeignPages, refuseUnknownHosts, securityHeaders } from './browser-rules.js';
import { docsPage } from './docs-page.js';
import { type AllowedOrigins, isForeignEmbedding } from './origin.js';
import { limitPerClient, type RateLimit } from './rate-limit.js';
import { handleError, refuse } from './refuse.js';
import { DirectAnswer, JsonText, type Route } from './route.js';
import { createRoutes, type RouteParts } from './routes.js';
import { PAGE_PATH, redirectBrowsers, webPage } from './web-page.js';

export interface HttpAppParts extends Omit<RouteParts, 'metrics'> {
  readonly log: Logger;
  /** Folder of the built web page; without it, there is none. */
  readonly pageDir?: string;
  /** Origins besides the rig's own whose pages may control it, e.g. `https://rig.example`; asked at each request. */
  readonly allowedOrigins?: AllowedOrigins;
  /** Number of WebSocket connections that are open now. */
  readonly connections?: MetricsSources['connections'];
}

/** Each operation answers below all of them, in the same way. */
const API_PREFIXES = ['/api/v1', '/api'];
const DOCS_PATH = '/api/docs';
const CREATED = 201;

/** What all routes are run with. */
interface Surroundings {
  readonly log: Logger;
  readonly allowedOrigins: AllowedOrigins;
  readonly limit: RateLimit;
  readonly metrics: HttpMetrics;
}

/** The HTTP face of the daemon: routes from the table, and everything around them that contract 1.5 promises. */
export function createHttpApp(parts: HttpAppParts): Express {
  const { log, allowedOrigins = () => [] } = parts;
  const metrics = createMetrics({ ...parts, connections: parts.connections ?? (() => 0) });
  const routes = createRoutes({ ...parts, metrics });
  const surroundings = { log, allowedOrigins, limit: limitPerClient(log), metrics };

  const app = express();
  app.disable('x-powered-by');
  // A status must never come from a cache, and hashing each answer costs more than sending it.
  app.disable('etag');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('query parser', false);

  app.use(securityHeaders(allowedOrigins), crossOrigin(allowedOrigins), refuseForeignPages(allowedOrigins, log), refuseUnknownHosts(allowedOrigins, log));
  app.use(DOCS_PATH, docsPage(DOCS_PATH));
  if (parts.pageDir !== undefined) {
    app.use(PAGE_PATH, webPage(parts.pageDir));
    app.get('/', redirectBrowsers);
  }
  for (const [path, group] of byPath(routes)) {
    // Not app.all, which keeps a handler for each of HTTP's 35 methods.
    app.route(path).all(dispatch(group, surroundings));
    if (path !== '/') app.route(`${path}/`).all(redirectWithoutSlash);
  }
  app.use((request, response) => refuse(request, response, 'not_found', log));
  app.use(handleError(log));
  return app;
}

function byPath(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const placed = routes.flatMap((route) => {
    const prefixes = route.base === 'root' ? [''] : API_PREFIXES;
    return prefixes.map((prefix) => ({ path: `${prefix}${route.path}`, route }));
  });
  const paths = Map.groupBy(placed, ({ path }) => path);
  return new Map([...paths].map(([path, group]) => [path, group.map(({ route }) => route)]));
}

/** One path with all its methods. HEAD is answered for downloads only, as in the reference (contract 1.5). */
function dispatch(routes: readonly Route[], surroundings: Surroundings): RequestHandler {
  const { log, allowedOrigins, limit, metrics } = surroundings;
  const byMethod = new Map<string, Route>(routes.map((route) => [route.method, route]));
  const download = routes.find((route) => route.download?.head === true);
  if (download !== undefined) byMethod.set('HEAD', download);
  const allow = [...byMethod.keys()].join(', ');
  return async (request, response) => {
    const route = byMethod.get(request.method);
    if (route === undefined) {
      response.set('Allow', allow);
      refuse(request, response, 'method_not_allowed', log);
      return;
    }
    const startedMs = performance.now();
    metrics.asked(route);
    response.once('close', () => metrics.answered(route, response.statusCode, performance.now() - startedMs));
    const isCostly = route.expensive === true || route.download !== null;
    if (isCostly && isForeignEmbedding(request.headers, allowedOrigins())) {
      refuse(request, response, 'foreign_origin', log);
      return;
    }
    if (route.expensive === true && !(await limit(request, response))) return;
    let body: string | null = null;
    if (route.body !== null) {
      const read = await readBodyText(request);
      if (!read.ok) {
        if (read.close) response.set('Connection', 'close');
        refuse(request, response, read.refusal, log);
        return;
      }
      body = read.text;
    }
    const answer = await route.invoke({ params: paramsOf(request), query: queryOf(request), body });
    if (route.creates === true) response.status(CREATED);
    if (answer instanceof DirectAnswer) await answer.send(request, response.set('Content-Security-Policy', MEDIA_POLICY));
    else if (answer instanceof JsonText) response.set('Cache-Control', 'no-store').type('json').send(answer.text);
    else response.set('Cache-Control', 'no-store').json(answer);
    log[levelOf(route)]({ route: route.name, method: route.method, ms: Math.round(performance.now() - startedMs) }, 'request answered');
  };
}

function levelOf(route: Route): 'trace' | 'debug' | 'info' {
  if (route.quiet === true) return 'trace';
  return route.method === 'GET' ? 'debug' : 'info';
}

function paramsOf(request: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(request.params).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

/** The last value of each key, as FastAPI takes it. */
function queryOf(request: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(searchOf(request)));
}

function searchOf(request: Request): string {
  const start = request.originalUrl.indexOf('?');
  return start === -1 ? '' : request.originalUrl.slice(start);
}

const redirectWithoutSlash: RequestHandler = (request, response) => {
  response.redirect(307, `${request.path.replace(/\/$/, '')}${searchOf(request)}`);
};
