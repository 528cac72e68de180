/** Writes what docs/ says about the configuration from its schema: `node build/scripts/generate-docs.js`. */
import { readFile, writeFile } from 'node:fs/promises';
import { renderExample, renderPage, renderSchema } from '../src/config/documentation.js';

// Two folders up from build/scripts/.
const docs = new URL('../../docs/', import.meta.url);
const page = new URL('configuration.md', docs);

await writeFile(new URL('touchline.schema.json', docs), renderSchema());
await writeFile(new URL('touchline.example.json', docs), renderExample());
await writeFile(page, renderPage(await readFile(page, 'utf8')));
