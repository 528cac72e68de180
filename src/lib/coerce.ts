import { alternativesOf, isObject, objectAt, typesOf } from './json-schema.js';

/** The words for a boolean in a query or an environment variable (contract section 1.6), in lower case. */
const BOOLEAN_WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on', 't', 'y'].map((word): [string, boolean] => [word, true]),
  ...['false', '0', 'no', 'off', 'f', 'n'].map((word): [string, boolean] => [word, false]),
]);

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Text as the type that its schema asks for. Text that is none of the schema's types stays text, and the schema then
 * says what is wrong with it. The empty text is null where the schema admits null.
 */
export function coerceText(schema: unknown, text: string): unknown {
  const types = typesOf(schema);
  const trimmed = text.trim();
  if (types.has('null') && (trimmed === '' || trimmed.toLowerCase() === 'null')) return null;
  if ((types.has('integer') || types.has('number')) && NUMBER.test(trimmed)) return Number(trimmed);
  if (types.has('boolean')) return BOOLEAN_WORDS.get(trimmed.toLowerCase()) ?? text;
  return text;
}

/** A parsed query (all values are text or lists of text) with each value coerced by the property it belongs to. */
export function coerceQuery(schema: unknown, query: unknown): unknown {
  if (!isObject(query)) return query;
  const properties = objectAt(schema, 'properties');
  return Object.fromEntries(
    Object.entries(query).map(([key, value]): [string, unknown] => {
      const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (property === undefined) return [key, value];
      return [key, coerceValue(property, value)];
    }),
  );
}

function coerceValue(schema: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return items === null ? value : value.map((item) => coerceValue(items, item));
  }
  return typeof value === 'string' ? coerceText(schema, value) : value;
}

function itemsOf(schema: unknown): unknown {
  const candidates = [schema, ...(alternativesOf(schema) ?? [])];
  return candidates.map((candidate) => (isObject(candidate) ? candidate['items'] : undefined)).find(isObject) ?? null;
}
