/** The small pictures of a recording as streams for WebRTC viewers (`monitor_cam0`, `monitor_cam1`). They hold no camera. */
import type { MonitorFeed } from '../../monitor/open-monitor.js';
import type { PreviewSession } from '../types.js';
import type { WatchableStream } from './sessions.js';

export interface MonitorStreams {
  readonly streams: readonly WatchableStream[];
  /** Those that are being watched now. */
  sessions(): readonly PreviewSession[];
  /** Those that have got nothing since the call before the last one; call it now and then. */
  silent(): readonly PreviewSession[];
}

export function monitorStreams(feeds: readonly MonitorFeed[]): MonitorStreams {
  const sessions = new Map<string, PreviewSession>();
  const seen = new Map<string, { packets: number; quietLooks: number }>();
  const feedOf = new Map(feeds.map(({ stream, feed }) => [stream.camera, feed]));
  return {
    silent: () => {
      for (const id of seen.keys()) if (!sessions.has(id)) seen.delete(id);
      return [...sessions.values()].filter(({ sessionId, cameraId }) => {
        const packets = feedOf.get(cameraId)?.packets ?? 0;
        const before = seen.get(sessionId);
        const quietLooks = before?.packets === packets ? before.quietLooks + 1 : 0;
        seen.set(sessionId, { packets, quietLooks });
        return quietLooks >= 2;
      });
    },
    sessions: () => [...sessions.values()],
    streams: feeds.map(({ stream, feed }) => ({
      kind: `monitor_cam${stream.camera}`,
      camera: stream.camera,
      feed,
      refuse: () => stream.refuse(),
      join: async (session) => {
        stream.join(session.sessionId);
        sessions.set(session.sessionId, session);
      },
      leave: async (sessionId) => {
        if (sessions.delete(sessionId)) stream.leave(sessionId);
      },
      wantKeyframe: () => stream.wantKeyframe(),
    })),
  };
}
