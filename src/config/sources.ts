/** What kind of thing a camera's source is, by its spelling alone. */
export type SourceKind = 'file' | 'usb' | 'ip';

const KINDS: readonly (readonly [RegExp, SourceKind])[] = [
  [/^rtsps?:\/\//i, 'ip'],
  [/^\/dev\//, 'usb'],
  [/^\//, 'file'],
];

/** Null for names and addresses that only a profile of one's own can understand. Paths must be absolute. */
export function kindOfSource(source: string): SourceKind | null {
  return KINDS.find(([pattern]) => pattern.test(source))?.[1] ?? null;
}

/** The profile that fits these sources: each kind has the profile of its own name. */
export function profileFor(sources: readonly string[]): { readonly profile: SourceKind | null; readonly isMixed: boolean } {
  const kinds = new Set(sources.map(kindOfSource));
  const [first = null] = kinds;
  return { profile: kinds.size === 1 ? first : null, isMixed: kinds.size > 1 };
}
