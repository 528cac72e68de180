/** The pipelines folder as an object: what profiles there are, and the pipeline text for a camera. */
import { TouchlineError, type Violation } from '../errors.js';
import { compileSchema } from '../lib/schema.js';
import { echoOf, formatViolations } from '../lib/violations.js';
import {
  composeProfile,
  render,
  sourceKindOf,
  unknownSettings,
  uses,
  type Composition,
  type Rendering,
  type SourceKind,
} from './compose.js';
import { explainParseError, type ParseErrorExplanation } from './explain.js';
import { checkComposition, checkLive, checkMonitor, ELEMENT_NAMES, sampleRequest } from './check.js';
import { composeLive, renderLive, type LiveRequest, type LiveTargets } from './live.js';
import { loadFiles, type PipelineFiles } from './load.js';
import { monitorTemplates, renderMonitor, type MonitorPicture, type MonitorTargets } from './monitor.js';
import { RecordingRequestSchema, type RecordingRequest } from './schema.js';
import type { Template } from './template.js';
import { elementsOf } from './text.js';

export interface VideoFacts {
  /** Null = not known before the first frame: the file or the camera decides. */
  readonly width: number | null;
  readonly height: number | null;
  /** Frames per second. */
  readonly framerate: number | null;
}

export interface ProfileInfo {
  readonly name: string;
  readonly description: string;
  readonly sourceKind: SourceKind;
  /** What the source delivers, before crop and rotation. */
  readonly video: VideoFacts;
  /** Element factories that a recording with this profile uses, without those of crop and rotation. */
  readonly elements: readonly string[];
}

export interface RenderedPipeline {
  /** For gst_parse_launch; may hold a password (see `redactPipeline`). */
  readonly text: string;
  readonly names: typeof ELEMENT_NAMES;
  /** Factory names in use, each once. */
  readonly elements: readonly string[];
  /** What the files will hold: the picture after crop and rotation; bitrate null where the camera encodes. */
  readonly expected: VideoFacts & { readonly bitrateKbps: number | null };
  /** Parts of the request that have no effect with this profile or were limited, for a person to read. */
  readonly notes: readonly string[];
}

/** Text for gst_parse_launch, and the size of the picture where it is known beforehand. */
export interface LivePipeline {
  readonly text: string;
  readonly elements: readonly string[];
}

export interface PipelineLibrary {
  /** In alphabetical order. */
  profiles(): readonly ProfileInfo[];
  /** @throws TouchlineError `invalid` with a violation for each thing that is wrong with the request. */
  renderRecording(request: RecordingRequest): RenderedPipeline;
  /** The pipeline of a live picture. @throws TouchlineError `invalid`, as above. */
  renderLive(request: LiveRequest, targets: LiveTargets): LivePipeline;
  /** The pipeline of a small picture beside the camera's own, null when the profile has none. @throws TouchlineError `invalid`, as above. */
  renderMonitor(request: LiveRequest, picture: MonitorPicture, targets: MonitorTargets): LivePipeline | null;
  /** Debian package of an element, `JetPack`, or `Touchline itself (make build)`; null when not known. */
  packageForElement(factory: string): string | null;
  /** A message of gst_parse_launch about `text` in words for a technician. */
  explainParseError(gstMessage: string, text: string): ParseErrorExplanation;
}

/**
 * Reads a pipelines folder and checks all of it, each profile with each quality and camera.
 * @throws TouchlineError `invalid` with every mistake in every file, or `unavailable` when the folder cannot be read.
 */
export async function loadPipelineLibrary(folder: string): Promise<PipelineLibrary> {
  const files = await loadFiles(folder);
  const violations: Violation[] = [...files.violations];
  const compositions = new Map<string, Composition>();
  const live = new Map<string, Composition>();
  const monitors = new Map<string, ReadonlyMap<MonitorPicture, Template>>();
  for (const [name, profile] of files.profiles) {
    const composed = composeProfile(files, name, profile);
    const monitored = profile.monitor === undefined ? null : monitorTemplates(files, name, profile.monitor);
    violations.push(...composed.violations, ...(monitored?.violations ?? []));
    if (monitored !== null) monitors.set(name, monitored.templates);
    if (composed.composition === null) continue;
    compositions.set(name, composed.composition);
    violations.push(...checkComposition(composed.composition));
    const { composition: ofLive, violations: wrong } = composeLive(files, name, profile);
    violations.push(...wrong);
    if (ofLive === null) continue;
    live.set(name, ofLive);
    violations.push(...checkLive(ofLive), ...unknownSettings(ofLive, [{ path: [`profiles/${name}.json`, 'live', 'settings'], settings: profile.live?.settings ?? {} }]));
  }
  for (const [name, templates] of monitors) violations.push(...checkMonitor(compositions.get(name), templates));
  if (violations.length > 0) {
    const unique = [...new Map(violations.map((violation) => [JSON.stringify(violation), violation])).values()];
    const count = unique.length === 1 ? 'a mistake' : `${unique.length} mistakes`;
    throw new TouchlineError({
      kind: 'invalid',
      code: 'pipelines_invalid',
      message: `the pipelines in ${folder} have ${count}: ${formatViolations(unique)}`,
      violations: unique,
    });
  }
  return createLibrary(files, compositions, live, monitors);
}

