/** What the live pictures promise to the layers above, in the daemon's own terms. */
import type { EventEmitter } from 'node:events';
import type { CameraId, PipelineState } from '../recording/types.js';

export type PreviewTransport = 'hls' | 'webrtc';

export interface PreviewCamera {
  readonly active: boolean;
  /** `stopped`: there was no pipeline since the start of the daemon. */
  readonly state: PipelineState | 'stopped';
  readonly uptimeMs: number;
  readonly hlsUrl: string;
  readonly transport: PreviewTransport;
  readonly streamKind: string;
}

/** One viewer of one camera over WebRTC. */
export interface PreviewSession {
  readonly sessionId: string;
  readonly streamKind: string;
  readonly cameraId: CameraId;
  /** Of the WebSocket that it belongs to. */
  readonly connectionId: string;
}

export interface PreviewEvents {
  /** Something that `status` shows has changed. */
  changed: [];
  /** A picture ended under its viewer: a recording took the camera, or somebody stopped it. */
  sessionEnded: [sessionId: string];
}

/** In the form that browsers take (RTCIceServer). */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface PreviewStatus {
  readonly cameras: ReadonlyMap<CameraId, PreviewCamera>;
  readonly transportMode: PreviewTransport | 'dual';
  readonly webrtcSupported: boolean;
  /** Content and order stay the same between calls: players restart their stream when they differ (contract 7.4). */
  readonly iceServers: readonly IceServer[];
  readonly sessions: readonly PreviewSession[];
}

export interface PreviewRequest {
  /** null = every camera. */
  readonly camera: number | null;
  /** null = the default. */
  readonly transport: PreviewTransport | null;
  /** The picture ends by itself when nobody asks for its HLS any more, unless somebody else wants it. */
  readonly whileWatched: boolean;
}

/** An operation that ran, well or not. What the contract answers with an HTTP error is thrown. */
export interface PreviewStart {
  readonly success: boolean;
  readonly message: string;
  readonly transport: PreviewTransport;
  readonly camerasStarted: readonly CameraId[];
  readonly camerasFailed: readonly CameraId[];
}

export interface PreviewStop {
  readonly success: boolean;
  readonly message: string;
  readonly camerasStopped: readonly CameraId[];
  readonly camerasFailed: readonly CameraId[];
}

export interface PreviewService {
  readonly events: EventEmitter<PreviewEvents>;
  /** Instant. */
  status(): PreviewStatus;
  /**
   * Throws `conflict` `preview_while_recording` (contract: 400 with the exact words) while a recording has the cameras,
   * `busy` `cameras_busy` when somebody else has.
   */
  start(request: PreviewRequest): Promise<PreviewStart>;
  stop(request: { readonly camera: number | null }): Promise<PreviewStop>;
  /** Somebody has just asked for HLS of this camera, whether there was any or not. */
  watched(camera: CameraId): void;
  /** As `start`; the message of its refusal says "restarting". */
  restart(request: PreviewRequest): Promise<{ readonly stop: PreviewStop; readonly start: PreviewStart }>;
}
