/** Writes what docs/ says about configuration, API and metrics from their sources: `node build/scripts/generate-docs.js`. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRoutes } from '../src/api/http/routes.js';
import { DOCUMENTED } from '../src/api/metrics/event-series.js';
import { renderMetricsPage } from '../src/api/metrics/page.js';
import { renderRestPage } from '../src/api/openapi/page.js';
import { renderWebSocketPage } from '../src/api/ws/documentation.js';
import { renderExample, renderPage, renderSchema } from '../src/config/documentation.js';
import { plannedParts } from '../test/support/planned-parts.js';

// Two folders up from build/scripts/.
const docs = new URL('../../docs/', import.meta.url);

/** Brings the generated section of a page up to date. */
async function update(name: string, render: (page: string) => string): Promise<void> {
  const page = new URL(name, docs);
  await writeFile(page, render(await readFile(page, 'utf8')));
}

await writeFile(new URL('touchline.schema.json', docs), renderSchema());
await writeFile(new URL('touchline.example.json', docs), renderExample());
await update('configuration.md', renderPage);
await update('rest.md', (page) => renderRestPage(page, createRoutes(plannedParts())));
await update('metrics.md', (page) => renderMetricsPage(page, DOCUMENTED));
await update('websocket.md', renderWebSocketPage);
