/** A log line as an entry of the journal with searchable fields (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). */
import { Type } from '#typebox';
import { isObject } from '../lib/json-schema.js';
import { compileSchema } from '../lib/schema.js';
import { terminalMessage } from './log-terminal.js';

const anyLine = compileSchema(Type.Record(Type.String(), Type.Unknown()));

/** Far below what fits into one datagram (about 200 KiB), and more than anybody reads. */
const MAX_BYTES = { message: 16 * 1024, fields: 16 * 1024, stack: 8 * 1024, field: 512 };
const STANDARD = new Set(['level', 'time', 'pid', 'part', 'camera', 'matchId', 'msg', 'err', 'error', 'cause']);

/**
 * The datagram for a redacted JSON line of pino: MESSAGE as a person reads it, PRIORITY, SYSLOG_IDENTIFIER,
 * TOUCHLINE_PART, and where there is one CAMERA, MATCH_ID, CODE and TOUCHLINE_STACK; everything else as JSON in
 * TOUCHLINE_FIELDS. Null when the line is none of pino's.
 */
export function journalEntry(line: string, priority: number, identifier: string): Buffer | null {
  const parsed = anyLine.parseJson(line);
  if (!parsed.ok) return null;
  const entry = parsed.value;
  const error = entry['err'] ?? entry['error'] ?? entry['cause'];
  const rest = Object.fromEntries(Object.entries(entry).filter(([key]) => !STANDARD.has(key)));
  const fields: readonly (readonly [string, unknown, number])[] = [
    ['MESSAGE', terminalMessage({ ...entry, err: withoutStack(error), error: undefined, cause: undefined }, 'msg').replace(/^: /, ''), MAX_BYTES.message],
    ['PRIORITY', priority, MAX_BYTES.field],
    ['SYSLOG_IDENTIFIER', identifier, MAX_BYTES.field],
    ['TOUCHLINE_PART', entry['part'], MAX_BYTES.field],
    ['CAMERA', entry['camera'], MAX_BYTES.field],
    ['MATCH_ID', entry['matchId'], MAX_BYTES.field],
    ['CODE', (isObject(error) ? error['code'] : undefined) ?? entry['code'], MAX_BYTES.field],
    ['TOUCHLINE_STACK', innermostStack(error), MAX_BYTES.stack],
    ['TOUCHLINE_FIELDS', Object.keys(rest).length === 0 ? undefined : JSON.stringify(rest), MAX_BYTES.fields],
  ];
  return Buffer.concat(fields.flatMap(([name, value, maxBytes]) => (typeof value === 'string' || typeof value === 'number' ? [encodeField(name, String(value), maxBytes)] : [])));
}

/** `NAME=value\n`, or with a line break in the value its length in eight bytes before it. */
function encodeField(name: string, value: string, maxBytes: number): Buffer {
  let bytes = Buffer.from(value);
  // A character cut in half becomes the replacement character, so that the field stays text.
  if (bytes.length > maxBytes) bytes = Buffer.from(`${bytes.subarray(0, maxBytes).toString()} …`);
  if (!bytes.includes(0x0a)) return Buffer.concat([Buffer.from(`${name}=`), bytes, Buffer.from('\n')]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), size, bytes, Buffer.from('\n')]);
}

function withoutStack(error: unknown): unknown {
  if (!isObject(error)) return error;
  return { ...error, stack: undefined, cause: withoutStack(error['cause']) };
}

/** Where it happened, as on a terminal. */
function innermostStack(error: unknown): string | undefined {
  let stack: string | undefined;
  for (let current = error; isObject(current); current = current['cause']) {
    if (typeof current['stack'] === 'string') stack = current['stack'];
  }
  return stack;
}
