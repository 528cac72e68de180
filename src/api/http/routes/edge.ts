import { openApiText } from '../../openapi/document.js';
import { DirectAnswer, downloadRoute, type Route } from '../route.js';

/** What is told to machines that look after the rig. */
export interface EdgeParts {
  readonly metrics: {
    /** In the text format of Prometheus. */
    text(): Promise<string>;
  };
  /** Version of the product. */
  readonly version: string;
}

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

export function edgeRoutes({ metrics }: EdgeParts): readonly Route[] {
  return [
    downloadRoute({
      method: 'GET',
      base: 'root',
      path: '/healthz',
      name: 'healthz',
      tag: 'Operations',
      summary: 'Whether the daemon answers; for load balancers and supervisors',
      description: 'Looks at nothing: not at the cameras, not at the disk. Whether the rig is well is told by `/api/v1/health` and `/api/v1/recording-health`.',
      quiet: true,
      download: { mediaType: 'text/plain', description: '`ok`', head: true },
      handle: () => textAnswer('text/plain; charset=utf-8', 'ok\n'),
    }),
    downloadRoute({
      method: 'GET',
      base: 'root',
      path: '/metrics',
      name: 'metrics',
      tag: 'Operations',
      summary: 'Figures for Prometheus; docs/metrics.md lists them',
      quiet: true,
      download: { mediaType: 'text/plain', description: 'Text format of Prometheus, version 0.0.4', head: true },
      handle: async () => textAnswer(PROMETHEUS, await metrics.text()),
    }),
  ];
}

/** The description of these routes and of itself, made when somebody asks for it first. */
export function documentationRoutes(routes: readonly Route[], version: string): readonly Route[] {
  let text: string | null = null;
  const described = (): readonly Route[] => [...routes, ...documentation];
  const route = (base: Route['base'], name: string): Route =>
    downloadRoute({
      method: 'GET',
      base,
      path: '/openapi.json',
      name,
      tag: 'Operations',
      summary: 'This description: OpenAPI 3.1',
      download: { mediaType: 'application/json', description: 'An OpenAPI document', head: true },
      handle: () => textAnswer('application/json; charset=utf-8', (text ??= openApiText(described(), version))),
    });
  // A proxy in front of the rig passes on what is below /api only.
  const documentation = [route('root', 'openapi'), route('api', 'openapi_below_api')];
  return documentation;
}

function textAnswer(contentType: string, text: string): DirectAnswer {
  return new DirectAnswer(async (_request, response) => {
    response.set('Cache-Control', 'no-store').set('Content-Type', contentType).send(text);
  });
}
