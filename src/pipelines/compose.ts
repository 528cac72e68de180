/** A profile's templates put together, and filled in for one request. */
import type { Violation } from '../errors.js';
import { didYouMean } from '../lib/did-you-mean.js';
import { echoOf } from '../lib/violations.js';
import type { PipelineFiles } from './load.js';
import type { Encoder, Profile, Quality, RecordingRequest } from './schema.js';
import {
  mergeSettings,
  pictureOf,
  PROVIDED_NAMES,
  providedValues,
  SETTINGS_BEHIND,
  settingSources,
  withBitrate,
  type Picture,
  type SettingSource,
} from './settings.js';
import { fillTemplate, type Template } from './template.js';
import type { Scalar, ValueType } from './values.js';

export interface Composition {
  readonly name: string;
  readonly profile: Profile;
  readonly encoder: Encoder;
  /** Source, encoder, output: joined with `!` in this order. */
  readonly templates: readonly Template[];
}

/** What the `source` of a profile is: none for simulated and CSI cameras, otherwise by the template's placeholder. */
export type SourceKind = 'none' | 'file' | 'device' | 'url';

const SOURCE_KINDS: ReadonlyMap<ValueType, SourceKind> = new Map([
  ['path', 'file'],
  ['device', 'device'],
  ['url', 'url'],
]);

const profileFileOf = (name: string): string => `profiles/${name}.json`;

/** The templates that a profile names. One that is not there is a violation; one that is wrong was told already. */
export function composeProfile(
  files: PipelineFiles,
  name: string,
  profile: Profile,
): { readonly composition: Composition | null; readonly violations: readonly Violation[] } {
  const violations: Violation[] = [];
  const templates: Template[] = [];
  for (const [key, folder] of [
    ['source', 'sources'],
    ['encoder', 'encoders'],
    ['output', 'outputs'],
  ] as const) {
    const template = files.templates.get(`${folder}/${profile[key]}`);
    if (template !== undefined) templates.push(template);
    else if (!files.wrongFiles.has(`${folder}/${profile[key]}.gst`)) {
      violations.push(unknownName([profileFileOf(name), key], profile[key], namesOf(files.templates, `${folder}/`)));
    }
  }
  const encoder = files.encoders.get(profile.encoder);
  const encoderFile = `encoders/${profile.encoder}.json`;
  if (
    encoder === undefined &&
    files.templates.has(`encoders/${profile.encoder}`) &&
    !files.wrongFiles.has(encoderFile)
  ) {
    violations.push({ path: [encoderFile], message: 'must stand beside the template, is missing', rule: 'required' });
  }
  const isComplete = encoder !== undefined && templates.length === 3;
  return { composition: isComplete ? { name, profile, encoder, templates } : null, violations };
}

const namesOf = (templates: ReadonlyMap<string, unknown>, prefix: string): string[] =>
  [...templates.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));

function unknownName(path: readonly string[], value: string, known: readonly string[]): Violation {
  return { path, message: `must be one of ${known.join(', ')}`, rule: 'enum', value: echoOf(value) };
}

export function sourceKindOf({ templates }: Composition): SourceKind {
  const placeholder = templates.flatMap((template) => template.placeholders).find(({ name }) => name === 'source');
  return (placeholder === undefined ? undefined : SOURCE_KINDS.get(placeholder.type)) ?? 'none';
}

/** True when any of the templates uses the name in a placeholder or a condition. */
export const uses = ({ templates }: Composition, name: string): boolean =>
  templates.some(({ names }) => names.has(name));

/** Settings that no template uses, and ones that only the renderer may set. */
export function unknownSettings(composition: Composition, sources: readonly SettingSource[]): Violation[] {
  const used = new Set(composition.templates.flatMap(({ names }) => [...names]));
  const known = [...used].filter((name) => !PROVIDED_NAMES.has(name));
  for (const [provided, behind] of SETTINGS_BEHIND) if (used.has(provided)) known.push(...behind);
  return sources.flatMap(({ path, settings }) =>
    Object.entries(settings)
      .filter(([name]) => !known.includes(name))
      .map(([name, value]): Violation => {
        const meant = didYouMean(name, known);
        const hint = meant === null ? '.' : `; did you mean "${meant}"?`;
        const message = PROVIDED_NAMES.has(name)
          ? 'is worked out by Touchline and cannot be set'
          : `is not used by the templates of this profile${hint} They take ${[...new Set(known)].sort().join(', ')}`;
        return { path: [...path, name], message, rule: 'unknown_key', value: echoOf(value) };
      }),
  );
}

export const sourcesOf = ({ name, profile, encoder }: Composition, quality: Quality, camera: number): SettingSource[] =>
  settingSources(
    { profileFile: profileFileOf(name), encoderFile: `encoders/${profile.encoder}.json` },
    profile,
    encoder,
    quality,
    camera,
  );

export interface Rendering {
  readonly text: string;
  readonly picture: Picture;
  /** Null where the camera encodes. */
  readonly bitrateKbps: number | null;
  readonly violations: readonly Violation[];
}

/** Fills the templates in. Values from files are blamed on the file, values from the request on the request's key. */
export function render(
  composition: Composition,
  request: RecordingRequest,
  more: (picture: Picture) => Iterable<readonly [string, Scalar]> = () => [],
): Rendering {
  const sources = sourcesOf(composition, request.quality, request.camera);
  const settings = withBitrate(mergeSettings(sources), request.bitrateKbps);
  const picture = pictureOf(composition.profile, request);
  const { values: provided, flags } = providedValues(request, picture, settings, composition.encoder.gop_seconds);
  const values = new Map<string, Scalar>([...settings, ...provided, ...more(picture)]);
  const path = (name: string): readonly (string | number)[] => {
    const file = [...sources].reverse().find((source) => Object.hasOwn(source.settings, name));
    if (name === 'bitrate_kbps' && request.bitrateKbps !== null) return ['bitrateKbps'];
    if (PROVIDED_NAMES.has(name)) return [REQUEST_KEYS.get(name) ?? name];
    return [...(file?.path ?? [profileFileOf(composition.name), 'settings']), name];
  };
  const filled = composition.templates.map((template) => fillTemplate(template, values, flags, path));
  const bitrateKbps = settings.get('bitrate_kbps');
  return {
    text: filled.map(({ text }) => text).join('\n! '),
    picture,
    bitrateKbps: typeof bitrateKbps === 'number' ? bitrateKbps : null,
    violations: filled.flatMap(({ violations }) => violations),
  };
}

const REQUEST_KEYS: ReadonlyMap<string, string> = new Map([
  ['segment_ms', 'segmentSeconds'],
  ['exposure_compensation', 'exposureCompensation'],
  ['bitrate_bps', 'bitrateKbps'],
  ['gop_frames', 'framerate'],
]);
