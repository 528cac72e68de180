/** From the configuration to the pipelines that it means. */
import { access, constants } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import { chooseProfile, type ChosenProfile } from './choose-profile.js';
import type { PipelineLibrary } from './library.js';
import type { LiveRequest, LiveTargets } from './live.js';
import type { RecordingRequest } from './schema.js';

/**
 * The profile and the sources that the configuration means; `folder` is the base of relative sources. Throws `invalid`
 * when they are not there or do not fit.
 */
export function configuredProfile(
  library: PipelineLibrary,
  config: Pick<Config, 'profile' | 'sources' | 'cameras'>,
  folder: string,
): Promise<ChosenProfile> {
  return chooseProfile(config, {
    profiles: library.profiles(),
    cameraCount: config.cameras.length,
    folder,
    isReadable: (path) =>
      access(path, constants.R_OK).then(
        () => true,
        () => false,
      ),
  });
}

/** What the configuration of this moment asks of one camera's live picture. */
export function liveRequest(config: Config, chosen: ChosenProfile, camera: number): LiveRequest {
  const { quality: _quality, bitrateKbps: _bitrate, segmentSeconds: _segment, ...rest } = recordingRequest(config, chosen, camera);
  return rest;
}

/** What the configuration of this moment asks of one camera's recording pipeline. */
export function recordingRequest(config: Config, chosen: ChosenProfile, camera: number): RecordingRequest {
  const own = config.cameras[camera === 0 ? 0 : 1];
  return {
    profile: chosen.profile,
    camera,
    quality: config.recordingQuality,
    crop: own.crop,
    rotation: own.rotationDegrees,
    exposureCompensation: own.exposureCompensation,
    source: chosen.sources?.[camera] ?? null,
    video: config.video,
    bitrateKbps: config.recordingBitrateKbps,
    segmentSeconds: config.recordingSegmentMs / 1000,
    monitor: config.monitorMode !== 'off',
  };
}

/** What is run for each of these cameras with the configuration of this moment, as text that may hold passwords (see `redactPipeline`). */
export function pipelineTexts(
  library: PipelineLibrary,
  config: Config,
  chosen: ChosenProfile,
  targets: ReadonlyMap<number, LiveTargets>,
): { readonly profile: string; readonly cameras: ReadonlyMap<number, { readonly recording: string; readonly live: string }> } {
  const textsOf = (camera: number, target: LiveTargets) => ({
    recording: library.renderRecording(recordingRequest(config, chosen, camera)).text,
    live: library.renderLive(liveRequest(config, chosen, camera), target).text,
  });
  return { profile: chosen.profile, cameras: new Map([...targets].map(([camera, target]) => [camera, textsOf(camera, target)])) };
}
