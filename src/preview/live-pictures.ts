/** All that live pictures are made of, put together: one call to open, one to close. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { Camera } from '../camera/camera.js';
import { asTouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import type { CameraMutex } from '../mutex/camera-mutex.js';
import type { CameraId } from '../recording/types.js';
import { HlsFolder } from './hls-folder.js';
import { LiveCamera } from './live-camera.js';
import { Preview, streamKindOf } from './preview.js';
import type { IceServer, PreviewTransport } from './types.js';
import type { MonitorFeed } from '../monitor/open-monitor.js';
import { browserIceServers } from './webrtc/ice-servers.js';
import { loadWebrtc } from './webrtc/library.js';
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
  /** As configured. */
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
  /** There are no small pictures any more: their viewers are told. */
  endMonitors(): void;
  /** Ends every picture and lets every viewer go. */
  close(): Promise<void>;
}

/** Longer than a camera's process takes to come back, in three looks. */
const PATROL_MS = 2500;

/** Never fails because of what only live pictures need: a rig without WebRTC shows them over HLS and records all the same. */
export async function openLivePictures(options: LivePicturesOptions): Promise<LivePictures> {
  const { cameras, clock, log, times } = options;
  const { servers: iceServers, unusable } = browserIceServers(options.iceServers);
  if (unusable.length > 0) log.warn({ unusable }, 'no browser takes these addresses of webrtc_ice_servers; a TURN server needs username and credential');
  const library = await loadWebrtc(log);
  const hls = new HlsFolder(options.hlsDir);
  // What a daemon before this one left when it was killed must not be shown.
  for (const { id } of cameras) await hls.remove(id);
  const feeds = new Map<CameraId, RtpFeed>();
  for (const { id } of cameras) feeds.set(id, await RtpFeed.open());
  const nextUdpPort = async (): Promise<number | null> => (options.webrtcUdpPort === 0 ? freeUdpPort() : null);
  const udpPort = (await nextUdpPort()) ?? options.webrtcUdpPort;
  const hasPorts = udpPort !== 0 && [...feeds.values()].every(({ isOpen }) => isOpen);
  if (!hasPorts) log.error('no UDP port can be opened: live pictures are shown over HLS only');
  const webrtcSupported = library !== null && hasPorts;
  const monitors = monitorStreams(options.monitors);
  const liveCameras = cameras.map((camera) => new LiveCamera(camera, clock));
  const preview = new Preview({
    cameras: liveCameras,
    mutex: options.mutex,
    plan: async (camera) => {
      const { playlist, segments } = await hls.prepare(camera);
      const pipeline = options.pipeline(camera, { rtpPort: feeds.get(camera)?.port ?? 0, hlsPlaylist: playlist, hlsSegments: segments });
      return { pipeline, ...times() };
    },
    cleanUp: (camera) => hls.remove(camera),
    transportMode: options.transportMode,
    webrtcSupported,
    iceServers,
    otherSessions: () => monitors.sessions(),
    clock,
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
  const sessions = new WebrtcSessions({ streams: [...streams, ...monitors.streams], library: webrtcSupported ? library : null, udpPort, nextUdpPort, bindAddress: options.bindAddress, iceServers, clock, log });
  preview.events.on('sessionEnded', (sessionId) => sessions.over(sessionId));
  let tidying: Promise<unknown> | null = null;
  const patrol = setInterval(() => {
    // A picture that stands still would look like a match that does. A live picture has its own watch over frames.
    for (const { sessionId } of monitors.silent()) sessions.over(sessionId);
    preview.endUnwatched().catch((error: unknown) => log.warn({ err: asTouchlineError(error) }, 'a live picture that nobody watches could not be ended'));
    // A camera process that outlived its daemon goes on writing until it is told that nobody wants the picture any more.
    const silent = liveCameras.filter(({ isUsed, camera }) => !isUsed && camera.state !== null && camera.state.live === null);
    tidying ??= Promise.allSettled(silent.map(({ id }) => hls.remove(id))).finally(() => {
      tidying = null;
    });
  }, PATROL_MS);
  return {
    preview,
    sessions,
    hlsDir: hls.path,
    endMonitors: () => {
      for (const { sessionId } of monitors.sessions()) sessions.over(sessionId);
    },
    close: async () => {
      clearInterval(patrol);
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

/** One that nobody has at this moment; null when there is none. */
async function freeUdpPort(): Promise<number | null> {
  const socket = createSocket('udp4');
  try {
    socket.bind(0);
    await once(socket, 'listening');
    return socket.address().port;
  } catch {
    return null;
  } finally {
    socket.close();
  }
}
