/** The pipelines of live pictures: a profile's source with an encoder that does not wait, and somewhere to watch. */
import type { Violation } from '../errors.js';
import { composeProfile, render, type Composition, type Rendering } from './compose.js';
import type { FrameSize } from './crop.js';
import type { PipelineFiles } from './load.js';
import type { Profile, RecordingRequest } from './schema.js';

/** Element names that the camera host looks for in each pipeline of a live picture. */
export const LIVE_ELEMENT_NAMES = { sourceMeter: 'source_meter', valve: 'live_valve', encodedMeter: 'encoded_meter' } as const;

/** Largest picture that is sent: more than a tablet shows costs CPU and Wi-Fi for nothing. */
const MAX_SIZE: FrameSize = { width: 1280, height: 720 };
const DEFAULT_ENCODER = 'x264-live';
const OUTPUT = 'live';

/** Where the pictures go. */
export interface LiveTargets {
  /** UDP port of the loopback interface for RTP with H.264. */
  readonly rtpPort: number;
  readonly hlsPlaylist: string;
  /** With %05d for the number of the segment. */
  readonly hlsSegments: string;
}

export type LiveRequest = Omit<RecordingRequest, 'quality' | 'bitrateKbps' | 'segmentSeconds'>;

/** The composition of a profile for live pictures. */
export function composeLive(
  files: PipelineFiles,
  name: string,
  profile: Profile,
): { readonly composition: Composition | null; readonly violations: readonly Violation[] } {
  const { quality: _, ...rest } = profile;
  const live: Profile = {
    ...rest,
    encoder: profile.live?.encoder ?? DEFAULT_ENCODER,
    output: OUTPUT,
    settings: { ...profile.settings, ...profile.live?.settings },
  };
  return composeProfile(files, name, live);
}

export function renderLive(composition: Composition, request: LiveRequest, targets: LiveTargets): Rendering {
  const whole: RecordingRequest = { ...request, quality: 'fast', bitrateKbps: null, segmentSeconds: 600 };
  return render(composition, whole, ({ output }) => {
    const size = output === null ? null : fitted(output);
    return [
      ['rtp_port', targets.rtpPort],
      ['hls_playlist', targets.hlsPlaylist],
      ['hls_segments', targets.hlsSegments],
      ...(size === null ? [] : ([['live_width', size.width], ['live_height', size.height]] as const)),
    ];
  });
}

/** The picture made to fit, its shape kept, in even numbers as encoders want them; never enlarged. */
export function fitted({ width, height }: FrameSize): FrameSize {
  const scale = Math.min(1, MAX_SIZE.width / width, MAX_SIZE.height / height);
  const even = (pixels: number): number => Math.max(16, 2 * Math.round((pixels * scale) / 2));
  return { width: even(width), height: even(height) };
}
