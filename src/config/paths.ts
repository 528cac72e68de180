import { resolve } from 'node:path';
import type { JsonObject } from '../lib/json-schema.js';
import { isPath } from './keys.js';

/** The values with every relative path made absolute from `base`. */
export function resolvePaths(values: JsonObject, base: string): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]): [string, unknown] => {
      if (!isPath(key)) return [key, value];
      if (typeof value === 'string') return [key, resolve(base, value)];
      return [key, Array.isArray(value) ? value.map((item) => resolveSource(item, base)) : value];
    }),
  );
}

/** Addresses (`rtsp://`) and bare names or numbers that a profile gives its own meaning stay as they are. */
function resolveSource(source: unknown, base: string): unknown {
  if (typeof source !== 'string') return source;
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(source);
  const looksLikeFile = /[/.]/.test(source);
  return !isAddress && looksLikeFile ? resolve(base, source) : source;
}
