import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Violation } from '../errors.js';
import { didYouMean } from './did-you-mean.js';
import { alternativesOf, isObject, jsonTypeOf, objectAt, typesOf } from './json-schema.js';
import { describeSchema } from './schema-words.js';
import { echoOf } from './violations.js';

type Path = readonly (string | number)[];

/** ajv's errors about `root` as violations in words, each fact once, in the order of the document. */
export function violationsOf(errors: readonly ErrorObject[], root: unknown): Violation[] {
  const found = resolveUnions(errors).map((error) => toViolation(error, root));
  const seen = new Set<string>();
  return found.filter((violation) => {
    const key = JSON.stringify([violation.path, violation.message]);
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * ajv reports a failed union as the failures of every alternative plus one for the union. When the value can only
 * have been meant for one alternative (by its JSON type, or by the constants that tell messages apart), that one's
 * failures are what a person needs; otherwise the union as a whole is.
 */
function resolveUnions(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = [...errors];
  for (const union of errors) {
    if (union.keyword !== 'anyOf' && union.keyword !== 'oneOf') continue;
    const meant = meantAlternative(union);
    kept = kept.filter((error) => {
      if (error === union) return meant === null;
      const inside =
        error.schemaPath.startsWith(`${union.schemaPath}/`) && isAtOrBelow(error.instancePath, union.instancePath);
      return !inside || (meant !== null && error.schemaPath.startsWith(`${union.schemaPath}/${meant}/`));
    });
  }
  return kept;
}

function meantAlternative(union: ErrorObject): number | null {
  const alternatives = alternativesOf(union.parentSchema) ?? [];
  const fitting = alternatives.flatMap((alternative, index) => (couldMean(alternative, union.data) ? [index] : []));
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

function couldMean(alternative: unknown, value: unknown): boolean {
  const types = typesOf(alternative);
  const type = jsonTypeOf(value);
  const typeFits = types.size === 0 || types.has(type) || (type === 'integer' && types.has('number'));
  if (!typeFits || !isObject(value)) return typeFits;
  return Object.entries(objectAt(alternative, 'properties')).every(
    ([key, schema]) => !isObject(schema) || !Object.hasOwn(schema, 'const') || value[key] === schema['const'],
  );
}

const isAtOrBelow = (path: string, ancestor: string): boolean => path === ancestor || path.startsWith(`${ancestor}/`);

function toViolation(error: ErrorObject, root: unknown): Violation {
  const path = pathOf(error.instancePath, root);
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case 'required': {
      const key = String(params['missingProperty']);
      const words = describeSchema(objectAt(error.parentSchema, 'properties')[key]);
      return { path: [...path, key], message: `is missing: must be ${words}`, rule: 'required' };
    }
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownKey(error, path, String(params['additionalProperty'] ?? params['unevaluatedProperty']));
    case 'anyOf':
    case 'oneOf':
      return discriminator(error, path) ?? broken(error, path, 'type');
    default:
      return broken(error, path, error.keyword);
  }
}

function broken(error: ErrorObject, path: Path, rule: string): Violation {
  return withValue({ path, message: `must be ${describeSchema(error.parentSchema)}`, rule }, error.data);
}

function unknownKey(error: ErrorObject, path: Path, key: string): Violation {
  const known = Object.keys(objectAt(error.parentSchema, 'properties'));
  const meant = didYouMean(key, known);
  const message = `is not a known key${meant === null ? '' : `; did you mean "${meant}"?`}`;
  const value = isObject(error.data) && Object.hasOwn(error.data, key) ? error.data[key] : undefined;
  return withValue({ path: [...path, key], message, rule: 'unknown_key' }, value);
}

/** Objects told apart by a constant (`type: "start"`): names the constant's key and its possible values. */
function discriminator(error: ErrorObject, path: Path): Violation | null {
  if (!isObject(error.data)) return null;
  const value = error.data;
  const constants = (alternativesOf(error.parentSchema) ?? []).map((alternative) =>
    Object.entries(objectAt(alternative, 'properties')).filter(
      (entry) => isObject(entry[1]) && Object.hasOwn(entry[1], 'const'),
    ),
  );
  const key = constants[0]?.map(([name]) => name).find((name) => constants.every((list) => list.some(([other]) => other === name)));
  if (key === undefined) return null;
  const schemas = constants.flatMap((list) => list.filter(([name]) => name === key).map(([, schema]) => schema));
  const words = describeSchema({ anyOf: schemas });
  const got = Object.hasOwn(value, key) ? value[key] : undefined;
  const message = got === undefined ? `is missing: must be ${words}` : `must be ${words}`;
  return withValue({ path: [...path, key], message, rule: got === undefined ? 'required' : 'enum' }, got);
}

function withValue(violation: Violation, value: unknown): Violation {
  const echo = echoOf(value);
  return echo === undefined ? violation : { ...violation, value: echo };
}

/** A JSON pointer as path; a step into a list becomes a number. */
function pathOf(pointer: string, root: unknown): (string | number)[] {
  let current = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      if (Array.isArray(current)) {
        current = current[Number(key)];
        return Number(key);
      }
      current = isObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
      return key;
    });
}
