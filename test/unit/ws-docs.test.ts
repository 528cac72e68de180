import { readFile } from 'node:fs/promises';
import t from 'tap';
import { CLIENT_MESSAGES } from '../../src/api/contract/ws-client.js';
import { CHANNELS } from '../../src/api/contract/ws-common.js';
import { COMMANDS } from '../../src/api/contract/ws-commands.js';
import { PROTOCOL_ERRORS, SERVER_MESSAGES } from '../../src/api/contract/ws-server.js';
import { renderWebSocketPage } from '../../src/api/ws/documentation.js';
import { stringAt } from '../../src/lib/json-schema.js';

// build/test/unit/ is three folders below the checkout.
const page = await readFile(new URL('../../../docs/websocket.md', import.meta.url), 'utf8');

t.test('the reference is that of the code', async (t) => {
  t.equal(page, renderWebSocketPage(page), 'run `node build/scripts/generate-docs.js`');
});

t.test('every message, channel, command and error is in it', async (t) => {
  const messages = [...CLIENT_MESSAGES, ...SERVER_MESSAGES].map((schema) => `### \`${stringAt(schema, 'title')}\``);
  for (const word of [...messages, ...CHANNELS.map((name) => `\`${name}\``), ...Object.keys(COMMANDS).map((name) => `| \`${name}\` |`), ...Object.keys(PROTOCOL_ERRORS).map((code) => `| \`${code}\` |`)]) {
    t.ok(page.includes(word), word);
  }
});

t.test('the page says what the two meanings of success are', async (t) => {
  t.match(page, /data\.success/);
});
