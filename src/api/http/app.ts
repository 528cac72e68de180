import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express';
import type { Logger } from 'pino';
import { asTouchlineError } from '../../errors.js';
import { readBodyText } from './body.js';
import { answerOf, type ErrorAnswer, type Refusal, refusalAnswer } from './errors.js';
import { isForeignOrigin } from './origin.js';
import { DirectAnswer, JsonText, type Route } from './route.js';
import { createRoutes, type RouteParts } from './routes.js';

export interface HttpAppParts extends RouteParts {
  readonly log: Logger;
  /** Origins besides the rig's own whose pages may send commands, e.g. `https://rig.example`. */
  readonly allowedOrigins?: readonly string[];
}

/** Each operation answers below all of them, in the same way. */
const API_PREFIXES = ['/api/v1', '/api'];

/** The HTTP face of the daemon: routes from the table, and everything around them that contract 1.5 promises. */
export function createHttpApp(parts: HttpAppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  // A status must never come from a cache, and hashing each answer costs more than sending it.
  app.disable('etag');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('query parser', false);

  app.use(refuseForeignPages(parts));
  for (const [path, routes] of byPath(createRoutes(parts))) {
    app.all(path, dispatch(routes, parts.log));
    if (path !== '/') app.all(`${path}/`, redirectWithoutSlash);
  }
  app.use((request, response) => refuse(request, response, 'not_found', parts.log));
  app.use(handleError(parts.log));
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
function dispatch(routes: readonly Route[], log: Logger): RequestHandler {
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
    if (answer instanceof DirectAnswer) await answer.send(request, response);
    else if (answer instanceof JsonText) response.set('Cache-Control', 'no-store').type('json').send(answer.text);
    else response.set('Cache-Control', 'no-store').json(answer);
    const level = route.method === 'GET' ? 'debug' : 'info';
    log[level]({ route: route.name, method: route.method, ms: Math.round(performance.now() - startedMs) }, 'request answered');
  };
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

function refuseForeignPages({ log, allowedOrigins = [] }: HttpAppParts): RequestHandler {
  return (request, response, next) => {
    const readsOnly = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
    if (readsOnly || !isForeignOrigin(request.headers.origin, request.headers.host, allowedOrigins)) {
      next();
      return;
    }
    log.warn({ origin: request.headers.origin, method: request.method }, 'request of a foreign page refused');
    refuse(request, response, 'foreign_origin', log);
  };
}

function refuse(request: Request, response: Response, refusal: Refusal, log: Logger): void {
  send(request, response, refusalAnswer(refusal), log);
}

function handleError(log: Logger): ErrorRequestHandler {
  // Express tells error handlers apart by their four parameters.
  return (thrown: unknown, request: Request, response: Response, _next) => {
    if (request.socket.destroyed || response.headersSent) {
      log.debug({ method: request.method, err: asTouchlineError(thrown) }, 'client left before its answer');
      request.socket.destroy();
      return;
    }
    // The router's own complaint about a path that cannot be percent-decoded: there is nothing at such a path.
    if (thrown instanceof URIError) {
      refuse(request, response, 'not_found', log);
      return;
    }
    const error = asTouchlineError(thrown);
    const answer = answerOf(error);
    // Of a wrong request, the rule that it broke is the news; of a fault of the rig, where it happened.
    const isFault = answer.level === 'warn' || answer.level === 'error';
    send(request, response, answer, log, isFault ? { err: error } : { detail: answer.body.detail });
  };
}

function send(request: Request, response: Response, answer: ErrorAnswer, log: Logger, more: object = {}): void {
  const fields = { method: request.method, status: answer.status, code: answer.body.code };
  log[answer.level]({ ...fields, ...more }, 'request refused');
  response.status(answer.status).set('Cache-Control', 'no-store').json(answer.body);
}
