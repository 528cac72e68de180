import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { renderExample, renderPage, renderSchema } from '../../src/config/documentation.js';
import { parseFileLayer } from '../../src/config/file-layer.js';
import { topLevelKeys } from '../../src/config/keys.js';
import { isObject } from '../../src/lib/json-schema.js';

// build/test/unit/ is three folders below the checkout.
const docs = new URL('../../../docs/', import.meta.url);
const read = (name: string): Promise<string> => readFile(new URL(name, docs), 'utf8');
const ADVICE = 'run `node build/scripts/generate-docs.js`';

t.test('the published schema, example and table are those of the code', async (t) => {
  t.equal(await read('touchline.schema.json'), renderSchema(), ADVICE);
  t.equal(await read('touchline.example.json'), renderExample(), ADVICE);
  const page = await read('configuration.md');
  t.equal(page, renderPage(page), ADVICE);
  for (const key of topLevelKeys()) t.ok(page.includes(`| \`${key}\` |`), key);
});

t.test('the published schema is valid JSON Schema and agrees with the daemon about files', async (t) => {
  const schema: unknown = JSON.parse(renderSchema());
  if (!isObject(schema)) throw new Error('the schema is no object');
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  t.ok(ajv.validateSchema(schema));
  const validate = ajv.compile(schema);
  const files = [
    renderExample(),
    '{}',
    '{"_x":1,"port":5,"cameras":{"_x":1,"0":{"crop":{"left":2,"_x":1}}},"presets":{"_x":1,"a":{"_x":2}}}',
    '{"port":"5"}',
    '{"prot":5}',
    '{"cameras":{"2":{}}}',
    '{"cameras":{"0":{"crop":{"lefft":2}}}}',
    '{"presets":{"a":{"nmae":"x"}}}',
    '{"recording_bitrate_kbps":null,"sources":null}',
    '{"sources":[]}',
  ];
  for (const file of files) {
    const daemonAccepts = parseFileLayer(file, '/x/touchline.json').violations.length === 0;
    t.equal(validate(JSON.parse(file)), daemonAccepts, file.slice(0, 60));
  }
  t.ok(parseFileLayer(renderExample(), '/x/touchline.json').violations.length === 0, 'the example is a valid configuration');
});

t.test('a page without its marks is refused', async (t) => {
  t.throws(() => renderPage('# no marks'), /lacks the marks/);
});
