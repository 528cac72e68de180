import { type ChosenProfile, type PipelineLibrary, type ProfileInfo, recordingRequest, type RenderedPipeline } from '../pipelines/index.js';
import type { RigSettings } from './settings.js';

export interface RenderedFor {
  readonly profile: string;
  readonly camera: number;
  readonly pipeline: RenderedPipeline;
}

/** The recording pipeline of each camera as the configuration has it. */
export function renderFor(library: PipelineLibrary, settings: RigSettings, chosen: ChosenProfile): readonly RenderedFor[] {
  return settings.config.cameras.map((_settings, camera) => ({
    profile: chosen.profile,
    camera,
    pipeline: library.renderRecording(recordingRequest(settings.config, chosen, camera)),
  }));
}

const PLACEHOLDER_SOURCES: Readonly<Record<ProfileInfo['sourceKind'], string | null>> = {
  none: null,
  file: '/path/to/video.mp4',
  device: '/dev/video0',
  url: 'rtsp://camera/stream',
};

/** A profile to look at, whether or not its sources are configured: without any, examples stand for them. */
export function namedProfile(library: PipelineLibrary, settings: RigSettings, profile: string): ChosenProfile {
  const kind = library.profiles().find(({ name }) => name === profile)?.sourceKind ?? 'none';
  const source = PLACEHOLDER_SOURCES[kind];
  if (source === null) return { profile, sources: null };
  const configured = settings.profile === profile ? settings.sources : null;
  return { profile, sources: configured ?? settings.config.cameras.map(() => source) };
}
