/**
 * Tells what happened to a recording. Cameras report twice a second; listeners hear only of what a person would call
 * a change.
 */
import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { CameraId, MatchPlace, MutexState, RecordingEvents, RecordingStatus } from './types.js';

/** Between camera and encoder there may be more of them than before, for a moment. */
const FRAMES_ON_THE_WAY = 15;

export class Announcer {
  readonly #events: EventEmitter<RecordingEvents>;
  readonly #log: Logger;
  #shown = '';
  #degraded: ReadonlyMap<CameraId, string> = new Map();
  /** Of those that only wait for a slow disk: how many frames each lacked before. The queue in front of the disk may run over. */
  readonly #lackedBefore = new Map<CameraId, number>();

  constructor(events: EventEmitter<RecordingEvents>, log: Logger) {
    this.#events = events;
    this.#log = log;
  }

  /** Emits; a listener that throws is a fault of its own and never one of the recording. */
  tell<K extends keyof RecordingEvents>(event: K, ...args: RecordingEvents[K]): void {
    for (const listener of this.#events.listeners(event)) {
      try {
        Reflect.apply(listener, this.#events, args);
      } catch (error) {
        this.#log.error({ err: error, event }, 'a listener of the recording failed');
      }
    }
  }

  /** Compares with what was shown before, and tells the difference. */
  look(status: RecordingStatus, mutex: MutexState, match: MatchPlace | null): void {
    const shown = JSON.stringify([
      status.phase,
      status.matchId,
      status.marksCount,
      mutex.mode,
      mutex.holder,
      [...status.cameras].map(([id, camera]) => [id, camera.state]),
      [...status.degradedReasons],
      status.overloadGuard.steps,
      status.recordingsDisk.state,
      status.recordingsDisk.space,
      [...status.recovery].map(([id, { attempts, recovering, failedPermanently }]) => [id, attempts, recovering, failedPermanently]),
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (match === null) this.#forget();
    // A camera that is being stopped neither fails nor recovers.
    else if (status.phase !== 'stopping') this.#tellCameras(status, match);
    this.tell('changed');
  }

  #tellCameras(status: RecordingStatus, match: MatchPlace): void {
    const degraded = new Map<CameraId, string>();
    for (const [key, reason] of status.degradedReasons) {
      if (key === 'overload_guard') continue;
      degraded.set(key, reason);
      if (this.#degraded.get(key) === reason) continue;
      const isSlowness = status.diskFaults.get(key) === 'slow';
      if (!isSlowness) this.#lackedBefore.delete(key);
      else if (!this.#degraded.has(key)) this.#lackedBefore.set(key, lackedBy(status, key));
      const attempts = status.recovery.get(key)?.attempts ?? 0;
      const facts = { matchId: match.matchId, camera: key, reason, attempts };
      if (isSlowness) this.#log.warn(facts, 'the recordings disk does not keep up');
      else this.#log.warn(facts, 'a camera of the running match delivers nothing');
      this.tell('degraded', { ...match, camera: key, reason, fault: status.diskFaults.has(key) ? 'disk' : 'camera', isSlowness, attempts });
    }
    for (const camera of this.#degraded.keys()) {
      if (degraded.has(camera)) continue;
      const lackedBefore = this.#lackedBefore.get(camera);
      const isWhole = lackedBefore !== undefined && lackedBy(status, camera) - lackedBefore <= FRAMES_ON_THE_WAY;
      this.#lackedBefore.delete(camera);
      this.#log.info({ matchId: match.matchId, camera }, isWhole ? 'the recordings disk has caught up, nothing is missing' : 'the camera records again');
      this.tell('recovered', { ...match, camera, isWhole });
    }
    this.#degraded = degraded;
  }

  #forget(): void {
    this.#degraded = new Map();
    this.#lackedBefore.clear();
  }
}

/** Not delivered, or not encoded: an encoder that the disk holds up lets frames of the camera go. */
function lackedBy(status: RecordingStatus, camera: CameraId): number {
  const facts = status.cameras.get(camera)?.facts ?? null;
  return facts === null ? 0 : facts.framesMissed + facts.framesAtSource - facts.framesEncoded;
}
