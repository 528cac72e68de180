import type { Violation } from '../errors.js';
import { coerceText } from '../lib/coerce.js';
import { didYouMean } from '../lib/did-you-mean.js';
import { typesOf } from '../lib/json-schema.js';
import { echoOf } from '../lib/violations.js';
import { knownKeysAt, schemaAt, topLevelKeys } from './keys.js';
import type { ConfigViolation, Layer, Origin } from './layer.js';
import { resolvePaths } from './paths.js';
import { anyJson, partialConfig } from './validators.js';

export type Env = Readonly<Record<string, string | undefined>>;

const PREFIX = 'TOUCHLINE_';
/** Variables of ours that are no keys. Those of tests and native plugins begin with TOUCHLINE_TEST_. */
const RESERVED = new Set(['TOUCHLINE_CONFIG']);
const TEST_PREFIX = 'TOUCHLINE_TEST_';

interface Assignment {
  readonly name: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * The layer of the environment: `TOUCHLINE_PORT`, `TOUCHLINE_CAMERAS__0__CROP__LEFT`; lists are separated by commas,
 * objects are JSON. An empty variable counts as not set, so that a unit file can leave one blank.
 */
export function envLayer(env: Env, cwd: string): Layer {
  const assignments: Assignment[] = [];
  const violations: ConfigViolation[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || RESERVED.has(name) || name.startsWith(TEST_PREFIX)) continue;
    if (text === undefined || text.trim() === '') continue;
    const path = keyPathOf(name);
    const schema = schemaAt(path);
    if (schema === null) violations.push(unknownVariable(name, path, text));
    else assignments.push({ name, path, value: valueOf(schema, text) });
  }
  // Shorter paths first, so that a variable for a single value refines one for the whole object.
  assignments.sort((a, b) => a.path.length - b.path.length);
  const assembled = assemble(assignments);
  const checked = partialConfig.check(assembled);
  const originOf = (path: readonly (string | number)[]): Origin | null => originIn(assignments, path);
  if (!checked.ok) {
    for (const violation of checked.violations) {
      violations.push({ origin: originOf(violation.path) ?? { kind: 'env', name: PREFIX }, violation });
    }
  }
  return { values: checked.ok ? resolvePaths(assembled, cwd) : {}, violations, originOf };
}

/** The name of the variable that sets a key path. */
export function variableOf(path: readonly (string | number)[]): string {
  return PREFIX + path.join('__').toUpperCase();
}

function keyPathOf(name: string): string[] {
  return name.slice(PREFIX.length).toLowerCase().split('__');
}

function valueOf(schema: unknown, text: string): unknown {
  const types = typesOf(schema);
  if (types.has('null') && text.trim().toLowerCase() === 'null') return null;
  if (types.has('object') && text.trim().startsWith('{')) {
    const parsed = anyJson.parseJson(text);
    return parsed.ok ? parsed.value : text;
  }
  if (types.has('array')) return text.split(',').map((item) => item.trim());
  return coerceText(schema, text);
}

function unknownVariable(name: string, path: readonly string[], text: string): ConfigViolation {
  const parents = path.length > 1 && schemaAt(path.slice(0, -1)) !== null ? path.slice(0, -1) : [];
  const known = parents.length > 0 ? knownKeysAt(parents) : topLevelKeys();
  const meant = didYouMean(name, known.map((key) => variableOf([...parents, key])));
  const message = `sets no known key${meant === null ? '' : `; did you mean ${meant}?`}`;
  const violation: Violation = { path: [], message, rule: 'unknown_key', value: echoOf(text) };
  return { origin: { kind: 'env', name }, violation };
}

/** The variable that reaches deepest on the way to a key path, or that set something below it. */
function originIn(assignments: readonly Assignment[], path: readonly (string | number)[]): Origin | null {
  const keys = path.map(String);
  const above = assignments.findLast((item) => item.path.every((key, index) => key === keys[index]));
  const found = above ?? assignments.find((item) => keys.every((key, index) => key === item.path[index]));
  return found === undefined ? null : { kind: 'env', name: found.name };
}

function assemble(assignments: readonly Assignment[]): Node {
  const root: Node = {};
  for (const { path, value } of assignments) {
    let node = root;
    for (const key of path.slice(0, -1)) {
      const existing = Object.hasOwn(node, key) ? node[key] : undefined;
      const next: Node = isNode(existing) ? existing : {};
      node[key] = next;
      node = next;
    }
    node[path.at(-1) ?? ''] = value;
  }
  return root;
}

interface Node {
  [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
