import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { journalPath, type JournalEntry } from '../camera/journal.js';
import { journalEntriesIn } from '../camera/journal-lines.js';

// Non-blocking, because opening a FIFO in the file's place would otherwise wait for a writer.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** The journal of a camera, open; rejects when there is none. The caller closes it, and looks what it is. */
export function openJournal(matchDir: string, camera: number): Promise<FileHandle> {
  return open(journalPath(matchDir, camera), FLAGS);
}

/** What the host of a camera wrote down in a match, in order; nothing when that cannot be read. */
export async function readJournal(matchDir: string, camera: number): Promise<JournalEntry[]> {
  const handle = await openJournal(matchDir, camera).catch(() => null);
  if (handle === null) return [];
  try {
    return await journalEntriesIn(handle);
  } catch {
    return [];
  } finally {
    await handle.close();
  }
}
