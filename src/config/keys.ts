import { alternativesOf, isObject, type JsonObject, objectAt } from '../lib/json-schema.js';
import { ConfigSchema } from './schema.js';

/** Walking the configuration's schema by key path. */

export const topLevelKeys = (): readonly string[] => Object.keys(ConfigSchema.properties);

export const schemaOfKey = (key: string): JsonObject => objectAt(ConfigSchema.properties, key);

/** Whether an edit of the running file applies without a restart. */
export const isLive = (key: string): boolean => schemaOfKey(key)['x-touchline-live'] === true;

/** Whether the key's value is a path, or a list that may hold paths. */
export const isPath = (key: string): boolean => schemaOfKey(key)['x-touchline-path'] === true;

/** The schema that governs the value at this path, null when no such key exists. */
export function schemaAt(path: readonly string[]): unknown {
  return path.reduce<unknown>((schema, key) => (schema === null ? null : childSchema(schema, key)), ConfigSchema);
}

/** Keys that are possible below a schema, for suggestions. */
export function knownKeysAt(path: readonly string[]): readonly string[] {
  return Object.keys(objectAt(schemaAt(path), 'properties'));
}

function childSchema(schema: unknown, key: string): unknown {
  const properties = objectAt(schema, 'properties');
  if (Object.hasOwn(properties, key)) return properties[key];
  const pattern = Object.entries(objectAt(schema, 'patternProperties')).find(([source]) => new RegExp(source).test(key));
  if (pattern !== undefined) return pattern[1];
  const inAlternative = (alternativesOf(schema) ?? []).map((item) => childSchema(item, key)).find(isObject);
  return inAlternative ?? null;
}
