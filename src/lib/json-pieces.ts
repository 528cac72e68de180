const STEP = '  ';

/**
 * JSON for people, piece by piece, so that a long text is never in memory as a whole: like `JSON.stringify(value, null, 2)`, but what
 * stands in an array stands on one line each. For JSON values.
 */
export function* jsonPieces(value: unknown, indent = ''): Generator<string> {
  const inner = indent + STEP;
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, element] of value.entries()) yield `${index === 0 ? '[' : ','}\n${inner}${JSON.stringify(element) ?? 'null'}`;
    yield `\n${indent}]`;
    return;
  }
  const properties = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value).filter(([, property]) => property !== undefined) : [];
  if (properties.length === 0) {
    yield JSON.stringify(value) ?? 'null';
    return;
  }
  for (const [index, [name, property]] of properties.entries()) {
    yield `${index === 0 ? '{' : ','}\n${inner}${JSON.stringify(name)}: `;
    yield* jsonPieces(property, inner);
  }
  yield `\n${indent}}`;
}
