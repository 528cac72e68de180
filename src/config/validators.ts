import Type from '#typebox';
import { compileSchema } from '../lib/schema.js';
import { ConfigSchema, PartialConfigSchema } from './schema.js';

/** Any JSON: for texts whose comments must go before they can be checked. */
export const anyJson = compileSchema(Type.Unknown());

/** What one source says. */
export const partialConfig = compileSchema(PartialConfigSchema);

/** The whole configuration; fills in what is missing. */
export const completeConfig = compileSchema(ConfigSchema, { defaults: true });
