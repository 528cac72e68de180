/** From a profile, an encoder and a request to the values that the templates' placeholders take. */
import { cropTo, ROTATION_WORDS, rotated, type CropResult, type FrameSize } from './crop.js';
import type { Encoder, Profile, Quality, RecordingRequest, Settings } from './schema.js';
import type { Scalar } from './values.js';

/** Contract 5.9: no more than this many frames from one keyframe to the next. */
const MAX_GOP_FRAMES = 90;
/** Contract 5.9 and H.264: the quantiser's range. */
const MAX_QP = 51;
/** A step of 6 in the quantiser halves or doubles the bit rate. */
const QP_PER_OCTAVE = 6;

/** Names that the renderer provides; a profile cannot set them. */
export const PROVIDED_NAMES: ReadonlySet<string> = new Set([
  'camera',
  'source',
  'width',
  'height',
  'framerate',
  'output_width',
  'output_height',
  'crop_left',
  'crop_right',
  'crop_top',
  'crop_bottom',
  'edge_left',
  'edge_right',
  'edge_top',
  'edge_bottom',
  'video_direction',
  'flip_method',
  'exposure_compensation',
  'segment_ms',
  'live_width',
  'live_height',
  'rtp_port',
  'hls_playlist',
  'hls_segments',
  'bitrate_bps',
  'vbv_bits',
  'gop_frames',
  'crop',
  'rotated',
  'sized',
  'monitor',
]);

/** Settings that a template may use through a provided name, and that name. */
export const SETTINGS_BEHIND: ReadonlyMap<string, readonly string[]> = new Map([
  ['bitrate_bps', ['bitrate_kbps']],
  ['vbv_bits', ['bitrate_kbps', 'vbv_buffer_ms']],
]);

/** The parts of the pipelines folder that a setting can come from; the last one that has a name wins. */
export interface SettingSource {
  readonly path: readonly (string | number)[];
  readonly settings: Settings;
}

/** Where the values of one camera in one quality come from, in the order of precedence, the weakest first. */
export function settingSources(
  files: { readonly profileFile: string; readonly encoderFile: string },
  profile: Profile,
  encoder: Encoder,
  quality: Quality,
  camera: number,
): SettingSource[] {
  const { profileFile, encoderFile } = files;
  const ofCamera = camera === 0 ? profile.cameras?.['0'] : profile.cameras?.['1'];
  return [
    { path: [encoderFile, 'settings'], settings: encoder.settings ?? {} },
    { path: [encoderFile, 'quality', quality], settings: encoder.quality[quality] },
    { path: [profileFile, 'settings'], settings: profile.settings ?? {} },
    { path: [profileFile, 'quality', quality], settings: profile.quality?.[quality] ?? {} },
    { path: [profileFile, 'cameras', String(camera)], settings: ofCamera ?? {} },
  ];
}

export function mergeSettings(sources: readonly SettingSource[]): Map<string, Scalar> {
  return new Map(sources.flatMap(({ settings }) => Object.entries(settings)));
}

/**
 * Another bit rate than the preset's moves the quantiser's range with it: without that, a small bit rate could not be
 * kept (the coarsest quantiser allowed would still need more), and a large one would not be used.
 */
export function withBitrate(settings: ReadonlyMap<string, Scalar>, bitrateKbps: number | null): Map<string, Scalar> {
  const changed = new Map(settings);
  const preset = settings.get('bitrate_kbps');
  if (bitrateKbps === null || typeof preset !== 'number') return changed;
  changed.set('bitrate_kbps', bitrateKbps);
  const octaves = Math.log2(bitrateKbps / preset);
  const shift = Math.ceil(Math.abs(octaves) * QP_PER_OCTAVE);
  const qpMin = settings.get('qp_min');
  const qpMax = settings.get('qp_max');
  if (octaves < 0 && typeof qpMax === 'number') changed.set('qp_max', Math.min(MAX_QP, qpMax + shift));
  if (octaves > 0 && typeof qpMin === 'number') changed.set('qp_min', Math.max(0, qpMin - shift));
  return changed;
}

/** The picture of one camera: what the source delivers, and what is left after crop and rotation. */
export interface Picture {
  readonly source: FrameSize | null;
  readonly framerate: number | null;
  readonly crop: CropResult | null;
  readonly output: FrameSize | null;
}

export function pictureOf(profile: Profile, request: Pick<RecordingRequest, 'video' | 'crop' | 'rotation'>): Picture {
  const width = request.video.width ?? profile.video.width;
  const height = request.video.height ?? profile.video.height;
  const framerate = request.video.framerate ?? profile.video.framerate;
  if (width === null || height === null) return { source: null, framerate, crop: null, output: null };
  const source = { width, height };
  const crop = cropTo(source, request.crop);
  return { source, framerate, crop, output: rotated(crop.kept, request.rotation) };
}

/** The values and true conditions that the renderer provides for a request. */
export function providedValues(
  request: RecordingRequest,
  picture: Picture,
  settings: ReadonlyMap<string, Scalar>,
  gopSeconds: number | undefined,
): { readonly values: Map<string, Scalar>; readonly flags: Set<string> } {
  const turn = ROTATION_WORDS[request.rotation];
  const values = new Map<string, Scalar>([
    ['camera', request.camera],
    ['exposure_compensation', request.exposureCompensation],
    ['segment_ms', Math.round(request.segmentSeconds * 1000)],
    ['video_direction', turn.videoDirection],
    ['flip_method', turn.flipMethod],
  ]);
  const flags = new Set<string>();
  if (request.source !== null) values.set('source', request.source);
  if (request.rotation !== 0) flags.add('rotated');
  if (request.monitor === true) flags.add('monitor');
  const { source, framerate, crop, output } = picture;
  if (framerate !== null) {
    values.set('framerate', framerate);
    const frames = Math.round((gopSeconds ?? 1) * framerate);
    values.set('gop_frames', Math.min(MAX_GOP_FRAMES, Math.max(1, frames)));
  }
  if (source !== null && crop !== null && output !== null) {
    flags.add('sized');
    if (crop.isCropped) flags.add('crop');
    values.set('width', source.width).set('height', source.height);
    values.set('output_width', output.width).set('output_height', output.height);
    for (const edge of ['left', 'right', 'top', 'bottom'] as const) {
      values.set(`crop_${edge}`, crop.removed[edge]).set(`edge_${edge}`, crop.edges[edge]);
    }
  }
  const bitrateKbps = settings.get('bitrate_kbps');
  const bufferMs = settings.get('vbv_buffer_ms');
  if (typeof bitrateKbps === 'number') {
    values.set('bitrate_bps', bitrateKbps * 1000);
    if (typeof bufferMs === 'number') values.set('vbv_bits', bitrateKbps * bufferMs);
  }
  return { values, flags };
}
