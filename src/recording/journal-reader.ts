import { readFile } from 'node:fs/promises';
import { JournalEntrySchema, journalPath, type JournalEntry } from '../camera/journal.js';
import { compileSchema } from '../lib/schema.js';

const journalEntry = compileSchema(JournalEntrySchema);

/**
 * What the host of a camera wrote down in a match, in order. A last line that a power cut left incomplete, and any
 * line that is no entry, is left out: the files themselves are the truth.
 */
export async function readJournal(matchDir: string, camera: number): Promise<JournalEntry[]> {
  const text = await readFile(journalPath(matchDir, camera), 'utf8').catch(() => '');
  const entries: JournalEntry[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const entry = journalEntry.parseJson(line);
    if (entry.ok) entries.push(entry.value);
  }
  return entries;
}
