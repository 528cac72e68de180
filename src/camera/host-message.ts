import { Type } from '#typebox';
import { type Checked, compileSchema } from '../lib/schema.js';
import { HOST_MESSAGES, PROTOCOL_VERSION, type HostMessage } from './protocol.js';

const head = compileSchema(
  Type.Object({
    v: Type.Literal(PROTOCOL_VERSION),
    type: Type.Union([Type.Literal('hello'), Type.Literal('state'), Type.Literal('journal'), Type.Literal('reply')]),
  }),
);
const bodies = {
  hello: compileSchema(HOST_MESSAGES.hello),
  state: compileSchema(HOST_MESSAGES.state),
  journal: compileSchema(HOST_MESSAGES.journal),
  reply: compileSchema(HOST_MESSAGES.reply),
};

/** One line of a host. Its type is looked at first, so that a message is held against one schema and not against all. */
export function parseHostMessage(line: string): Checked<HostMessage> {
  const envelope = head.parseJson(line);
  return envelope.ok ? bodies[envelope.value.type].check(envelope.value) : envelope;
}
