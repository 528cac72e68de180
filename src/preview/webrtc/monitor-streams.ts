/** The small pictures of a recording as streams for WebRTC viewers (`monitor_cam0`, `monitor_cam1`). They hold no camera. */
import type { MonitorFeed } from '../../monitor/open-monitor.js';
import type { PreviewSession } from '../types.js';
import type { WatchableStream } from './sessions.js';

export interface MonitorStreams {
  readonly streams: readonly WatchableStream[];
  /** Those that are being watched now. */
  sessions(): readonly PreviewSession[];
}

export function monitorStreams(feeds: readonly MonitorFeed[]): MonitorStreams {
  const sessions = new Map<string, PreviewSession>();
  return {
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
