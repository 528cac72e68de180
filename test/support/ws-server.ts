/** The WebSocket on an HTTP server of its own, in front of planned parts: for tests of the transport alone. */
import { pino } from 'pino';
import type { Test } from 'tap';
import { attachWebSocket, type WebSocketLimits, type WebSocketOptions, type WebSocketPlane } from '../../src/api/ws/attach.js';
import { startHttpServer } from '../../src/api/http/server.js';
import { systemClock } from '../../src/lib/clock.js';
import { plannedParts } from './planned-parts.js';
import { plannedRecording, type PlannedRecording, type RecordingPlan } from './planned-recording.js';
import { IDLE } from './recording-values.js';

export interface PlannedServer {
  readonly url: string;
  readonly plane: WebSocketPlane;
  readonly recording: PlannedRecording;
  /** Lines of the log. */
  readonly log: readonly string[];
}

export interface PlannedServerOptions {
  readonly plan?: RecordingPlan;
  readonly parts?: Parameters<typeof plannedParts>[0];
  readonly limits?: Partial<WebSocketLimits>;
  readonly more?: Partial<Pick<WebSocketOptions, 'isAllowed' | 'signalling'>>;
}

const FREE = { mode: 'idle', holder: null, acquiredAt: null, canPreview: true, canRecord: true } as const;

export async function serveWebSocket(t: Test, { plan = {}, parts = {}, limits = {}, more = {} }: PlannedServerOptions = {}): Promise<PlannedServer> {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => void lines.push(line) });
  const recording = plannedRecording({ status: () => IDLE, mutexState: () => FREE, ...plan });
  const http = await startHttpServer({ app: (_request, response) => response.writeHead(200).end('plain'), host: '127.0.0.1', port: 0, log });
  const plane = attachWebSocket({ server: http.server, parts: { ...plannedParts({ ...parts, recording }), recording }, clock: systemClock, log, limits, ...more });
  t.teardown(async () => {
    await plane.close();
    await http.close();
  });
  return { url: http.url, plane, recording, log: lines };
}

