/**
 * Live pictures over REST and WebSocket. The mutex is held as long as any camera has a user. A picture that was asked for
 * over REST is one user of its camera, each WebRTC session another.
 */
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { asTouchlineError, TouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import { Exclusive } from '../lib/exclusive.js';
import type { CameraMutex, Lease } from '../mutex/camera-mutex.js';
import type { CameraId } from '../recording/types.js';
import type { LiveCamera, LivePlan } from './live-camera.js';
import type { IceServer, PreviewEvents, PreviewRequest, PreviewService, PreviewSession, PreviewStart, PreviewStatus, PreviewStop, PreviewTransport } from './types.js';

export interface PreviewOptions {
  readonly cameras: readonly LiveCamera[];
  readonly mutex: CameraMutex;
  /** Pipeline of a camera with the configuration of this moment, and room for what it writes. */
  readonly plan: (camera: CameraId) => Promise<LivePlan>;
  /** What a picture that is over left behind. */
  readonly cleanUp: (camera: CameraId) => Promise<void>;
  readonly transportMode: PreviewTransport | 'dual';
  /** Without it every picture is shown over HLS. */
  readonly webrtcSupported: boolean;
  readonly iceServers: readonly IceServer[];
  /** Viewers of pictures that are not these, for the list of all. */
  readonly otherSessions: () => readonly PreviewSession[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** The user in whose name REST starts a picture that goes on until it is stopped. */
const API = 'api';
/** The one for all who watch over HLS and cannot be told apart. */
const HLS_VIEWERS = 'hls';
/** Players ask every one or two seconds; a bad network makes them miss some. */
const UNWATCHED_MS = 15_000;

export class Preview implements PreviewService {
  readonly events = new EventEmitter<PreviewEvents>();
  readonly #options: PreviewOptions;
  readonly #operations = new Exclusive();
  readonly #transports = new Map<CameraId, PreviewTransport>();
  readonly #sessions = new Map<string, PreviewSession>();
  /** Of the cameras that HLS_VIEWERS use, when somebody last asked. */
  readonly #watchedMonoMs = new Map<CameraId, number>();
  #lease: Lease | null = null;

  constructor(options: PreviewOptions) {
    this.#options = options;
  }

  status(): PreviewStatus {
    const { cameras, transportMode, webrtcSupported, iceServers } = this.#options;
    return {
      cameras: new Map(
        cameras.map((live) => [
          live.id,
          {
            active: live.isShown,
            state: live.state,
            uptimeMs: live.uptimeMs,
            hlsUrl: `/hls/cam${live.id}.m3u8`,
            transport: this.#transports.get(live.id) ?? 'hls',
            streamKind: streamKindOf(live.id),
          },
        ]),
      ),
      transportMode,
      webrtcSupported,
      iceServers,
      sessions: [...this.#sessions.values(), ...this.#options.otherSessions()],
    };
  }

  async start(request: PreviewRequest): Promise<PreviewStart> {
    this.refuseWhileTaken('starting');
    return this.#operations.run(() => this.#start(request, 'starting'));
  }

  stop({ camera }: { readonly camera: number | null }): Promise<PreviewStop> {
    return this.#operations.run(() => this.#stop(camera, () => this.#releaseIfUnused()));
  }

  async restart(request: PreviewRequest): Promise<{ readonly stop: PreviewStop; readonly start: PreviewStart }> {
    this.refuseWhileTaken('restarting');
    // The cameras stay ours in between.
    return this.#operations.run(async () => ({
      stop: await this.#stop(request.camera, () => undefined),
      start: await this.#start(request, 'restarting'),
    }));
  }

  /** A viewer over WebRTC uses the camera from now on. Throws as `start`, and what keeps the picture from coming. */
  async join(session: PreviewSession): Promise<void> {
    this.refuseWhileTaken('starting');
    await this.#operations.run(async () => {
      this.refuseWhileTaken('starting');
      const live = this.#options.cameras.find(({ id }) => id === session.cameraId);
      if (live === undefined) throw new TouchlineError({ kind: 'not_found', code: 'no_such_camera', message: `There is no camera ${session.cameraId}.` });
      this.#acquire(session.cameraId);
      try {
        // Who watches HLS goes on doing so.
        await this.#use(live, session.sessionId, true, 'webrtc');
        this.#sessions.set(session.sessionId, session);
      } finally {
        this.#releaseIfUnused();
        this.#changed();
      }
    });
  }

  watched(camera: CameraId): void {
    if (this.#watchedMonoMs.has(camera)) this.#watchedMonoMs.set(camera, this.#options.clock.monoMs());
  }

  /** Ends what was started for those who watch and is not watched any more. To be called now and then. */
  async endUnwatched(): Promise<void> {
    if (this.#unwatched().length === 0) return;
    await this.#operations.run(async () => {
      for (const live of this.#unwatched()) {
        if (await live.leave(HLS_VIEWERS)) await this.#ended(live);
        this.#watchedMonoMs.delete(live.id);
      }
      this.#releaseIfUnused();
      this.#changed();
    });
  }

  /** The viewer is gone, whichever way. Harmless when it was not there. */
  leave(sessionId: string): Promise<void> {
    return this.#operations.run(async () => {
      const session = this.#sessions.get(sessionId);
      this.#sessions.delete(sessionId);
      const live = this.#options.cameras.find(({ id }) => id === session?.cameraId);
      if (live !== undefined && (await live.leave(sessionId))) await this.#ended(live);
      this.#releaseIfUnused();
      this.#changed();
    });
  }

  /** Throws `preview_while_recording` while a recording has the cameras; instant. */
  refuseWhileTaken(doing: string): void {
    const { mode } = this.#options.mutex.state();
    if (mode === 'recording') {
      throw new TouchlineError({ kind: 'conflict', code: 'preview_while_recording', message: `Recording is active. Stop recording before ${doing} preview.` });
    }
  }

  wantKeyframe(camera: CameraId): void {
    this.#options.cameras.find(({ id }) => id === camera)?.wantKeyframe();
  }

  /** Ends every picture, for the end of the daemon. */
  async shutdown(): Promise<void> {
    await this.stop({ camera: null });
  }

  #unwatched(): readonly LiveCamera[] {
    const sinceMonoMs = this.#options.clock.monoMs() - UNWATCHED_MS;
    return this.#options.cameras.filter(({ id }) => (this.#watchedMonoMs.get(id) ?? Number.POSITIVE_INFINITY) < sinceMonoMs);
  }

  async #start({ camera, transport, whileWatched }: PreviewRequest, doing: string): Promise<PreviewStart> {
    this.refuseWhileTaken(doing);
    const wanted = this.#cameras(camera);
    const asked = transport ?? (this.#options.transportMode === 'webrtc' ? 'webrtc' : 'hls');
    const how = this.#options.webrtcSupported ? asked : 'hls';
    const started: CameraId[] = [];
    const failed: CameraId[] = wanted.length === 0 && camera !== null ? [camera] : [];
    if (wanted.length > 0) this.#acquire(camera);
    await Promise.all(
      wanted.map(async (live) => {
        try {
          await this.#use(live, whileWatched ? HLS_VIEWERS : API, how === 'hls', how);
          if (whileWatched) this.#watchedMonoMs.set(live.id, this.#options.clock.monoMs());
          started.push(live.id);
        } catch (error) {
          failed.push(live.id);
          this.#options.log.warn({ camera: live.id, err: asTouchlineError(error) }, 'the live picture could not be started');
        }
      }),
    );
    this.#releaseIfUnused();
    this.#changed();
    const success = started.length > 0;
    return {
      success,
      message: success ? `Preview started for cameras: [${ascending(started).join(', ')}]` : 'Failed to start any preview cameras',
      transport: how,
      camerasStarted: ascending(started),
      camerasFailed: ascending(failed),
    };
  }

  /** The status names what was asked for last, with the first frame that it tells of. */
  async #use(live: LiveCamera, user: string, needsEncoder: boolean, transport: PreviewTransport): Promise<void> {
    const before = this.#transports.get(live.id);
    this.#transports.set(live.id, transport);
    try {
      await live.use(user, needsEncoder, () => this.#options.plan(live.id));
    } catch (error) {
      if (before === undefined || !live.isUsed) this.#transports.delete(live.id);
      else this.#transports.set(live.id, before);
      throw error;
    }
  }

  async #stop(camera: number | null, afterwards: () => void): Promise<PreviewStop> {
    const wanted = this.#cameras(camera);
    const stopped: CameraId[] = [];
    await Promise.all(
      wanted.map(async (live) => {
        if (!(await live.stop())) return;
        await this.#ended(live);
        stopped.push(live.id);
      }),
    );
    afterwards();
    this.#changed();
    const success = stopped.length > 0;
    const all = camera === null ? wanted.map(({ id }) => id) : [camera];
    return {
      success,
      message: success ? `Preview stopped for cameras: [${ascending(stopped).join(', ')}]` : 'No preview cameras were stopped',
      camerasStopped: ascending(stopped),
      camerasFailed: all.filter((id) => !stopped.includes(id)),
    };
  }

  #cameras(camera: number | null): readonly LiveCamera[] {
    return this.#options.cameras.filter(({ id }) => camera === null || id === camera);
  }

  #acquire(camera: number | null): void {
    this.#lease ??= this.#options.mutex.acquire('preview', `api-preview-${camera ?? 'all'}`, { onDisplaced: () => this.#displaced() });
  }

  #releaseIfUnused(): void {
    if (this.#options.cameras.some(({ isUsed }) => isUsed)) return;
    this.#lease?.release();
    this.#lease = null;
  }

  /** A recording took the cameras; it ends what they show. */
  #displaced(): void {
    this.#lease = null;
    for (const live of this.#options.cameras) {
      const wasUsed = live.isUsed;
      live.displaced();
      if (wasUsed) void this.#ended(live).then(() => this.#cleanUpAfter(live));
    }
    this.#changed();
  }

  /** Contract 3.5: after a stop the transport is HLS again. Never rejects: files that stay keep nobody from the camera. */
  async #ended(live: LiveCamera): Promise<void> {
    this.#transports.delete(live.id);
    this.#watchedMonoMs.delete(live.id);
    for (const session of [...this.#sessions.values()]) {
      if (session.cameraId !== live.id) continue;
      this.#sessions.delete(session.sessionId);
      this.events.emit('sessionEnded', session.sessionId);
    }
    await this.#cleanUp(live);
  }

  /** Who took the camera ends the picture in his own time; until then it writes. */
  async #cleanUpAfter(live: LiveCamera): Promise<void> {
    await live.over();
    if (!live.isUsed) await this.#cleanUp(live);
  }

  async #cleanUp(live: LiveCamera): Promise<void> {
    await this.#options.cleanUp(live.id).catch((error: unknown) => this.#options.log.warn({ camera: live.id, err: asTouchlineError(error) }, 'files of a live picture could not be removed'));
  }

  #changed(): void {
    this.events.emit('changed');
  }
}

export function streamKindOf(camera: CameraId): string {
  return `main_cam${camera}`;
}

function ascending(cameras: readonly CameraId[]): CameraId[] {
  return [...cameras].sort((a, b) => a - b);
}
