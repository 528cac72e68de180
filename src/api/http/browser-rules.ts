import cors from 'cors';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { systemClock } from '../../lib/clock.js';
import { RepeatedFault } from '../../telemetry/repeated-fault.js';
import { type AllowedOrigins, isAllowedOrigin, isAllowedPage, isKnownHost } from './origin.js';
import { refuse } from './refuse.js';

/** What a browser may do with an answer: nothing but read it, and only pages of the rig. */
const HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'SAMEORIGIN',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'self'",
};

/** A browser that shows a video by itself makes a page of its own around it, under this policy. */
export const MEDIA_POLICY = "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** Headers of every answer. */
export function securityHeaders(allowed: AllowedOrigins): RequestHandler {
  return (request, response, next) => {
    response.set(HEADERS);
    response.set('Cross-Origin-Resource-Policy', isAllowedOrigin(request.headers.origin, allowed()) ? 'cross-origin' : 'same-origin');
    // Who may read the answer depends on who asks.
    response.vary('Origin');
    next();
  };
}

const PREFLIGHT_SECONDS = 600;

/** Lets pages of allowed origins read answers and ask beforehand; nobody else gets a header of CORS. */
export function crossOrigin(allowed: AllowedOrigins): RequestHandler {
  return cors((request, callback) => {
    const { origin } = request.headers;
    callback(null, {
      origin: origin !== undefined && isAllowedOrigin(origin, allowed()) ? origin : false,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      allowedHeaders: ['Content-Type', 'Range', 'If-Range', 'If-None-Match'],
      exposedHeaders: ['Accept-Ranges', 'Content-Disposition', 'Content-Length', 'Content-Range', 'ETag', 'Retry-After'],
      maxAge: PREFLIGHT_SECONDS,
    });
  });
}

const SHOWN_CHARS = 200;

/** Whoever looks after machines calls them by whatever name; these tell nothing that a stranger could use. */
const FOR_EVERYBODY: readonly string[] = ['/healthz', '/metrics'];

/** What was sent to another name than the rig's ends here, before anything looks at it. */
export function refuseUnknownHosts(allowed: AllowedOrigins, log: Logger): RequestHandler {
  return (request, response, next) => {
    if (FOR_EVERYBODY.includes(request.path) || isKnownHost(request.headers, allowed())) next();
    else refuse(request, response, 'unknown_host', log);
  };
}

/** Commands of pages that are neither the rig's own nor allowed end here, before anything looks at them. */
export function refuseForeignPages(allowed: AllowedOrigins, log: Logger): RequestHandler {
  // A page can ask as often as it likes; the log has better things to hold.
  const refused = new RepeatedFault(systemClock, log, 'requests of a foreign page are refused');
  return (request, response, next) => {
    const readsOnly = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
    if (readsOnly || isAllowedPage(request.headers, allowed())) {
      next();
      return;
    }
    const { origin = '', host = '' } = request.headers;
    refused.occurred(new Error(`${request.method} from ${origin.slice(0, SHOWN_CHARS)} to ${host.slice(0, SHOWN_CHARS)}`));
    refuse(request, response, 'foreign_origin', log);
  };
}
