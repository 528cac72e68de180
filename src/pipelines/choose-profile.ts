/** Which profile the configured sources mean. */
import { isAbsolute, resolve } from 'node:path';
import { TouchlineError, type Violation } from '../errors.js';
import { echoOf, formatViolations } from '../lib/violations.js';
import type { SourceKind } from './compose.js';
import type { ProfileInfo } from './library.js';

export interface ProfileWish {
  /** `profile` of the configuration. `sim` or null: the sources decide. */
  readonly profile: string | null;
  /** `sources` of the configuration, the left camera's first. */
  readonly sources: readonly string[] | null;
}

export interface ChosenProfile {
  readonly profile: string;
  /** One per camera, files as absolute paths; null when the profile has cameras of its own. */
  readonly sources: readonly string[] | null;
}

export interface ChooseOptions {
  readonly profiles: readonly Pick<ProfileInfo, 'name' | 'sourceKind'>[];
  readonly cameraCount: number;
  /** Base of relative paths. */
  readonly folder: string;
  /** Whether a file or device is there and may be read. */
  readonly isReadable: (path: string) => Promise<boolean>;
}

const DEFAULT_PROFILE = 'sim';
const PROFILE_OF_KIND: Readonly<Record<Exclude<SourceKind, 'none'>, string>> = {
  file: 'file',
  device: 'usb',
  url: 'ip',
};
const KIND_WORDS: Readonly<Record<SourceKind, string>> = {
  none: 'no sources',
  file: 'video files',
  device: 'devices such as /dev/video0',
  url: 'addresses such as rtsp://camera/stream',
};

/**
 * The profile for the configured sources: files mean `file`, /dev/… means `usb`, rtsp://… means `ip`; a profile that is
 * named must take that kind of source.
 * @throws TouchlineError `invalid` with all that is wrong: unknown profile, a mix, a wrong number, missing files.
 */
export async function chooseProfile(wish: ProfileWish, options: ChooseOptions): Promise<ChosenProfile> {
  const violations: Violation[] = [];
  const sources = wish.sources === null || wish.sources.length === 0 ? null : wish.sources;
  const named = wish.profile === null || (wish.profile === DEFAULT_PROFILE && sources !== null) ? null : wish.profile;
  const profile = options.profiles.find(({ name }) => name === (named ?? DEFAULT_PROFILE));
  if (profile === undefined) {
    const known = options.profiles.map(({ name }) => name).join(', ');
    violations.push({
      path: ['profile'],
      message: `must be one of ${known}`,
      rule: 'enum',
      value: echoOf(named ?? DEFAULT_PROFILE),
    });
  }
  if (sources === null) {
    if (profile !== undefined && profile.sourceKind !== 'none') {
      const words = KIND_WORDS[profile.sourceKind];
      const message = `are missing: profile ${profile.name} needs ${options.cameraCount} ${words}`;
      violations.push({ path: ['sources'], message, rule: 'required' });
    }
    if (violations.length > 0) throw invalidSources(violations);
    return { profile: profile?.name ?? DEFAULT_PROFILE, sources: null };
  }
  const kinds = sources.map(kindOf);
  if (sources.length !== options.cameraCount) {
    const message = `must be ${options.cameraCount}, one per camera, the left one first`;
    violations.push({ path: ['sources'], message, rule: 'count', value: sources.length });
  }
  const wanted = named === null ? kinds[0] : profile?.sourceKind;
  for (const [index, kind] of kinds.entries()) {
    if (wanted === undefined || kind === wanted) continue;
    const reason = named === null ? 'all sources must be of one kind' : `profile ${named} takes ${KIND_WORDS[wanted]}`;
    violations.push({ path: ['sources', index], message: reason, rule: 'source_kind', value: echoOf(sources[index]) });
  }
  const resolved = sources.map((source, index) => (kinds[index] === 'url' ? source : absolute(source, options.folder)));
  violations.push(...(await unusable(resolved, kinds, options.isReadable)));
  if (violations.length > 0) throw invalidSources(violations);
  const chosen = named ?? PROFILE_OF_KIND[kinds[0] ?? 'file'];
  if (!options.profiles.some(({ name }) => name === chosen)) {
    throw invalidSources([
      { path: ['profile'], message: `needs the file profiles/${chosen}.json for these sources`, rule: 'enum' },
    ]);
  }
  return { profile: chosen, sources: resolved };
}

function kindOf(source: string): Exclude<SourceKind, 'none'> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return 'url';
  return source.startsWith('/dev/') ? 'device' : 'file';
}

const absolute = (path: string, folder: string): string => (isAbsolute(path) ? path : resolve(folder, path));

async function unusable(
  sources: readonly string[],
  kinds: readonly SourceKind[],
  isReadable: (path: string) => Promise<boolean>,
): Promise<Violation[]> {
  const found = await Promise.all(
    sources.map(async (source, index): Promise<Violation[]> => {
      const value = echoOf(source);
      const path = ['sources', index];
      if (kinds[index] === 'url') {
        if (/^rtsps?:\/\/[^/]/i.test(source) && URL.canParse(source)) return [];
        return [{ path, message: `must be one of ${KIND_WORDS.url}`, rule: 'url', value }];
      }
      if (await isReadable(source)) return [];
      return [{ path, message: 'is not there or cannot be read', rule: 'missing', value }];
    }),
  );
  const devices = sources.filter((source, index) => kinds[index] === 'device' && sources.indexOf(source) !== index);
  const twice = devices.map((device): Violation => ({
    path: ['sources'],
    message: 'must be a device of its own for each camera',
    rule: 'unique',
    value: device,
  }));
  return [...found.flat(), ...twice];
}

function invalidSources(violations: readonly Violation[]): TouchlineError {
  return new TouchlineError({
    kind: 'invalid',
    code: 'sources_invalid',
    message: `the cameras' sources cannot be used: ${formatViolations(violations)}`,
    violations,
  });
}
