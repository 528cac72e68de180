/** What the small pictures beside a recording promise to the layers above. */
import type { CameraId } from '../recording/types.js';

/** One whole JPEG picture, as it was made last. */
export interface Still {
  readonly jpeg: Buffer;
  /** Monotonic, when it was read. */
  readonly monoMs: number;
  /** The same by the wall clock. */
  readonly epochMs: number;
}

export interface StillsViewer {
  /** Must take it at once or leave it: there is a newer one soon. */
  still(still: Still): void;
  /** No picture comes any more: the camera stopped, or there was none for some seconds. Nothing is called after it. */
  ended(): void;
}

export interface MonitorService {
  /** `auto` and `on` give pictures while a camera runs. */
  readonly mode: 'auto' | 'on' | 'off';
  /**
   * Adds a viewer of one camera's still pictures, whether it is being recorded or shown; returns how it leaves. Throws
   * `no_such_camera`, `monitor_off`, `monitor_unavailable`, `camera_not_running`, `monitor_no_time` or `too_many_viewers`.
   */
  watchStills(camera: number, viewer: StillsViewer): () => void;
  /** The next still picture. Throws as `watchStills`, and `monitor_no_picture` when none comes in time. */
  snapshot(camera: number): Promise<Still>;
}

/** Who may watch the small stream of one camera's recording, by name. */
export interface MonitorStream {
  readonly camera: CameraId;
  /** Throws as `watchStills`, and `nothing_recorded` while the camera does not record; instant. */
  refuse(): void;
  /** Throws as `refuse`. */
  join(user: string): void;
  leave(user: string): void;
  /** So that a viewer who joins, or lost packets, can go on. */
  wantKeyframe(): void;
}
