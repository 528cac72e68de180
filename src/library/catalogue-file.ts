/** Where the catalogue is; apart from the library itself, so that it can be thrown away without starting one. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** SQLite puts these beside the file. */
const SIDE_FILES = ['-wal', '-shm', '-journal'];

export function catalogueFile(stateDir: string): string {
  return join(stateDir, 'library.db');
}

/** Throws the catalogue away: the next start makes it again from the folders. Throws the system's error when it cannot. */
export function removeCatalogue(file: string): void {
  for (const path of [file, ...SIDE_FILES.map((side) => file + side)]) rmSync(path, { force: true });
}
