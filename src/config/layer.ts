import type { Violation } from '../errors.js';
import type { JsonObject } from '../lib/json-schema.js';

/** Where a value comes from, as it is shown to a person: a file, a variable, or the default. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'env'; readonly name: string };

/** A rule that the configuration breaks, with the place where a person has to change something. */
export interface ConfigViolation {
  readonly origin: Origin;
  /** `path` is the key path alone. */
  readonly violation: Violation;
}

/** What one source says, or everything that is wrong with it. */
export interface Layer {
  /** Valid by itself; in the words of the file. */
  readonly values: JsonObject;
  readonly violations: readonly ConfigViolation[];
  /** Finds the origin of the value at a key path, null when this layer says nothing about it. */
  originOf(path: readonly (string | number)[]): Origin | null;
}
