import { resolve } from 'node:path';
import { Type } from '#typebox';
import { readJsonFile } from './durable-file.js';
import { compileSchema } from './schema.js';

const packageFile = compileSchema(Type.Object({ version: Type.String() }));

/** The version of this installation, as its package says. */
export async function productVersion(): Promise<string> {
  const file = await readJsonFile(resolve(import.meta.dirname, '..', '..', '..', 'package.json'), packageFile);
  return 'value' in file ? file.value.version : 'unknown';
}
