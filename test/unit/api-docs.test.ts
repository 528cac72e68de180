/** The tables in docs/ and the code say the same. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { answerOf, REFUSAL_CODES, refusalAnswer } from '../../src/api/http/errors.js';
import { createRoutes } from '../../src/api/http/routes.js';
import { CONTRACT_PATHS } from '../../src/api/metrics/endpoints.js';
import { DOCUMENTED } from '../../src/api/metrics/event-series.js';
import { renderMetricsPage } from '../../src/api/metrics/page.js';
import { renderRestPage } from '../../src/api/openapi/page.js';
import { TAGS } from '../../src/api/openapi/tags.js';
import { createCommands } from '../../src/cli/commands.js';
import { EXIT } from '../../src/cli/exit-codes.js';
import { ERROR_KINDS, TouchlineError } from '../../src/errors.js';
import { MATCH_ID_RULE } from '../../src/recording/match-id.js';
import { plannedParts } from '../support/planned-parts.js';

const docs = (name: string): string => readFileSync(resolve(import.meta.dirname, '../../../docs', name), 'utf8');
const rest = docs('rest.md');
const cli = docs('cli.md');

/** First cells of the rows of all tables whose second cell is a number. */
function statusRows(page: string): ReadonlyMap<string, number[]> {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map((row): [string, number] => [row[1] ?? '', Number(row[2])]);
  return new Map([...new Set(rows.map(([name]) => name))].map((name) => [name, rows.filter(([other]) => other === name).map(([, status]) => status)]));
}

t.test('every kind of error and every refusal is documented with its status, and nothing else is', async (t) => {
  const inCode = new Map<string, number[]>();
  const add = (name: string, status: number): void => void inCode.set(name, [...(inCode.get(name) ?? []), status]);
  for (const kind of ERROR_KINDS) add(kind, answerOf(new TouchlineError({ kind, code: 'x', message: 'x' })).status);
  for (const code of REFUSAL_CODES) add(code, refusalAnswer(code).status);
  t.same(Object.fromEntries(statusRows(rest)), Object.fromEntries(inCode));
});

t.test('every operation and every series of the metrics is documented, and nothing else is', async (t) => {
  const advice = 'run `node build/scripts/generate-docs.js`';
  const routes = createRoutes(plannedParts());
  t.equal(rest, renderRestPage(rest, routes), advice);
  for (const { tag } of routes) t.ok(TAGS.has(tag), `the tag ${tag} has its words`);
  t.equal(docs('metrics.md'), renderMetricsPage(docs('metrics.md'), DOCUMENTED), advice);
  for (const { name, labels } of DOCUMENTED) t.ok(docs('metrics.md').includes(`| \`${name}\` | `), `${name} ${labels.join()}`);
});

t.test('the figures of FootballVision count every operation that it counted, under its name', async (t) => {
  const routes = createRoutes(plannedParts());
  const uncounted = [...CONTRACT_PATHS.keys()].filter((path) => !routes.some((route) => route.path === path));
  t.same(uncounted.filter((path) => !path.includes('r2')), [], 'no path is misspelt');
  t.equal(new Set(CONTRACT_PATHS.values()).size, 20);
});

t.test('the rule for match ids is documented in the words of the error', async (t) => {
  t.ok(rest.includes(`> ${MATCH_ID_RULE}\n`));
});

t.test('every command and every exit code is documented, and nothing else is', async (t) => {
  const commands = createCommands(() => Promise.reject(new Error('not planned')));
  const documented = [...cli.matchAll(/^\| `([a-z]+)[^|]*/gm)].map((row) => row[1]);
  t.same(documented, commands.map(({ name }) => name));
  t.same([...cli.matchAll(/^\| (\d+) \|/gm)].map((row) => Number(row[1])), Object.values(EXIT));
});
