import { readdir, readFile } from 'node:fs/promises';

/** Entries of a folder named `<prefix><number>`, by number; none when the folder cannot be read. */
export async function numberedEntries(folder: string, prefix: string): Promise<readonly { readonly name: string; readonly number: number }[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
      return /^\d{1,6}$/.test(digits) ? [{ name, number: Number(digits) }] : [];
    })
    .sort((a, b) => a.number - b.number);
}

/** The whole number in a file of one line; null when it cannot be read or is none (a zone that is off answers EAGAIN). */
export async function readInteger(path: string): Promise<number | null> {
  const text = await readFile(path, 'latin1').catch(() => '');
  return /^-?\d{1,15}\s*$/.test(text) ? Number(text) : null;
}
