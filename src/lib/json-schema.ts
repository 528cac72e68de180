/** Reading JSON Schema as data: what the words, the coercion and the documentation generator have in common. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keyword's value when it is an object, an empty object otherwise. */
export function objectAt(schema: unknown, keyword: string): JsonObject {
  const value = isObject(schema) ? schema[keyword] : undefined;
  return isObject(value) ? value : {};
}

/** The keyword's value when it is a list, null otherwise. */
export function listAt(schema: unknown, keyword: string): readonly unknown[] | null {
  const value: unknown = isObject(schema) ? schema[keyword] : undefined;
  return Array.isArray(value) ? value : null;
}

export function numberAt(schema: unknown, keyword: string): number | null {
  const value = isObject(schema) ? schema[keyword] : undefined;
  return typeof value === 'number' ? value : null;
}

export function stringAt(schema: unknown, keyword: string): string | null {
  const value = isObject(schema) ? schema[keyword] : undefined;
  return typeof value === 'string' ? value : null;
}

/** The alternatives of a union (`anyOf`, `oneOf`), null when the schema is none. */
export function alternativesOf(schema: unknown): readonly unknown[] | null {
  return listAt(schema, 'anyOf') ?? listAt(schema, 'oneOf');
}

/** The JSON types that a schema admits by its `type`, `const`, `enum` or alternatives; empty = any. */
export function typesOf(schema: unknown): ReadonlySet<string> {
  const type = stringAt(schema, 'type');
  if (type !== null) return new Set([type]);
  const types = listAt(schema, 'type');
  if (types !== null) return new Set(types.filter((item) => typeof item === 'string'));
  if (isObject(schema) && Object.hasOwn(schema, 'const')) return new Set([jsonTypeOf(schema['const'])]);
  const values = listAt(schema, 'enum');
  if (values !== null) return new Set(values.map(jsonTypeOf));
  const alternatives = alternativesOf(schema);
  return alternatives === null ? new Set() : new Set(alternatives.flatMap((item) => [...typesOf(item)]));
}

/** The JSON type of a value; whole numbers are `integer`. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** Every keyword beginning with `x-` anywhere in the schema: annotations of ours, which ajv must be told about. */
export function annotationsIn(schema: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (Array.isArray(schema)) {
    for (const item of schema) annotationsIn(item, found);
  } else if (isObject(schema)) {
    for (const [key, value] of Object.entries(schema)) {
      if (key.startsWith('x-')) found.add(key);
      else annotationsIn(value, found);
    }
  }
  return found;
}
