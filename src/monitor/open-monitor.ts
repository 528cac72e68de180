/** All that the small pictures are made of, put together: one call to open, one to close. */
import type { Logger } from 'pino';
import type { Camera } from '../camera/camera.js';
import type { MonitorName } from '../camera/protocol.js';
import type { Clock } from '../lib/clock.js';
import { RtpFeed } from '../preview/webrtc/rtp-feed.js';
import type { CameraId } from '../recording/types.js';
import { Monitor } from './monitor.js';
import { MonitoredCamera, type MonitorLimit } from './monitored-camera.js';
import { StillsFolder } from './stills-folder.js';
import type { MonitorService, MonitorStream } from './types.js';

export interface OpenMonitorOptions {
  readonly cameras: readonly Camera[];
  readonly mode: () => MonitorService['mode'];
  /** Pipeline of a picture with the configuration of this moment; null when the profile has none. */
  readonly pipeline: (camera: CameraId, picture: MonitorName, targets: { readonly file: string; readonly rtpPort: number }) => string | null;
  /** Pictures a second, as configured now. */
  readonly fps: () => number;
  /** In memory; may hold files of others. */
  readonly folder: string;
  readonly cpuPercent: () => number | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A stream and where its packets come. */
export interface MonitorFeed {
  readonly stream: MonitorStream;
  readonly feed: RtpFeed;
}

export interface OpenMonitor {
  readonly service: MonitorService;
  readonly feeds: readonly MonitorFeed[];
  /** Lets every viewer of stills go, so that no answer is open any more. */
  dismiss(): void;
  limit(limit: MonitorLimit): void;
  close(): Promise<void>;
}

export async function openMonitor(options: OpenMonitorOptions): Promise<OpenMonitor> {
  const { cameras, mode, pipeline, fps, folder, cpuPercent, clock, log } = options;
  const feeds = new Map<CameraId, RtpFeed>();
  for (const { id } of cameras) feeds.set(id, await RtpFeed.open());
  const fileOf = (camera: CameraId): string => StillsFolder.fileIn(folder, camera);
  const text = (camera: CameraId, picture: MonitorName): string | null => pipeline(camera, picture, { file: fileOf(camera), rtpPort: feeds.get(camera)?.port ?? 0 });
  const monitor: Monitor = new Monitor({
    cameras: cameras.map((camera) => new MonitoredCamera({ camera, pipeline: (picture) => text(camera.id, picture), prepare: () => monitor.prepare(), rtpPort: feeds.get(camera.id)?.port ?? 0, fps, clock, log })),
    mode,
    isPossible: cameras.every(({ id }) => text(id, 'stills') !== null),
    stills: (onStill) => new StillsFolder({ path: folder, onStill, clock, log }),
    cpuPercent,
    clock,
  });
  return {
    service: monitor,
    feeds: [...feeds].flatMap(([id, feed]) => {
      const stream = monitor.stream(id);
      return stream === null ? [] : [{ stream, feed }];
    }),
    dismiss: () => monitor.dismiss(),
    limit: (limit) => monitor.limit(limit),
    close: async () => {
      for (const feed of feeds.values()) feed.close();
      await monitor.close();
    },
  };
}
