/** All that live pictures are made of, put together: one call to open, one to close. */
import { createSocket } from 'node:dgram';
import type { Logger } from 'pino';
import type { Camera } from '../camera/camera.js';
import type { Clock } from '../lib/clock.js';
import type { CameraMutex } from '../mutex/camera-mutex.js';
import type { CameraId } from '../recording/types.js';
import { HlsFolder } from './hls-folder.js';
import { LiveCamera } from './live-camera.js';
import { Preview, streamKindOf } from './preview.js';
import type { IceServer, PreviewTransport } from './types.js';
import type { MonitorFeed } from '../monitor/open-monitor.js';
import { monitorStreams } from './webrtc/monitor-streams.js';
import { RtpFeed } from './webrtc/rtp-feed.js';
import { WebrtcSessions, type WatchableStream } from './webrtc/sessions.js';

export interface LivePicturesOptions {
  readonly cameras: readonly Camera[];
  readonly mutex: CameraMutex;
  /** Pipeline of a camera with the configuration of this moment. */
  readonly pipeline: (camera: CameraId, targets: { readonly rtpPort: number; readonly hlsPlaylist: string; readonly hlsSegments: string }) => string;
  readonly times: () => { readonly stallMs: number; readonly firstFrameTimeoutMs: number };
  readonly hlsDir: string;
  readonly transportMode: PreviewTransport | 'dual';
  /** For all viewers; 0 = any free one. */
  readonly webrtcUdpPort: number;
  /** Null = every address of the rig. */
  readonly bindAddress: string | null;
  readonly iceServers: readonly IceServer[];
  /** What can be watched while it is recorded. */
  readonly monitors: readonly MonitorFeed[];
  readonly clock: Clock;
  readonly log: Logger;
}

export interface LivePictures {
  readonly preview: Preview;
  readonly sessions: WebrtcSessions;
  readonly hlsDir: string;
  /** Nothing is recorded any more: its viewers are told. */
  recordingEnded(): void;
  /** Ends every picture and lets every viewer go. */
  close(): Promise<void>;
}

export async function openLivePictures(options: LivePicturesOptions): Promise<LivePictures> {
  const { cameras, iceServers, log, times } = options;
  const hls = new HlsFolder(options.hlsDir);
  const feeds = new Map<CameraId, RtpFeed>();
  for (const { id } of cameras) feeds.set(id, await RtpFeed.open());
  const monitors = monitorStreams(options.monitors);
  const preview = new Preview({
    cameras: cameras.map((camera) => new LiveCamera(camera, options.clock)),
    mutex: options.mutex,
    plan: async (camera) => {
      const { playlist, segments } = await hls.prepare(camera);
      const pipeline = options.pipeline(camera, { rtpPort: feeds.get(camera)?.port ?? 0, hlsPlaylist: playlist, hlsSegments: segments });
      return { pipeline, ...times() };
    },
    cleanUp: (camera) => hls.remove(camera),
    transportMode: options.transportMode,
    iceServers,
    otherSessions: () => monitors.sessions(),
    log,
  });
  const streams = [...feeds].map(
    ([camera, feed]): WatchableStream => ({
      kind: streamKindOf(camera),
      camera,
      feed,
      refuse: () => preview.refuseWhileTaken('starting'),
      join: (session) => preview.join(session),
      leave: (sessionId) => preview.leave(sessionId),
      wantKeyframe: () => preview.wantKeyframe(camera),
    }),
  );
  const udpPort = options.webrtcUdpPort === 0 ? await freeUdpPort() : options.webrtcUdpPort;
  const sessions = new WebrtcSessions({ streams: [...streams, ...monitors.streams], udpPort, bindAddress: options.bindAddress, iceServers, log });
  preview.events.on('sessionEnded', (sessionId) => sessions.over(sessionId));
  return {
    preview,
    sessions,
    hlsDir: hls.path,
    recordingEnded: () => {
      for (const { sessionId } of monitors.sessions()) sessions.over(sessionId);
    },
    close: async () => {
      try {
        sessions.close();
      } finally {
        // The library's threads may refuse to end; the sockets of the feeds would keep the process all the same.
        for (const feed of feeds.values()) feed.close();
        await preview.shutdown();
      }
      await hls.close(cameras.map(({ id }) => id));
    },
  };
}

/** One that nobody has at this moment. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, () => resolve());
  });
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
