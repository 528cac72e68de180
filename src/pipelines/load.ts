/** Reads a pipelines folder: templates, profiles and the settings beside templates, each checked on its own. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static, type TSchema } from 'typebox';
import type { Violation } from '../errors.js';
import { errnoOf, fileError } from '../lib/file-error.js';
import { compileSchema } from '../lib/schema.js';
import { EncoderSchema, PackagesSchema, ProfileSchema, type Encoder, type Profile } from './schema.js';
import { parseTemplate, type Template } from './template.js';

export interface PipelineFiles {
  /** By path inside the folder without its ending, e.g. `sources/v4l2`. */
  readonly templates: ReadonlyMap<string, Template>;
  /** By name, e.g. `x264`. */
  readonly encoders: ReadonlyMap<string, Encoder>;
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Paths of the files that have mistakes of their own. */
  readonly wrongFiles: ReadonlySet<string>;
  /** Package of each known element. */
  readonly packages: ReadonlyMap<string, string>;
  readonly violations: readonly Violation[];
}

const TEMPLATE_FOLDERS = ['sources', 'encoders', 'outputs'] as const;

/** @throws TouchlineError when the folder cannot be read at all; mistakes inside files are `violations`. */
export async function loadFiles(folder: string): Promise<PipelineFiles> {
  const violations: Violation[] = [];
  const templates = new Map<string, Template>();
  for (const part of TEMPLATE_FOLDERS) {
    for (const name of await namesIn(folder, part, '.gst')) {
      const file = `${part}/${name}.gst`;
      const parsed = parseTemplate(file, await read(folder, file));
      if (parsed.ok) templates.set(`${part}/${name}`, parsed.template);
      else violations.push(...parsed.violations);
    }
  }
  const packageFile = await readJson(folder, 'packages.json', PackagesSchema, violations);
  const packages = Object.entries(packageFile?.packages ?? {}).flatMap(([name, elements]) =>
    elements.map((element): [string, string] => [element, name]),
  );
  const encoders = await readAll(folder, 'encoders', EncoderSchema, violations);
  const profiles = await readAll(folder, 'profiles', ProfileSchema, violations);
  const wrongFiles = new Set(violations.map(({ path }) => String(path[0])));
  return { templates, encoders, profiles, wrongFiles, packages: new Map(packages), violations };
}

async function readAll<S extends TSchema>(
  folder: string,
  part: string,
  schema: S,
  violations: Violation[],
): Promise<Map<string, Static<S>>> {
  const found = new Map<string, Static<S>>();
  for (const name of await namesIn(folder, part, '.json')) {
    const value = await readJson(folder, `${part}/${name}.json`, schema, violations);
    if (value !== null) found.set(name, value);
  }
  return found;
}

async function readJson<S extends TSchema>(
  folder: string,
  file: string,
  schema: S,
  violations: Violation[],
): Promise<Static<S> | null> {
  const text = await read(folder, file);
  const json = compileSchema(Type.Unknown()).parseJson(text);
  const checked = json.ok ? compileSchema(schema).check(withoutComments(json.value)) : json;
  if (checked.ok) return checked.value;
  violations.push(...checked.violations.map((violation) => ({ ...violation, path: [file, ...violation.path] })));
  return null;
}

/** Keys that begin with `_` are comments at every level, as in the daemon's own configuration. */
function withoutComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutComments);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('_'));
  return Object.fromEntries(entries.map(([key, item]): [string, unknown] => [key, withoutComments(item)]));
}

async function namesIn(folder: string, part: string, ending: string): Promise<string[]> {
  const path = join(folder, part);
  try {
    const files = await readdir(path);
    return files
      .filter((file) => file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length))
      .sort();
  } catch (thrown) {
    throw fileError(thrown, 'read the pipelines folder', path);
  }
}

async function read(folder: string, file: string): Promise<string> {
  const path = join(folder, file);
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    // A file that ends while it is read (an editor renames) is told like one that was never there.
    throw fileError(thrown, errnoOf(thrown) === 'ENOENT' ? 'find' : 'read', path);
  }
}
