/**
 * The WebRTC viewers of all cameras. A session belongs to the WebSocket connection that began it and uses its camera
 * until it ends, whichever way it ends (contract 4.6, 4.7).
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { TouchlineError } from '../../errors.js';
import type { CameraId } from '../../recording/types.js';
import { type Preview, streamKindOf } from '../preview.js';
import type { IceServer } from '../types.js';
import type { RtpFeed } from './rtp-feed.js';
import { endWebrtc, Viewer } from './viewer.js';

/** Each costs a share of the rig's network; more than anybody stands on a pitch with a tablet. */
const MAX_SESSIONS = 32;

export interface SessionListener {
  candidate(candidate: string): void;
  /** The picture ended under the viewer, or the connection to it broke. */
  ended(): void;
}

export interface SessionsOptions {
  readonly preview: Preview;
  readonly feeds: ReadonlyMap<CameraId, RtpFeed>;
  readonly udpPort: number;
  readonly bindAddress: string | null;
  readonly iceServers: readonly IceServer[];
  readonly log: Logger;
}

interface Session {
  readonly connectionId: string;
  readonly streamKind: string;
  readonly camera: CameraId;
  readonly viewer: Viewer;
  readonly stopReceiving: () => void;
  readonly listener: SessionListener;
}

export interface StartedSession {
  readonly sessionId: string;
  readonly streamKind: string;
  readonly camera: CameraId;
  readonly iceServers: readonly IceServer[];
}

export class WebrtcSessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  #hadViewers = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    options.preview.events.on('sessionEnded', (sessionId) => this.#over(sessionId));
  }

  get count(): number {
    return this.#sessions.size;
  }

  streamKinds(): readonly string[] {
    return [...this.#options.feeds.keys()].map(streamKindOf);
  }

  /** Starts the camera's picture when nobody uses it yet. Throws what keeps it from coming. */
  async start(connectionId: string, streamKind: string, listener: SessionListener): Promise<StartedSession> {
    const found = [...this.#options.feeds].find(([camera]) => streamKindOf(camera) === streamKind);
    if (found === undefined) throw new TouchlineError({ kind: 'invalid', code: 'unsupported_stream_kind', message: `Unsupported stream_kind: ${streamKind}` });
    if (this.#sessions.size >= MAX_SESSIONS) throw new TouchlineError({ kind: 'busy', code: 'too_many_viewers', message: `There are ${MAX_SESSIONS} viewers already. Close one first.` });
    const [camera, feed] = found;
    const { preview, udpPort, bindAddress, iceServers, log } = this.#options;
    // A peer connection costs threads and sockets that a recording needs: not one is made to be refused.
    preview.refuseWhileTaken('starting');
    const sessionId = randomUUID();
    this.#hadViewers = true;
    const viewer = new Viewer({
      sessionId,
      udpPort,
      bindAddress,
      iceServers,
      log,
      onKeyframeWanted: () => preview.wantKeyframe(camera),
      onCandidate: (candidate) => listener.candidate(candidate),
      onEnd: () => void this.#leave(sessionId).then(() => listener.ended()),
    });
    const stopReceiving = feed.receive((packet) => viewer.send(packet));
    this.#sessions.set(sessionId, { connectionId, streamKind, camera, viewer, stopReceiving, listener });
    try {
      await preview.join({ sessionId, streamKind, cameraId: camera, connectionId });
    } catch (error) {
      this.#close(sessionId);
      throw error;
    }
    // The connection may have gone while the camera was opened.
    if (!this.#sessions.has(sessionId)) await preview.leave(sessionId);
    log.info({ camera, sessions: this.#sessions.size }, 'viewer joined');
    return { sessionId, streamKind, camera, iceServers };
  }

  /** The answer to a browser's offer; call `answerSent` when it is on its way. */
  async offer(connectionId: string, sessionId: string, sdp: string): Promise<{ readonly sdp: string; readonly streamKind: string }> {
    const { viewer, streamKind } = this.#own(connectionId, sessionId);
    return { sdp: await viewer.answer(sdp), streamKind };
  }

  answerSent(sessionId: string): void {
    this.#sessions.get(sessionId)?.viewer.answerSent();
  }

  candidate(connectionId: string, sessionId: string, candidate: string): void {
    this.#own(connectionId, sessionId).viewer.addCandidate(candidate);
  }

  async stop(connectionId: string, sessionId: string): Promise<void> {
    this.#own(connectionId, sessionId);
    await this.#leave(sessionId);
  }

  /** The connection is gone, and with it all of its sessions. */
  async closeConnection(connectionId: string): Promise<void> {
    const own = [...this.#sessions].filter(([, session]) => session.connectionId === connectionId);
    await Promise.all(own.map(([sessionId]) => this.#leave(sessionId)));
  }

  /** For the end of the daemon. */
  close(): void {
    for (const sessionId of [...this.#sessions.keys()]) this.#close(sessionId);
    if (this.#hadViewers) endWebrtc();
  }

  #own(connectionId: string, sessionId: string): Session {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) throw new TouchlineError({ kind: 'not_found', code: 'unknown_session', message: 'Unknown session_id' });
    if (session.connectionId !== connectionId) throw new TouchlineError({ kind: 'conflict', code: 'foreign_session', message: 'Session does not belong to this connection' });
    return session;
  }

  async #leave(sessionId: string): Promise<void> {
    this.#close(sessionId);
    await this.#options.preview.leave(sessionId);
  }

  /** The picture was taken away. */
  #over(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    this.#close(sessionId);
    session?.listener.ended();
  }

  #close(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    this.#sessions.delete(sessionId);
    session.stopReceiving();
    session.viewer.close();
  }
}
