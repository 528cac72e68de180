import type { EventEmitter } from 'node:events';
import type { CameraId, DiskFault, MatchPlace, RecordingEvents, RecordingService, ReliefStep, StopReason, StopResult } from '../recording/types.js';
import type { LogEvent } from './entry.js';
import type { Journal } from './journal.js';
import { lowSpaceAlert, roomAgain, stoppedNoSpace } from './low-space.js';
import { notStartedAlert, repairAlert } from './camera-alerts.js';
import { diskCaughtUp, diskFault, diskMissing, leftBehindAlert, type LeftBehind } from './disk-alerts.js';
import { interruptedAlert, resumedAlert } from './interruption-alerts.js';
import { probeFailedEvent } from './signals.js';
import { stopAlerts, stopSignals } from './stop-alerts.js';

export interface WatchedRecording extends Pick<RecordingService, 'status' | 'health'> {
  readonly events: EventEmitter<RecordingEvents>;
}

type Health = Awaited<ReturnType<RecordingService['health']>>;

/** Turns what happens to recordings into lines of the watchdog log and alerts. */
export class RecordingWatch {
  readonly #recording: WatchedRecording;
  readonly #journal: Journal;
  readonly #minEffectiveFps: () => number;
  readonly #down = new Set<CameraId>();
  /** Those that the disk keeps from being recorded, apart from what is wrong with the cameras; `slow` while nothing is lost. */
  readonly #diskDown = new Map<CameraId, DiskFault>();
  readonly #givenUp = new Set<CameraId>();
  readonly #attempts = new Map<CameraId, number>();
  /** Told once per recording. */
  readonly #told = new Set<string>();

  constructor(recording: WatchedRecording, journal: Journal, minEffectiveFps: () => number) {
    this.#recording = recording;
    this.#journal = journal;
    this.#minEffectiveFps = minEffectiveFps;
  }

  /** Returns the end of the watch. */
  listen(): () => void {
    const { events } = this.#recording;
    const started = (match: MatchPlace): void => this.#began(match, 'recording_started', 'The recording has begun');
    const adopted = (match: MatchPlace): void => this.#began(match, 'recording_adopted', 'The recording went on while the daemon was away; it has taken over again');
    const resumed = (match: RecordingEvents['resumed'][0]): void => {
      this.#alertAndNote(resumedAlert(match));
      this.lookAtDisk(null);
    };
    const interrupted = (match: RecordingEvents['interrupted'][0]): void => this.#alertAndNote(interruptedAlert(match));
    const stopped = (result: StopResult, reason: StopReason): void => this.#stopped(result, reason);
    const space = (change: RecordingEvents['space'][0]): void => this.#space(change);
    const degraded = (problem: RecordingEvents['degraded'][0]): void => this.#degraded(problem);
    const recovered = (camera: RecordingEvents['recovered'][0]): void => this.#recovered(camera);
    const overload = (guard: RecordingEvents['overload'][0]): void => this.#overload(guard);
    const repaired = (repair: RecordingEvents['cameraStackRepair'][0]): void => this.#alertAndNote(repairAlert(repair));
    const notStarted = (attempt: RecordingEvents['notStarted'][0]): void => this.#alertAndNote(notStartedAlert(attempt));
    const changed = (): void => this.#changed();
    events.on('started', started).on('adopted', adopted).on('resumed', resumed).on('interrupted', interrupted).on('stopped', stopped);
    events.on('degraded', degraded).on('recovered', recovered).on('overload', overload).on('space', space).on('changed', changed);
    events.on('cameraStackRepair', repaired).on('notStarted', notStarted);
    return () => {
      events.off('started', started).off('adopted', adopted).off('resumed', resumed).off('interrupted', interrupted).off('stopped', stopped);
      events.off('degraded', degraded).off('recovered', recovered).off('overload', overload).off('space', space).off('changed', changed);
      events.off('cameraStackRepair', repaired).off('notStarted', notStarted);
    };
  }