function createLibrary(
  files: PipelineFiles,
  compositions: ReadonlyMap<string, Composition>,
  live: ReadonlyMap<string, Composition>,
  monitors: ReadonlyMap<string, ReadonlyMap<MonitorPicture, Template>>,
): PipelineLibrary {
  const requestValidator = compileSchema(RecordingRequestSchema);
  const packageForElement = (factory: string): string | null => files.packages.get(factory) ?? null;
  const profiles = [...compositions.values()].map(profileInfo);
  return {
    profiles: () => profiles,
    packageForElement,
    explainParseError: (gstMessage, text) => explainParseError(gstMessage, text, packageForElement),
    renderRecording: (request) => {
      const checked = requestValidator.check(request);
      if (!checked.ok) throw invalidRequest(checked.violations);
      const composition = compositions.get(request.profile);
      if (composition === undefined) {
        const message = `must be one of ${[...compositions.keys()].join(', ')}`;
        throw invalidRequest([{ path: ['profile'], message, rule: 'enum', value: echoOf(request.profile) }]);
      }
      return renderChecked(composition, request);
    },
    renderLive: (request, targets) => {
      const composition = live.get(request.profile);
      if (composition === undefined) throw invalidRequest([{ path: ['profile'], message: 'has no live pictures', rule: 'enum', value: echoOf(request.profile) }]);
      const { text, violations } = renderLive(composition, request, targets);
      if (violations.length > 0) throw invalidRequest(violations);
      return { text, elements: elementsOf(text) };
    },
    renderMonitor: (request, picture, targets) => {
      const template = monitors.get(request.profile)?.get(picture);
      const profile = files.profiles.get(request.profile);
      if (template === undefined || profile === undefined) return null;
      const { text, violations } = renderMonitor(template, profile, request, targets);
      if (violations.length > 0) throw invalidRequest(violations);
      return { text, elements: elementsOf(text) };
    },
  };
}

function renderChecked(composition: Composition, request: RecordingRequest): RenderedPipeline {
  const rendering = render(composition, request);
  const violations = [...impossible(composition, request), ...rendering.violations];
  if (violations.length > 0) throw invalidRequest(violations);
  const { picture } = rendering;
  return {
    text: rendering.text,
    names: ELEMENT_NAMES,
    elements: elementsOf(rendering.text),
    expected: {
      width: picture.output?.width ?? null,
      height: picture.output?.height ?? null,
      framerate: picture.framerate,
      bitrateKbps: rendering.bitrateKbps,
    },
    notes: notesOf(composition, request, rendering),
  };
}

function notesOf(composition: Composition, request: RecordingRequest, rendering: Rendering): string[] {
  const { crop } = rendering.picture;
  const notes: string[] = [];
  if (crop?.isClamped === true) {
    notes.push(`the crop removes more than the picture has; ${crop.kept.width}x${crop.kept.height} pixels are left`);
  }
  if (request.exposureCompensation !== 0 && !uses(composition, 'exposure_compensation')) {
    notes.push(`profile ${composition.name} cannot change the exposure`);
  }
  if (request.bitrateKbps !== null && rendering.bitrateKbps === null) {
    notes.push(`profile ${composition.name} keeps the bit rate of the camera`);
  }
  return notes;
}

/** Wishes that the profile's templates have no means for. */
function impossible(composition: Composition, request: RecordingRequest): Violation[] {
  const { name, profile } = composition;
  const violations: Violation[] = [];
  const { left, right, top, bottom } = request.crop;
  const wantsCrop = left + right + top + bottom > 0;
  const report = (path: string, message: string, value: unknown): void => {
    violations.push({ path: [path], message, rule: 'unsupported', value });
  };
  if (wantsCrop && !uses(composition, 'crop')) {
    report('crop', `must be all zeros: profile ${name} keeps the picture as it comes`, request.crop);
  } else if (wantsCrop && pictureSizeIsUnknown(composition, request)) {
    report(
      'crop',
      `must be all zeros unless video width and height are set: profile ${name} does not know the picture's size`,
      request.crop,
    );
  }
  if (request.rotation !== 0 && !uses(composition, 'rotated')) {
    report('rotation', `must be 0: profile ${name} keeps the picture as it comes`, request.rotation);
  }
  for (const key of ['width', 'height', 'framerate'] as const) {
    const wanted = request.video[key];
    if (wanted !== null && !uses(composition, key))
      report(`video ${key}`, `must be null: with profile ${name} the camera decides`, wanted);
  }
  if (
    ((request.video.width ?? profile.video.width) === null) !==
    ((request.video.height ?? profile.video.height) === null)
  ) {
    report('video', 'must have width and height, or neither', request.video);
  }
  if (request.source !== null && sourceKindOf(composition) === 'none') {
    report('source', `must be null: profile ${name} has cameras of its own`, echoOf(request.source));
  }
  return violations;
}

const pictureSizeIsUnknown = ({ profile }: Composition, { video }: RecordingRequest): boolean =>
  (video.width ?? profile.video.width) === null || (video.height ?? profile.video.height) === null;

function invalidRequest(violations: readonly Violation[]): TouchlineError {
  return new TouchlineError({
    kind: 'invalid',
    code: 'pipeline_request_invalid',
    message: `no pipeline can be made of this: ${formatViolations(violations)}`,
    violations,
  });
}

function profileInfo(composition: Composition): ProfileInfo {
  return {
    name: composition.name,
    description: composition.profile.description,
    sourceKind: sourceKindOf(composition),
    video: composition.profile.video,
    elements: elementsOf(render(composition, sampleRequest(composition)).text),
  };
}
