/** What the recording service is built from. */
import type { Logger } from 'pino';
import type { Camera } from '../camera/camera.js';
import type { Prober } from '../integrity/probe.js';
import type { Clock } from '../lib/clock.js';
import type { CameraMutex } from '../mutex/camera-mutex.js';
import type { CameraStackRepair } from './camera-stack-repair.js';
import type { GuardsOptions } from './guards.js';
import type { Heartbeat } from './heartbeat.js';
import type { MatchKeeper } from './match-keeper.js';
import type { RecordingPolicy } from './policy.js';
import type { RecordingsVolume } from './recordings-volume.js';
import type { SpaceSource } from './space.js';
import type { RecordingStore } from './store.js';
import type { CameraId } from './types.js';

export interface CameraPipeline {
  readonly text: string;
  /** Null where the camera encodes. */
  readonly bitrateKbps: number | null;
}

export interface RecorderOptions {
  readonly cameras: readonly Camera[];
  readonly recordingsDir: string;
  readonly policy: () => RecordingPolicy;
  /** Pipeline of a camera with the configuration of this moment; instant. */
  readonly pipeline: (camera: CameraId) => CameraPipeline;
  readonly mutex: CameraMutex;
  readonly store: RecordingStore;
  readonly heartbeat: Heartbeat;
  readonly keeper: MatchKeeper;
  /** Whether there is a match of this name, inside the recordings folder and nowhere else. */
  readonly hasMatch: (matchId: string) => Promise<boolean>;
  readonly prober: Prober;
  readonly space: SpaceSource;
  readonly volume: Pick<RecordingsVolume, 'mountPoint' | 'isSubstitute' | 'message' | 'absence'>;
  /** What the overload guard goes by, and what it can do. */
  readonly guard: GuardsOptions['overload'];
  readonly cameraStackRepair: Pick<CameraStackRepair, 'status'>;
  readonly clock: Clock;
  readonly log: Logger;
}
