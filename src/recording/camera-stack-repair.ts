/**
 * Restarts NVIDIA's camera daemon when the cameras do not come back without that. Some of its faults
 * outlive every process that uses it, and then no new camera host helps.
 *
 * Invariants: never while a camera delivers or may come back by itself, because the restart cuts off all of them; never for a
 * fault of the disk; once per interval at most, however many cameras fail.
 */
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import { CAMERA_STACK_SERVICE, type CameraStackRestart } from './camera-stack-restart.js';
import type { CameraId, CameraStackRepairStatus, RecordingEvents, RecordingService, RecordingStatus } from './types.js';

export interface RepairPolicy {
  readonly enabled: boolean;
  /** Of each camera, in a row. */
  readonly afterFailures: number;
  readonly intervalMs: number;
}

export interface CameraStackRepairOptions {
  readonly policy: () => RepairPolicy;
  /** Whether the cameras go through that daemon at all. */
  readonly applies: () => boolean;
  readonly restart: CameraStackRestart;
  readonly clock: Clock;
  readonly log: Logger;
}

type Watched = Pick<RecordingService, 'status' | 'events'>;

export class CameraStackRepair {
  readonly #options: CameraStackRepairOptions;
  #status: CameraStackRepairStatus | null = null;
  #isRunning = false;
  #triedAtMonoMs = Number.NEGATIVE_INFINITY;
  #failedStarts = 0;

  constructor(options: CameraStackRepairOptions) {
    this.#options = options;
  }

  /** Null as long as nothing had to be repaired. */
  status(): CameraStackRepairStatus | null {
    return this.#status;
  }

  /** Watches from now on; returns the end of that. */
  listen(recording: Watched): () => void {
    const changed = (): void => {
      const status = recording.status();
      if (status.phase === 'recording') this.#consider(failuresIn(status), status.matchId, recording);
    };
    const notStarted = ({ matchId, errors }: RecordingEvents['notStarted'][0]): void => {
      this.#failedStarts += 1;
      this.#consider(new Map([...errors.keys()].map((camera) => [camera, this.#failedStarts])), matchId, recording);
    };
    const started = (): void => {
      this.#failedStarts = 0;
    };
    recording.events.on('changed', changed).on('notStarted', notStarted).on('started', started);
    return () => recording.events.off('changed', changed).off('notStarted', notStarted).off('started', started);
  }

  #consider(failures: ReadonlyMap<CameraId, number>, matchId: string | null, { events }: Watched): void {
    const { policy, applies, clock } = this.#options;
    const { enabled, afterFailures, intervalMs } = policy();
    if (!enabled || this.#isRunning || failures.size === 0 || ![...failures.values()].every((count) => count >= afterFailures)) return;
    if (clock.monoMs() - this.#triedAtMonoMs < intervalMs || !applies()) return;
    this.#isRunning = true;
    this.#triedAtMonoMs = clock.monoMs();
    void this.#repair(matchId, [...failures.keys()], events);
  }

  /** Never rejects. */
  async #repair(matchId: string | null, cameras: readonly CameraId[], events: Watched['events']): Promise<void> {
    const { restart, clock, log } = this.#options;
    log.warn({ matchId, cameras, service: CAMERA_STACK_SERVICE }, 'the cameras do not come back, restarting the camera stack');
    const error = await restart();
    this.#isRunning = false;
    this.#status = { count: (this.#status?.count ?? 0) + 1, epochMs: clock.nowEpochMs(), success: error === null, error };
    if (error === null) log.warn({ matchId, service: CAMERA_STACK_SERVICE }, 'the camera stack was restarted');
    else log.error({ matchId, service: CAMERA_STACK_SERVICE, reason: error }, 'the camera stack could not be restarted');
    events.emit('cameraStackRepair', { matchId, cameras, error });
  }
}

/**
 * Attempts per camera; empty unless each of them is down through a fault of its own. That is what their accounts say: the
 * state of one that records may be `error` for a moment, when the disk holds it up.
 */
function failuresIn({ cameras, recovery, diskFaults }: Pick<RecordingStatus, 'cameras' | 'recovery' | 'diskFaults'>): ReadonlyMap<CameraId, number> {
  const isDown = (camera: CameraId): boolean => recovery.get(camera)?.recovering === true && cameras.get(camera)?.state !== 'running' && !diskFaults.has(camera);
  return [...cameras.keys()].every(isDown) ? new Map([...recovery].map(([camera, { attempts }]) => [camera, attempts])) : new Map();
}
