/** Copies files into a payload so that the result depends on their content alone. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Paths of all files below a folder, relative to it and sorted; links are followed. Nested `node_modules` are left out. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      const isFolder = entry.isSymbolicLink() ? (await stat(join(folder, path))).isDirectory() : entry.isDirectory();
      if (!isFolder) found.push(path);
      else if (entry.name !== 'node_modules') await visit(path);
    }
  };
  await visit('');
  return found.sort();
}

/** Copies a file, making the folders above it; everybody may read it, and run it when its owner may. */
export async function place(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  await copyFile(source, target);
  const { mode } = await stat(source);
  await chmod(target, (mode & 0o100) === 0 ? 0o644 : 0o755);
}

export async function placeText(text: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  await writeFile(target, text, { mode: 0o644 });
}

/** Copies the files of a folder that `isWanted` accepts by their path in it. */
export async function placeFolder(source: string, target: string, isWanted: (path: string) => boolean): Promise<void> {
  for (const path of await filesBelow(source)) {
    if (isWanted(path)) await place(join(source, path), join(target, path));
  }
}

/** Every file below a folder with its checksum, as `sha256sum --check` reads it. */
export async function checksums(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const path of await payloadFiles(folder)) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, path)), hash);
    lines.push(`${hash.digest('hex')}  ${path}\n`);
  }
  return lines.join('');
}

/** In a payload nothing is left out, node_modules least of all. */
async function payloadFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
