/** The small pipelines beside a camera's own: they take frames from its `frametap` and can do nothing to it. */
import type { Violation } from '../errors.js';
import type { PipelineFiles } from './load.js';
import type { MonitorKind, Profile, RecordingRequest } from './schema.js';
import { pictureOf } from './settings.js';
import { fillTemplate, type Template } from './template.js';
import type { Scalar } from './values.js';

/** Element names that the camera host looks for in each of these pipelines. */
export const MONITOR_ELEMENT_NAMES = { source: 'monitor_source', meter: 'monitor_meter' } as const;

/** Still pictures in a file, or a stream for WebRTC viewers. */
export type MonitorPicture = 'stills' | 'stream';
export const MONITOR_PICTURES: readonly MonitorPicture[] = ['stills', 'stream'];

export interface MonitorTargets {
  /** Frames per second at most. */
  readonly fps: number;
  /** Pixels; the height follows the shape of the picture. */
  readonly width: number;
  /** Where the newest still picture lies; an absolute path. */
  readonly file: string;
  /** UDP port of the loopback interface for RTP with H.264. */
  readonly rtpPort: number;
}

/** Enough for a face at this size; a viewer's Wi-Fi is shared with others. */
const KBPS_PER_PIXEL_OF_WIDTH = 2.5;
const GOP_SECONDS = 2;
/** For sources whose shape is not known beforehand. */
const USUAL_ASPECT = 16 / 9;

/** Both templates of a kind; one that is not there is a violation. */
export function monitorTemplates(
  files: PipelineFiles,
  name: string,
  kind: MonitorKind,
): { readonly templates: ReadonlyMap<MonitorPicture, Template>; readonly violations: readonly Violation[] } {
  const templates = new Map<MonitorPicture, Template>();
  const violations: Violation[] = [];
  for (const picture of MONITOR_PICTURES) {
    const template = files.templates.get(`monitors/${picture}-${kind}`);
    if (template !== undefined) templates.set(picture, template);
    else if (!files.wrongFiles.has(`monitors/${picture}-${kind}.gst`)) {
      violations.push({ path: [`profiles/${name}.json`, 'monitor'], message: `needs monitors/${picture}-${kind}.gst, which is missing`, rule: 'required' });
    }
  }
  return { templates, violations };
}

export function renderMonitor(
  template: Template,
  profile: Profile,
  request: Pick<RecordingRequest, 'video' | 'crop' | 'rotation'>,
  targets: MonitorTargets,
): { readonly text: string; readonly violations: readonly Violation[] } {
  const { output } = pictureOf(profile, request);
  const aspect = output === null ? USUAL_ASPECT : output.width / output.height;
  const bitrateKbps = Math.round(targets.width * KBPS_PER_PIXEL_OF_WIDTH);
  const values = new Map<string, Scalar>([
    ['monitor_fps', targets.fps],
    ['monitor_width', targets.width],
    ['monitor_height', Math.max(16, 2 * Math.round(targets.width / aspect / 2))],
    ['monitor_gop_frames', targets.fps * GOP_SECONDS],
    ['monitor_bitrate_kbps', bitrateKbps],
    ['monitor_bitrate_bps', bitrateKbps * 1000],
    ['monitor_file', targets.file],
    ['rtp_port', targets.rtpPort],
  ]);
  return fillTemplate(template, values, new Set(), (name) => [template.file, name]);
}
