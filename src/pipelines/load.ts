/** Reads a pipelines folder: templates, profiles and the settings beside templates, each checked on its own. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '#typebox';
import type { Violation } from '../errors.js';
import { fileError } from '../lib/file-error.js';
import { compileSchema, type Validator } from '../lib/schema.js';
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

const TEMPLATE_FOLDERS = ['sources', 'encoders', 'outputs', 'monitors'] as const;

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
  const reader: JsonReader = { folder, anyJson: compileSchema(Type.Unknown()), violations };
  const packageFile = await readJson(reader, 'packages.json', compileSchema(PackagesSchema));
  const packages = Object.entries(packageFile?.packages ?? {}).flatMap(([name, elements]) =>
    elements.map((element): [string, string] => [element, name]),
  );
  const encoders = await readAll(reader, 'encoders', compileSchema(EncoderSchema));
  const profiles = await readAll(reader, 'profiles', compileSchema(ProfileSchema));
  const wrongFiles = new Set(violations.map(({ path }) => String(path[0])));
  return { templates, encoders, profiles, wrongFiles, packages: new Map(packages), violations };
}

/** Where JSON files are read from, and where their mistakes are collected. */
interface JsonReader {
  readonly folder: string;
  readonly anyJson: Validator<unknown>;
  readonly violations: Violation[];
}

async function readAll<T>(reader: JsonReader, part: string, validator: Validator<T>): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const name of await namesIn(reader.folder, part, '.json')) {
    const value = await readJson(reader, `${part}/${name}.json`, validator);
    if (value !== null) found.set(name, value);
  }
  return found;
}

async function readJson<T>(reader: JsonReader, file: string, validator: Validator<T>): Promise<T | null> {
  const json = reader.anyJson.parseJson(await read(reader.folder, file));
  const checked = json.ok ? validator.check(withoutComments(json.value)) : json;
  if (checked.ok) return checked.value;
  reader.violations.push(...checked.violations.map((violation) => ({ ...violation, path: [file, ...violation.path] })));
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
    throw fileError(thrown, 'read', path);
  }
}
