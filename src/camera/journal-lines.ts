import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { compileSchema, type Validator } from '../lib/schema.js';
import { JournalEntrySchema, type JournalEntry } from './journal.js';

/** By kind: to try one after the other makes a list of faults for each that is not meant, of thousands of lines. */
const ENTRIES: ReadonlyMap<string, Validator<JournalEntry>> = new Map(JournalEntrySchema.anyOf.map((schema) => [schema.properties.kind.const, compileSchema(schema)]));
const KIND = /"kind":"([a-z-]+)"/;
/** Weeks of the shortest segments. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Whether an open file of these facts can be a journal: nothing else is read, however long it is. */
export function isJournalFile(facts: Stats): boolean {
  return facts.isFile() && facts.size <= MAX_BYTES;
}

/**
 * What an open file holds as a journal, in order; nothing when it cannot be one. A last line that a power cut left
 * incomplete, and any line that is no entry, is left out: the files themselves are the truth. Leaves the handle open.
 */
export async function journalEntriesIn(handle: FileHandle): Promise<JournalEntry[]> {
  if (!isJournalFile(await handle.stat())) return [];
  return (await handle.readFile('utf8')).split('\n').flatMap((line) => journalEntryIn(line) ?? []);
}

/** Null for a line that is no entry. */
export function journalEntryIn(line: string): JournalEntry | null {
  const entry = ENTRIES.get(KIND.exec(line)?.[1] ?? '')?.parseJson(line);
  return entry?.ok === true ? entry.value : null;
}
