import { alternativesOf, isObject, listAt, numberAt, objectAt, stringAt, typesOf } from './json-schema.js';

/**
 * What a schema admits, in words that follow "must be": `a whole number between 1 and 65535`,
 * `"high", "balanced" or "fast"`, `text or null`. The annotation `x-expected` replaces the words where a pattern says
 * nothing to a person.
 */
export function describeSchema(schema: unknown): string {
  const own = stringAt(schema, 'x-expected');
  if (own !== null) return own;
  const alternatives = alternativesOf(schema);
  if (alternatives !== null) return joinWords(unique(alternatives.map(describeSchema)));
  if (isObject(schema) && Object.hasOwn(schema, 'const')) return JSON.stringify(schema['const']);
  const values = listAt(schema, 'enum');
  if (values !== null) return joinWords(values.map((value) => JSON.stringify(value)));
  const types = [...typesOf(schema)];
  return types.length === 0 ? 'any value' : joinWords(types.map((type) => describeType(type, schema)));
}

function describeType(type: string, schema: unknown): string {
  switch (type) {
    case 'integer':
      return `a whole number${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'string':
      return describeText(schema);
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return describeList(schema);
    case 'object':
      return 'an object';
    default:
      return type;
  }
}

function range(schema: unknown): string {
  const lowest = numberAt(schema, 'minimum');
  const highest = numberAt(schema, 'maximum');
  const above = numberAt(schema, 'exclusiveMinimum');
  const below = numberAt(schema, 'exclusiveMaximum');
  const step = numberAt(schema, 'multipleOf');
  const stepWords = step === null ? '' : ` in steps of ${step}`;
  if (lowest !== null && highest !== null) return ` between ${lowest} and ${highest}${stepWords}`;
  const words = [
    lowest === null ? null : `of at least ${lowest}`,
    above === null ? null : `above ${above}`,
    highest === null ? null : `of at most ${highest}`,
    below === null ? null : `below ${below}`,
  ].filter((word) => word !== null);
  return `${words.length === 0 ? '' : ` ${words.join(' and ')}`}${stepWords}`;
}

function describeText(schema: unknown): string {
  const shortest = numberAt(schema, 'minLength');
  const longest = numberAt(schema, 'maxLength');
  const pattern = stringAt(schema, 'pattern');
  const format = stringAt(schema, 'format');
  let words = 'text';
  if (shortest !== null && longest !== null) words += ` of ${shortest} to ${longest} characters`;
  else if (longest !== null) words += ` of at most ${longest} characters`;
  else if (shortest === 1) words += ' that is not empty';
  else if (shortest !== null) words += ` of at least ${shortest} characters`;
  if (format !== null) words += ` in the form of a ${format}`;
  if (pattern !== null) words += ` matching ${pattern}`;
  return words;
}

function describeList(schema: unknown): string {
  const fewest = numberAt(schema, 'minItems');
  const most = numberAt(schema, 'maxItems');
  const items = objectAt(schema, 'items');
  let words = 'a list';
  if (fewest !== null && most !== null) words += fewest === most ? ` of ${most}` : ` of ${fewest} to ${most}`;
  else if (most !== null) words += ` of at most ${most}`;
  else if (fewest !== null) words += ` of at least ${fewest}`;
  return Object.keys(items).length === 0 ? words : `${words} (each ${describeSchema(items)})`;
}

function joinWords(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? 'nothing';
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

const unique = (words: readonly string[]): string[] => [...new Set(words)];
