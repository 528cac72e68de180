import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TouchlineError } from '../errors.js';
import { errnoOf, fileError } from '../lib/file-error.js';
import { isObject, type JsonObject } from '../lib/json-schema.js';
import type { ConfigViolation, Layer, Origin } from './layer.js';
import { resolvePaths } from './paths.js';
import { anyJson, partialConfig } from './validators.js';

export interface FileLayer extends Layer {
  /** False when there is no such file. */
  readonly found: boolean;
}

/** A file that is larger is no configuration. */
const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 20;

/**
 * The layer of a configuration file. Keys that begin with `_` are comments at every level; `$schema` serves editors.
 * A file that does not exist is an empty layer, or `not_found` when it was asked for by name.
 */
export async function readFileLayer(file: { readonly path: string; readonly mustExist: boolean }): Promise<FileLayer> {
  const text = await readText(file.path);
  if (text === null && file.mustExist) {
    throw new TouchlineError({
      kind: 'not_found',
      code: 'config_missing',
      message: `the configuration file ${file.path} does not exist`,
    });
  }
  return text === null ? { ...layerOf({}, [], file.path), found: false } : parseFileLayer(text, file.path);
}

/** The layer of a file's text. */
export function parseFileLayer(text: string, path: string): FileLayer {
  const origin: Origin = { kind: 'file', path };
  const parsed = anyJson.parseJson(text);
  if (!parsed.ok) return layerOf({}, parsed.violations.map((violation) => ({ origin, violation })), path);
  if (isTooDeep(parsed.value, MAX_DEPTH)) {
    const violation = { path: [], message: `is nested deeper than ${MAX_DEPTH} levels`, rule: 'depth' };
    return layerOf({}, [{ origin, violation }], path);
  }
  const checked = partialConfig.check(withoutComments(parsed.value, true));
  if (!checked.ok) return layerOf({}, checked.violations.map((violation) => ({ origin, violation })), path);
  return layerOf(resolvePaths(isObject(checked.value) ? checked.value : {}, dirname(path)), [], path);
}

function layerOf(values: JsonObject, violations: readonly ConfigViolation[], path: string): FileLayer {
  return {
    values,
    violations,
    found: true,
    originOf: (keyPath) => (hasValueAt(values, keyPath) ? { kind: 'file', path } : null),
  };
}

async function readText(path: string): Promise<string | null> {
  try {
    const info = await stat(path);
    if (!info.isFile()) {
      const message = `the configuration ${path} is not a regular file`;
      throw new TouchlineError({ kind: 'invalid', code: 'config_not_a_file', message });
    }
    if (info.size > MAX_BYTES) {
      const message = `${path} has ${info.size} bytes: a configuration has at most ${MAX_BYTES}`;
      throw new TouchlineError({ kind: 'invalid', code: 'config_too_large', message });
    }
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return null;
    throw fileError(thrown, 'read the configuration', path);
  }
}

function withoutComments(value: unknown, isTop: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutComments(item, false));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('_') && !(isTop && key === '$schema'))
      .map(([key, item]): [string, unknown] => [key, withoutComments(item, false)]),
  );
}

function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isTooDeep(item, levels - 1));
}

function hasValueAt(values: unknown, path: readonly (string | number)[]): boolean {
  let current = values;
  for (const key of path) {
    if (Array.isArray(current) && typeof key === 'number') current = current[key];
    else if (isObject(current) && Object.hasOwn(current, key)) current = current[key];
    else return false;
  }
  return current !== undefined;
}
