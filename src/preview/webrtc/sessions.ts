/**
 * The WebRTC viewers of all cameras. A session belongs to the WebSocket connection that began it and uses its camera
 * until it ends, whichever way it ends (contract 4.6, 4.7).
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { TouchlineError } from '../../errors.js';
import type { Clock } from '../../lib/clock.js';
import type { CameraId } from '../../recording/types.js';
import type { IceServer, PreviewSession } from '../types.js';
import type { WebrtcLibrary } from './library.js';
import type { RtpFeed } from './rtp-feed.js';
import { Viewer } from './viewer.js';

/** Each costs a share of the rig's network; more than anybody stands on a pitch with a tablet. */
const MAX_SESSIONS = 32;
/** A page shows two cameras, perhaps twice; nobody takes the places of all others. */
const MAX_SESSIONS_PER_CONNECTION = 8;
/** Who has not come through by then keeps a camera open for nothing. A browser gives up sooner. */
const CONNECT_MS = 30_000;

export interface SessionListener {
  candidate(candidate: string): void;
  /** The picture ended under the viewer, or the connection to it broke. */
  ended(): void;
}

/** What can be watched under one `stream_kind`. */
export interface WatchableStream {
  readonly kind: string;
  readonly camera: CameraId;
  readonly feed: RtpFeed;
  /** Throws when it cannot be watched now; instant. */
  readonly refuse: () => void;
  /** Throws what keeps the picture from coming. */
  readonly join: (session: PreviewSession) => Promise<void>;
  /** Harmless when the session was not there. */
  readonly leave: (sessionId: string) => Promise<void>;
  readonly wantKeyframe: () => void;
}

export interface SessionsOptions {
  readonly streams: readonly WatchableStream[];
  /** Null where it cannot be loaded. */
  readonly library: WebrtcLibrary | null;
  readonly udpPort: number;
  /** Asked for another one whenever the last viewer has left; null keeps it. */
  readonly nextUdpPort: () => Promise<number | null>;
  readonly bindAddress: string | null;
  readonly iceServers: readonly IceServer[];
  readonly clock: Clock;
  readonly log: Logger;
}

interface Session {
  readonly connectionId: string;
  readonly stream: WatchableStream;
  readonly viewer: Viewer;
  readonly listener: SessionListener;
  /** Ends with the session. */
  readonly life: AbortController;
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
  #udpPort: number;
  #hadViewers = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#udpPort = options.udpPort;
  }

  get count(): number {
    return this.#sessions.size;
  }

  streamKinds(): readonly string[] {
    return this.#options.streams.map(({ kind }) => kind);
  }

  /** Starts the camera's picture when nobody uses it yet. Throws what keeps it from coming. */
  async start(connectionId: string, streamKind: string, listener: SessionListener): Promise<StartedSession> {
    const stream = this.#options.streams.find(({ kind }) => kind === streamKind);
    if (stream === undefined) throw new TouchlineError({ kind: 'invalid', code: 'unsupported_stream_kind', message: `Unsupported stream_kind: ${streamKind}` });
    const { library, bindAddress, iceServers, clock, log } = this.#options;
    // The words of contract 4.6.
    if (library === null || !stream.feed.isOpen) throw new TouchlineError({ kind: 'unavailable', code: 'webrtc_unavailable', message: 'WebRTC runtime is not available' });
    // A peer connection costs threads and sockets that a recording needs: not one is made to be refused.
    stream.refuse();
    this.#refuseTooMany(connectionId);
    const sessionId = randomUUID();
    this.#hadViewers = true;
    const life = new AbortController();
    const viewer = new Viewer({
      library,
      sessionId,
      udpPort: this.#udpPort,
      bindAddress,
      iceServers,
      log,
      onKeyframeWanted: () => stream.wantKeyframe(),
      onCandidate: (candidate) => listener.candidate(candidate),
      onEnd: () => void this.#end(sessionId),
    });
    life.signal.addEventListener('abort', stream.feed.receive((packet) => viewer.send(packet)), { once: true });
    this.#sessions.set(sessionId, { connectionId, stream, viewer, listener, life });
    try {
      await stream.join({ sessionId, streamKind, cameraId: stream.camera, connectionId });
    } catch (error) {
      this.#close(sessionId);
      throw error;
    }
    // The connection may have gone while the camera was opened.
    if (!this.#sessions.has(sessionId)) await stream.leave(sessionId);
    void clock.sleepMs(CONNECT_MS, life.signal).then(
      () => (viewer.isConnected ? undefined : this.#end(sessionId)),
      () => undefined,
    );
    log.info({ camera: stream.camera, stream: streamKind, sessions: this.#sessions.size }, 'viewer joined');
    return { sessionId, streamKind, camera: stream.camera, iceServers };
  }

  /** The answer to a browser's offer; call `answerSent` when it is on its way. */
  async offer(connectionId: string, sessionId: string, sdp: string): Promise<{ readonly sdp: string; readonly streamKind: string }> {
    const { viewer, stream } = this.#own(connectionId, sessionId);
    return { sdp: await viewer.answer(sdp), streamKind: stream.kind };
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
    // The library's own threads would keep the process alive. There can be no viewer after this.
    if (this.#hadViewers) this.#options.library?.cleanup();
  }

  #own(connectionId: string, sessionId: string): Session {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) throw new TouchlineError({ kind: 'not_found', code: 'unknown_session', message: 'Unknown session_id' });
    if (session.connectionId !== connectionId) throw new TouchlineError({ kind: 'conflict', code: 'foreign_session', message: 'Session does not belong to this connection' });
    return session;
  }

  #refuseTooMany(connectionId: string): void {
    const own = [...this.#sessions.values()].filter((session) => session.connectionId === connectionId);
    if (own.length >= MAX_SESSIONS_PER_CONNECTION) throw new TouchlineError({ kind: 'busy', code: 'too_many_viewers', message: `This connection has ${MAX_SESSIONS_PER_CONNECTION} live pictures already. Stop one first.` });
    if (this.#sessions.size >= MAX_SESSIONS) throw new TouchlineError({ kind: 'busy', code: 'too_many_viewers', message: `There are ${MAX_SESSIONS} viewers already. Close one first.` });
  }

  /** Nobody keeps it while there is no viewer, so somebody else may have it by the next one. */
  async #changePort(): Promise<void> {
    const port = await this.#options.nextUdpPort();
    if (port !== null && this.#sessions.size === 0) this.#udpPort = port;
  }

  /** Its connection broke, or never came about. */
  async #end(sessionId: string): Promise<void> {
    const session = this.#sessions.get(sessionId);
    await this.#leave(sessionId);
    session?.listener.ended();
  }

  async #leave(sessionId: string): Promise<void> {
    const stream = this.#sessions.get(sessionId)?.stream;
    this.#close(sessionId);
    await stream?.leave(sessionId);
  }

  /** The picture was taken away under its viewer. */
  over(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    this.#close(sessionId);
    // Who made the picture for this viewer would go on doing so; where he has let go already, this does nothing.
    void session?.stream.leave(sessionId).catch(() => undefined);
    session?.listener.ended();
  }

  #close(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    this.#sessions.delete(sessionId);
    session.life.abort();
    session.viewer.close();
    if (this.#sessions.size === 0) void this.#changePort();
  }
}
