import { extname } from 'node:path';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import send from 'send';
import { TouchlineError } from '../../errors.js';
import { errnoOf } from '../../lib/file-error.js';

/**
 * The page that people see: files that scripts/build-web.ts made, from the folder that it made them in. They are sent
 * with `send`, which survives a file that vanishes under it; a rebuild must not end the daemon.
 */

export const PAGE_PATH = '/app';

/** Everything comes from the rig itself; blobs are what hls.js plays and decodes with. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const YEAR_SECONDS = 365 * 24 * 3600;
/** Names in here carry a hash of what is in the file. */
const ASSETS = '/assets/';
const INDEX = '/index.html';
/** Every file of the page has such a name; nothing else is even looked for. */
const FILE = /^\/(?:index\.html|assets\/(?!\.)[\w.-]+)$/;
const COMPRESSED = new Set(['.html', '.js', '.css', '.svg']);

/** The page below `PAGE_PATH`; what it does not know goes on to whoever comes next. */
export function webPage(root: string): Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  router.use((request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      next();
      return;
    }
    // Relative addresses in the page need the slash.
    if (request.originalUrl.split('?')[0] === PAGE_PATH) {
      response.redirect(307, `${PAGE_PATH}/`);
      return;
    }
    const path = request.path === '/' ? INDEX : request.path;
    if (!FILE.test(path)) {
      next();
      return;
    }
    const isCompressed = COMPRESSED.has(extname(path)) && request.acceptsEncodings('gzip') === 'gzip';
    const missing = (): void => (path === INDEX ? next(notBuilt()) : next());
    const plain = (): void => sendFile({ request, response, root, path, encoding: null }, missing, next);
    if (isCompressed) sendFile({ request, response, root, path, encoding: 'gzip' }, plain, next);
    else plain();
  });
  return router;
}

interface Sending {
  readonly request: Request;
  readonly response: Response;
  readonly root: string;
  readonly path: string;
  /** `gzip`: the file beside it that ends with `.gz`. */
  readonly encoding: 'gzip' | null;
}

function sendFile({ request, response, root, path, encoding }: Sending, missing: () => void, failed: (error: unknown) => void): void {
  send(request, encoding === null ? path : `${path}.gz`, { root, cacheControl: false, acceptRanges: false, index: false })
    .on('headers', () => {
      response.set('Content-Security-Policy', POLICY).set('X-Frame-Options', 'DENY').type(extname(path)).vary('Accept-Encoding');
      response.set('Cache-Control', path.startsWith(ASSETS) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
      if (encoding !== null) response.set('Content-Encoding', encoding);
    })
    .on('directory', missing)
    .on('error', (error: Error) => {
      if (response.headersSent) response.destroy();
      else if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') missing();
      else failed(error);
    })
    .pipe(response);
}

function notBuilt(): TouchlineError {
  return new TouchlineError({ kind: 'unavailable', code: 'page_not_built', message: 'The web page was not built: run `make build`.' });
}

/** People who type the rig's address get the page; programs get the answer that contract 3.1 gives at `/`. */
export const redirectBrowsers: RequestHandler = (request, response, next) => {
  response.vary('Accept');
  // The first of equals wins: whoever takes anything is a program.
  if (request.accepts(['json', 'html']) === 'html') response.set('Cache-Control', 'no-store').redirect(302, `${PAGE_PATH}/`);
  else next();
};
