import type { TSchema } from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';

/** The body as a client sees it, after it has proved to follow its schema. */
export function onTheWire(schema: TSchema, body: unknown): unknown {
  const sent = JSON.stringify(body);
  const checked = compileSchema(schema).parseJson(sent);
  if (!checked.ok) throw new Error(`${sent} breaks its schema: ${JSON.stringify(checked.violations)}`);
  return checked.value;
}
