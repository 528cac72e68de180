import type { FileHandle } from 'node:fs/promises';
import { compileSchema } from '../lib/schema.js';
import { JournalEntrySchema, type JournalEntry } from './journal.js';

const journalEntry = compileSchema(JournalEntrySchema);
/** Weeks of the shortest segments; a longer file is no journal. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * What an open file holds as a journal, in order; nothing when it cannot be one. A last line that a power cut left
 * incomplete, and any line that is no entry, is left out: the files themselves are the truth. Leaves the handle open.
 */
export async function journalEntriesIn(handle: FileHandle): Promise<JournalEntry[]> {
  const facts = await handle.stat();
  if (!facts.isFile() || facts.size > MAX_BYTES) return [];
  return (await handle.readFile('utf8')).split('\n').flatMap((line) => {
    const entry = line === '' ? null : journalEntry.parseJson(line);
    return entry?.ok === true ? [entry.value] : [];
  });
}
