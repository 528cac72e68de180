/** Names inside a zip. Slashes are always forward there, and no name may lead out of the folder that it is unpacked in. */

/**
 * One name per path, in order, each beginning with the match id. What unpackers on other systems would take for a
 * separator or a drive becomes an underscore; names that so become the same are numbered, because nothing may be lost.
 */
export function zipNames(matchId: string, paths: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const name = `${matchId}/${path}`.replaceAll(/[\\\p{Cc}]/gu, '_').replace(/^([a-z]):/i, '$1_');
    const free = firstFree(name, taken);
    taken.add(free);
    return free;
  });
}

function firstFree(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  const [, stem = name, ending = ''] = /^(.+?)(\.[^./]+)?$/su.exec(name) ?? [];
  for (let number = 2; ; number += 1) {
    const candidate = `${stem} (${number})${ending}`;
    if (!taken.has(candidate)) return candidate;
  }
}