  /** At the beginning of the daemon and of each recording: whether matches go where they belong. */
  lookAtDisk(leftBehind: LeftBehind | null): void {
    const { recordingsDisk, matchId } = this.#recording.status();
    if (recordingsDisk.isSubstitute) this.#alertAndNote(diskMissing(recordingsDisk.message ?? 'The recordings disk is missing.', matchId));
    if (leftBehind !== null) this.#alertAndNote(leftBehindAlert(leftBehind));
  }

  /** A file that was found broken while the recording runs; each is told once. */
  lookAtHealth(health: Health): void {
    const { matchId } = this.#recording.status();
    if (matchId === null) return;
    for (const [camera, { probe, latestSegment }] of health.diagnostics) {
      if (probe?.checked !== true || probe.ok !== false || !this.#isNews(`probe ${latestSegment}`)) continue;
      this.#journal.note(probeFailedEvent(matchId, camera, latestSegment, probe.error ?? 'unknown'));
    }
  }

  #began({ matchId }: MatchPlace, eventType: string, message: string): void {
    this.#journal.note({ eventType, severity: 'info', message: `${message}: ${matchId}`, details: { match_id: matchId } });
    this.lookAtDisk(null);
  }

  #space(change: RecordingEvents['space'][0]): void {
    const alert = lowSpaceAlert(change);
    if (alert === null) this.#journal.note(roomAgain(change));
    else this.#alertAndNote(alert);
  }

  #stopped(result: StopResult, reason: StopReason): void {
    if (result.outcome === null) return;
    if (reason === 'no_space') this.#alertAndNote(stoppedNoSpace(result));
    for (const signal of stopSignals(result)) this.#journal.note(signal);
    const alerts = stopAlerts(result, this.#minEffectiveFps());
    for (const alert of alerts) this.#journal.alert(alert);
    const { matchId } = result.outcome;
    this.#journal.note({
      eventType: 'recording_stopped',
      severity: result.success ? 'info' : 'error',
      message: `${matchId}: ${result.message}`,
      details: { match_id: matchId, success: result.success, reason, alerts: alerts.map(({ eventType }) => eventType) },
    });
  }

  #degraded({ matchId, camera, reason, fault, isSlowness, attempts }: RecordingEvents['degraded'][0]): void {
    if (fault === 'disk') {
      this.#diskFault(matchId, camera, reason, isSlowness ? 'slow' : 'refusing');
      return;
    }
    const event: LogEvent = {
      eventType: 'recording_camera_degraded',
      severity: 'warning',
      message: `Camera ${camera} does not deliver: ${reason.replace(/\.+$/, '')}. ${attempts > 0 ? 'It is being restarted; the' : 'The'} other camera goes on.`,
      details: { match_id: matchId, camera, reason, attempts },
    };
    // What is wrong with this camera now says nothing of the disk.
    this.#diskDown.delete(camera);
    this.#journal.note(event);
    if (!this.#down.has(camera)) this.#journal.alertSometimes(event, `${camera}`);
    this.#down.add(camera);
  }

  /** One disk for all cameras: told once, not once per camera, and once more when it gets worse. */
  #diskFault(matchId: string, camera: CameraId, reason: string, kind: DiskFault): void {
    const event = diskFault(matchId, camera, reason);
    this.#journal.note(event);
    if (![...this.#diskDown.values()].some((known) => known === kind || known === 'refusing')) this.#journal.alertSometimes(event, `disk ${kind}`);
    this.#diskDown.set(camera, kind);
  }

  #recovered({ matchId, camera, isWhole }: RecordingEvents['recovered'][0]): void {
    const wasDiskDown = this.#diskDown.delete(camera);
    if (isWhole) {
      if (this.#diskDown.size === 0) this.#journal.note(diskCaughtUp(matchId));
      return;
    }
    const attempts = this.#recording.status().recovery.get(camera)?.attempts ?? 0;
    const event: LogEvent = {
      eventType: 'recording_camera_recovered',
      severity: 'warning',
      message: `Camera ${camera} records again. A part of ${matchId} is missing from it.`,
      details: { match_id: matchId, camera, attempts },
    };
    this.#journal.note({ ...event, severity: 'info' });
    if (this.#down.delete(camera) || wasDiskDown) this.#journal.alertSometimes(event, `${camera}`);
    this.#givenUp.delete(camera);
  }

  /** Contract 10.2 for the alert; what the guard does about it stands in the watchdog's log. */
  #overload({ matchId, before, after, threshold }: RecordingEvents['overload'][0]): void {
    if (after.active && !before.active) {
      this.#journal.alert({
        eventType: 'recording_overload_guard_triggered',
        severity: 'warning',
        message: 'Recording overload guard activated',
        details: { match_id: matchId, unhealthy_streak: after.unhealthyStreak, threshold, reasons: after.reasons },
      });
    }
    this.#journal.note({
      eventType: after.active ? 'recording_overload_guard_active' : 'recording_overload_guard_calm',
      severity: after.active ? 'warning' : 'info',
      message: `${after.active ? `All is not well while ${matchId} is recorded: ${after.reasons.join('; ')}` : `All is well with ${matchId} again`}. ${inForce(after.steps)}`,
      details: { match_id: matchId, reasons: after.reasons, steps: after.steps },
    });
  }

  #changed(): void {
    const { matchId, recovery, phase } = this.#recording.status();
    if (phase === 'idle') this.#forget();
    if (phase !== 'recording' || matchId === null) return;
    for (const [camera, { attempts, failedPermanently, lastError }] of recovery) {
      // What is there at first sight was told by an earlier daemon.
      if (attempts > (this.#attempts.get(camera) ?? attempts)) {
        this.#journal.note({
          eventType: 'recording_camera_restart',
          severity: 'warning',
          message: `Camera ${camera} is restarted (attempt ${attempts})`,
          details: { match_id: matchId, camera, attempts, last_error: lastError },
        });
      }
      this.#attempts.set(camera, attempts);
      if (failedPermanently && !this.#givenUp.has(camera)) this.#gaveUp(matchId, camera, attempts, lastError);
      if (!failedPermanently) this.#givenUp.delete(camera);
    }
  }

  #gaveUp(matchId: string, camera: CameraId, attempts: number, lastError: string | null): void {
    this.#givenUp.add(camera);
    const event: LogEvent = {
      eventType: 'recording_camera_degraded',
      severity: 'error',
      message: `Camera ${camera} does not come back after ${attempts} attempts: ${lastError ?? 'it delivers no frames'}. Check its cable; it is tried again all the while.`,
      details: { match_id: matchId, camera, reason: lastError, attempts, exhausted: true },
    };
    this.#journal.note(event);
    this.#journal.alertSometimes(event, `${camera} exhausted`);
  }

  #alertAndNote(event: LogEvent): void {
    this.#journal.note(event);
    this.#journal.alert(event);
  }

  #isNews(what: string): boolean {
    if (this.#told.has(what)) return false;
    this.#told.add(what);
    return true;
  }

  #forget(): void {
    this.#down.clear();
    this.#diskDown.clear();
    this.#givenUp.clear();
    this.#attempts.clear();
    this.#told.clear();
  }
}

const STEP_WORDS: Readonly<Record<ReliefStep, string>> = {
  slower_pictures: 'fewer small pictures a second',
  no_pictures: 'no small pictures',
  lower_bitrate: 'a lower bit rate',
};

function inForce(steps: readonly ReliefStep[]): string {
  return steps.length === 0 ? 'Nothing is taken away from it.' : `To make room: ${steps.map((step) => STEP_WORDS[step]).join(', ')}.`;
}
