import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Response, type Router } from 'express';
import { Type } from '#typebox';
import { compileSchema } from '../../lib/schema.js';

/**
 * The description of the API for people: Swagger UI from its npm package, which asks for nothing outside of the rig.
 */

/** Swagger UI writes style attributes; nothing else of the page is written in the page. */
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];
const YEAR_MS = 365 * 24 * 3_600_000;
const packageFile = compileSchema(Type.Object({ version: Type.String() }));

/** Everything below `path`; what it does not know goes on to whoever comes next. */
export function docsPage(path: string): Router {
  const require = createRequire(import.meta.url);
  const root = dirname(require.resolve('swagger-ui-dist/package.json'));
  const { version } = packageFile.assert(require('swagger-ui-dist/package.json'), 'swagger_ui_broken');
  const assets = `/assets/${version}`;
  const index = indexPage(path, `${path}${assets}`);

  const router = express.Router({ strict: true, caseSensitive: true });
  router.get('/', (_request, response) => void page(response, 'html').send(index));
  router.get('/initialiser.js', (_request, response) => void page(response, 'text/javascript').send(INITIALISER));
  for (const name of ASSETS) {
    router.get(`${assets}/${name}`, (_request, response, next) => {
      // The version is in the path: what is there never changes.
      response.sendFile(name, { root, maxAge: YEAR_MS, immutable: true }, (error) => (error === undefined || response.headersSent ? undefined : next(error)));
    });
  }
  return router;
}

function page(response: Response, type: string): Response {
  return response.set('Content-Security-Policy', POLICY).set('Cache-Control', 'no-store').type(type);
}

const indexPage = (path: string, assets: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Touchline API</title>
    <link rel="stylesheet" href="${assets}/swagger-ui.css">
    <link rel="icon" type="image/png" href="${assets}/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${assets}/swagger-ui-bundle.js"></script>
    <script src="${path}/initialiser.js"></script>
  </body>
</html>
`;

/** Without the validator badge, which would send the description to a server in the internet. */
const INITIALISER = `window.ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayOperationId: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
});
`;
