/** Everything about profiles that can be known to be wrong before kick-off. */
import type { Violation } from '../errors.js';
import { render, sourceKindOf, sourcesOf, unknownSettings, type Composition, type SourceKind } from './compose.js';
import { LIVE_ELEMENT_NAMES, renderLive, type LiveTargets } from './live.js';
import { MONITOR_ELEMENT_NAMES, renderMonitor, type MonitorPicture, type MonitorTargets } from './monitor.js';
import { QUALITIES, type RecordingRequest } from './schema.js';
import type { Template } from './template.js';
import { parseElements } from './text.js';

/** Element names that the camera host looks for in each recording pipeline. */
export const ELEMENT_NAMES = {
  sourceMeter: 'source_meter',
  captureQueue: 'capture_queue',
  encodedMeter: 'encoded_meter',
  encodedQueue: 'encoded_queue',
  segments: 'segments',
} as const;

const SAMPLE_SOURCES: Readonly<Record<SourceKind, string | null>> = {
  none: null,
  file: '/source.mp4',
  device: '/dev/video0',
  url: 'rtsp://camera/stream',
};

/** A request that any camera of this profile could get. */
export function sampleRequest(composition: Composition): RecordingRequest {
  return {
    profile: composition.name,
    camera: 0,
    quality: 'high',
    crop: { left: 0, right: 0, top: 0, bottom: 0 },
    rotation: 0,
    exposureCompensation: 0,
    source: SAMPLE_SOURCES[sourceKindOf(composition)],
    video: { width: null, height: null, framerate: null },
    bitrateKbps: null,
    segmentSeconds: 600,
    monitor: true,
  };
}

/** What can be known to be wrong with a profile's recordings without GStreamer, with each quality and camera. */
export function checkComposition(composition: Composition): Violation[] {
  const crop = { left: 2, right: 2, top: 2, bottom: 2 };
  const sample = sampleRequest(composition);
  const size = composition.profile.video.width === null ? null : { crop };
  const violations = QUALITIES.flatMap((quality) =>
    [0, 1].flatMap((camera) => {
      const unknown = unknownSettings(composition, sourcesOf(composition, quality, camera));
      const plain = render(composition, { ...sample, quality, camera });
      const turned = render(composition, { ...sample, ...(size ?? {}), quality, camera, rotation: 90 });
      return [...unknown, ...plain.violations, ...turned.violations];
    }),
  );
  const names = new Set(parseElements(render(composition, sample).text).map(({ name }) => name));
  const missing = Object.values(ELEMENT_NAMES).filter((name) => !names.has(name));
  return [
    ...violations,
    ...missing.map((name): Violation => ({
      path: [`profiles/${composition.name}.json`],
      message: `needs an element with name=${name}: Touchline counts frames and writes files there`,
      rule: 'element_missing',
    })),
  ];
}

/** The same for its live picture. */
export function checkLive(composition: Composition): Violation[] {
  const targets: LiveTargets = { rtpPort: 5000, hlsPlaylist: '/cam0.m3u8', hlsSegments: '/cam0_%05d.ts' };
  const { text, violations } = renderLive(composition, sampleRequest(composition), targets);
  const names = new Set(parseElements(text).map(({ name }) => name));
  const missing = Object.values(LIVE_ELEMENT_NAMES).filter((name) => !names.has(name));
  return [
    ...violations,
    ...missing.map((name): Violation => ({
      path: [`profiles/${composition.name}.json`, 'live'],
      message: `needs an element with name=${name}`,
      rule: 'element_missing',
    })),
  ];
}

/** The same for its small pictures. */
export function checkMonitor(composition: Composition | undefined, templates: ReadonlyMap<MonitorPicture, Template>): Violation[] {
  if (composition === undefined) return [];
  const targets: MonitorTargets = { fps: 12, width: 640, file: '/monitor0.jpg', rtpPort: 5000 };
  return [...templates.values()].flatMap((template) => {
    const { text, violations } = renderMonitor(template, composition.profile, sampleRequest(composition), targets);
    const names = new Set(parseElements(text).map(({ name }) => name));
    const missing = Object.values(MONITOR_ELEMENT_NAMES).filter((name) => !names.has(name));
    return [
      ...violations,
      ...missing.map((name): Violation => ({ path: [template.file], message: `needs an element with name=${name}`, rule: 'element_missing' })),
    ];
  });
}
