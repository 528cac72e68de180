/** Gives a version folder its identity. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checksums, placeText } from './folder.js';

/** Where `#typebox` and the like are: what scripts/build-libraries.ts put together. */
const LIBRARIES = { '#*': './build/libraries/*.js' };

/**
 * Writes what the content says of itself: `package.json`, `SHA256SUMS`, `ID`. Returns the identity,
 * `<version>+<first digits of the checksum of everything>`: builds of one version have different ones, and the same
 * content has the same one again.
 */
export async function seal(folder: string, version: string): Promise<string> {
  const described = new Set(['package.json', 'SHA256SUMS', 'ID']);
  const lines = (await checksums(folder)).split('\n').filter((line) => !described.has(line.slice(66)));
  const identity = `${version}+${createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 8)}`;
  // This is what daemon and hosts say of themselves, in the API, in the log and to each other.
  const about = { name: 'touchline', version: identity, private: true, type: 'module', imports: LIBRARIES };
  await placeText(`${JSON.stringify(about)}\n`, join(folder, 'package.json'));
  await placeText((await checksums(folder)).split('\n').filter((line) => !/^ {2}(?:SHA256SUMS|ID)$/.test(line.slice(64))).join('\n'), join(folder, 'SHA256SUMS'));
  await placeText(`${identity}\n`, join(folder, 'ID'));
  return identity;
}
