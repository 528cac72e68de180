/** What units have said, as `journalctl --output=json` prints it: one entry per line. */
import { Type } from '#typebox';
import { compileSchema } from '../lib/schema.js';

/** Opaque by its manual (sd_journal_get_cursor(3)); all versions write it so, and it becomes an argument of a program. */
const CURSOR = '^s=[0-9a-f]+;i=[0-9a-f]+;b=[0-9a-f]+;m=[0-9a-f]+;t=[0-9a-f]+;x=[0-9a-f]+$';

/** A place in the journal that survives restarts of everything. */
export const Cursor = Type.String({ pattern: CURSOR, maxLength: 200 });

const Text = Type.Union([
  Type.String(),
  // With something unprintable in it, e.g. colours: its bytes.
  Type.Array(Type.Integer({ minimum: 0, maximum: 255 })),
  // More than 4096 bytes.
  Type.Null(),
]);

const journalEntry = compileSchema(
  Type.Object({
    __CURSOR: Cursor,
    __REALTIME_TIMESTAMP: Type.String({ pattern: '^[0-9]{1,16}$' }),
    _SYSTEMD_UNIT: Type.String(),
    // The same field several times is possible, and nothing that anybody of ours or NVIDIA's writes.
    MESSAGE: Type.Optional(Type.Union([Text, Type.Array(Text)])),
  }),
);

/** The fields that have to be asked for; time and cursor come by themselves. */
export const ASKED_FIELDS = 'MESSAGE,_SYSTEMD_UNIT';

/** Of the longest line that journalctl prints of these fields: 4096 bytes, each as `255,`, and the rest. */
export const MAX_ENTRY_BYTES = 64 * 1024;

export interface UnitLine {
  readonly unit: string;
  readonly text: string;
  /** When the journal received it. */
  readonly epochMs: number;
  readonly cursor: string;
}

/** Null when it is no entry. */
export function parseUnitLine(line: string): UnitLine | null {
  const parsed = journalEntry.parseJson(line);
  if (!parsed.ok) return null;
  const { __CURSOR: cursor, __REALTIME_TIMESTAMP: micros, _SYSTEMD_UNIT: unit, MESSAGE: message } = parsed.value;
  const isText = typeof message === 'string';
  const bytes = Array.isArray(message) ? message.filter((part) => typeof part === 'number') : [];
  return { unit, text: isText ? message : Buffer.from(bytes).toString('utf8'), epochMs: Number(micros) / 1000, cursor };
}

/** Most lines are of no interest; looking costs a hundredth of parsing. */
export function mayContain(line: string, text: string): boolean {
  return line.includes(text) || line.includes('"MESSAGE":[');
}

/**
 * Whether two cursors mean the same entry. Its number and the file's are left out: they change when journald moves a
 * boot's entries from memory to the disk.
 */
export function isSameEntry(cursor: string, other: string): boolean {
  const identity = (text: string): string => text.slice(text.indexOf(';b='));
  return identity(cursor) === identity(other);
}
