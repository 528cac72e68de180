/**
 * What the recording service promises to the layers above it, in the daemon's own terms (camelCase, units in
 * names). `src/api/` turns these into the FootballVision wire shapes.
 */

import type { EventEmitter } from 'node:events';
import type { ProbeResult } from '../integrity/probe.js';
import type { MutexState } from '../mutex/camera-mutex.js';
import type { MatchMarks } from './marks.js';
import type { Interruption } from './store.js';

export type { Interruption, MutexState, ProbeResult };

export type CameraId = number;

export type PipelineState = 'idle' | 'starting' | 'running' | 'stopping' | 'error';

/** What keeps a camera of a recording from being recorded. */
export type Fault = 'camera' | 'disk';

/** `slow`: what it has not taken yet waits. `refusing`: it takes nothing, and is tried all the while. */
export type DiskFault = 'slow' | 'refusing';

export interface CameraRecovery {
  readonly attempts: number;
  readonly recovering: boolean;
  /** True once `recording_recovery_max_attempts` are used up without success; cleared by a later success. */
  readonly failedPermanently: boolean;
  readonly lastError: string | null;
  readonly lastRecoveryEpochMs: number | null;
}

/** Facts of one camera from its meters; null where there is nothing measured yet. */
export interface CameraFacts {
  readonly framesAtSource: number;
  readonly framesEncoded: number;
  /** Frames that the camera should have delivered by its own clock and did not. */
  readonly framesMissed: number;
  readonly newestFrameAgeMs: number | null;
  readonly largestGapMs: number | null;
  readonly bytesWritten: number;
  readonly bytesSynced: number;
  /** Encoded frames that the disk has not taken yet. */
  readonly framesWaiting: number;
  readonly fps: number | null;
}

export interface RecordingCamera {
  readonly state: PipelineState;
  readonly uptimeMs: number;
  readonly facts: CameraFacts | null;
}

/** How much room there is while a match is recorded; at `reserve` the recording is stopped. */
export type SpaceLevel = 'ok' | 'low' | 'critical' | 'reserve';

/** What still fits on the disk of the recordings; null where nobody knows. */
export interface Room {
  readonly hoursLeft: number | null;
  readonly freeBytes: number | null;
}

export interface RecordingsDisk {
  /** Known only while recording. */
  readonly state: 'ok' | DiskFault;
  readonly space: SpaceLevel;
  readonly freeBytes: number | null;
  /** The configured disk is not there, and this is another one. */
  readonly isSubstitute: boolean;
  /** For a person; null when there is nothing to say. */
  readonly message: string | null;
}

export interface CameraStackRepairStatus {
  /** Since the daemon started. */
  readonly count: number;
  readonly epochMs: number;
  readonly success: boolean;
  readonly error: string | null;
}

/** `replaced`: by a start with force. `shutdown`: the daemon was ended. `cut_off`: an earlier daemon had begun to stop it. */
export type StopReason = 'requested' | 'replaced' | 'no_space' | 'shutdown' | 'cut_off';

export interface LastStop {
  readonly matchId: string;
  readonly reason: StopReason;
  readonly epochMs: number;
  readonly success: boolean;
  readonly message: string;
}

/** What the guard takes away to make room for the recording, the mildest first. */
export type ReliefStep = 'slower_pictures' | 'no_pictures' | 'lower_bitrate';

export interface OverloadGuardStatus {
  readonly active: boolean;
  readonly triggeredAtEpochMs: number | null;
  readonly lastEvaluatedAtEpochMs: number | null;
  readonly unhealthyStreak: number;
  readonly cpuPercent: number | null;
  readonly reasons: readonly string[];
  readonly healthHealthy: boolean | null;
  readonly healthMessage: string | null;
  /** In force now; our addition. They outlast `active` for a while. */
  readonly steps: readonly ReliefStep[];
}

export interface RecordingStatus {
  readonly recording: boolean;
  readonly matchId: string | null;
  readonly durationMs: number;
  /** Only cameras whose pipeline exists; empty while idle. */
  readonly cameras: ReadonlyMap<CameraId, RecordingCamera>;
  readonly degraded: boolean;
  /** Reason per camera; plus `overload_guard` when the guard is active. */
  readonly degradedReasons: ReadonlyMap<CameraId | 'overload_guard', string>;
  /** Cameras of `degradedReasons` that are degraded by the disk, and whether that is only slow: nothing is lost yet. */
  readonly diskFaults: ReadonlyMap<CameraId, DiskFault>;
  readonly recordingsDisk: RecordingsDisk;
  /** The last restart of the camera stack; null while none was needed. */
  readonly cameraStackRepair: CameraStackRepairStatus | null;
  /** How the recording before ended; null when this daemon has seen none. */
  readonly lastStop: LastStop | null;
  readonly recovery: ReadonlyMap<CameraId, CameraRecovery>;
  readonly overloadGuard: OverloadGuardStatus;
  /** Only while recording: is a stop without force refused now; policy in force. */
  readonly protected: boolean;
  readonly requireAllCameras: boolean;
  /** Extra facts (our addition to the contract): a start or a stop in progress, hours of video that still fit. */
  readonly phase: 'idle' | 'starting' | 'recording' | 'stopping';
  readonly hoursLeft: number | null;
  /** Of the match that is being recorded; 0 while idle. */
  readonly marksCount: number;
  /** How often this match was interrupted and taken up again, and the newest of these, oldest first. */
  readonly interruptionCount: number;
  readonly interruptions: readonly Interruption[];
}

export interface StartRequest {
  /** Already validated by `validateMatchId`; null = the service generates `match_<epoch seconds>`. */
  readonly matchId: string | null;
  readonly force: boolean;
  readonly processAfterRecording: boolean;
}

/**
 * An operation that ran. `refused`/failed operations are values (`success: false`), because the contract answers
 * them with 200; only what the contract answers with an HTTP error is thrown as TouchlineError.
 */
export interface StartResult {
  readonly success: boolean;
  readonly message: string;
  /** Stable reason when not successful: `already_recording`, `cameras_failed`, `low_space`, ... */
  readonly code: string | null;
  readonly matchId: string | null;
  readonly camerasStarted: readonly CameraId[];
  readonly camerasFailed: readonly CameraId[];
  /** What went wrong, per failed camera. */
  readonly cameraErrors: ReadonlyMap<CameraId, string>;
  readonly requireAllCameras: boolean;
  /** Offset between the cameras' first frames; null with fewer than two cameras. */
  readonly firstFrameOffsetMs: number | null;
  /** With force: how the replaced recording ended. */
  readonly replaced: StopResult | null;
}

export interface CameraStop {
  readonly success: boolean;
  readonly eosReceived: boolean;
  readonly timedOut: boolean;
  readonly error: string | null;
  readonly finalized: boolean;
  /** Absolute path of the newest segment, null when there is none. */
  readonly segmentPath: string | null;
  readonly segmentBytes: number | null;
  readonly integrityChecked: boolean;
  readonly integrityOk: boolean | null;
  readonly integrityError: string | null;
  readonly probe: ProbeResult | null;
}

export interface StopIntegrity {
  readonly checked: boolean;
  readonly allOk: boolean | null;
  readonly reason: string | null;
}

export interface StopResult {
  readonly success: boolean;
  readonly message: string;
  /** `not_recording`, `protected`, `stop_failed` when nothing was stopped; null when a stop was carried out. */
  readonly code: string | null;
  /** True only when refused because of the protection window. */
  readonly protected: boolean;
  /** Absent (null) when no stop was carried out. */
  readonly outcome: {
    readonly matchId: string;
    readonly transportSuccess: boolean;
    readonly gracefulStop: boolean;
    readonly cameras: ReadonlyMap<CameraId, CameraStop>;
    readonly integrity: StopIntegrity;
    /** What happened to the cameras during the recording (contract defect 35). */
    readonly recovery: ReadonlyMap<CameraId, CameraRecovery>;
    readonly degradedDuringRecording: ReadonlyMap<CameraId, string>;
  } | null;
}

export interface CameraDiagnostics {
  readonly pipelinePresent: boolean;
  /** `missing` when there is no pipeline. */
  readonly pipelineState: PipelineState | 'missing';
  readonly latestSegment: string | null;
  readonly latestSegmentBytes: number | null;
  readonly latestSegmentAgeMs: number | null;
  readonly probe: ProbeResult | null;
  readonly facts: CameraFacts | null;
}

export interface RecordingHealth {
  readonly healthy: boolean;
  readonly message: string;
  /** Empty when healthy. */
  readonly issues: readonly string[];
  /** False when there is no active recording: the contract then sends only `healthy` and `message`. */
  readonly active: boolean;
  readonly recoveryAttempts: ReadonlyMap<CameraId, number>;
  readonly diagnostics: ReadonlyMap<CameraId, CameraDiagnostics>;
}

/** What happens to recordings, told as it happens. A listener must not throw and must not take long. */
export interface RecordingEvents {
  /** Something that `status` or `mutexState` shows has changed by more than a counter. */
  changed: [];
  started: [match: MatchPlace];
  /** It was tried, and taken back; what went wrong, per camera. */
  notStarted: [match: MatchPlace & { readonly errors: ReadonlyMap<CameraId, string> }];
  /** The camera stack was restarted; `error` says why that did not work. */
  cameraStackRepair: [repair: { readonly matchId: string | null; readonly cameras: readonly CameraId[]; readonly error: string | null }];
  /** Went on after the daemon had been away. */
  adopted: [match: MatchPlace];
  /** Files in the folder of the match have appeared, been finished or been put in order. */
  files: [match: MatchPlace];
  /** A camera has closed a file. `finalised`: it is an ordinary MP4 with its index. */
  segment: [
    closed: MatchPlace & { readonly camera: CameraId; readonly name: string; readonly durationMs: number; readonly frames: number; readonly bytes: number; readonly finalised: boolean },
  ];
  /** A stop was carried out, whoever asked for it. */
  stopped: [result: StopResult, reason: StopReason];
  /** Nobody recorded it any more, and it was taken up again: how, and how often by now. */
  resumed: [match: MatchPlace & { readonly interruption: Interruption; readonly count: number }];
  /** The machine was restarted in mid-match, and the match is over; the gap is null when no clock tells. */
  interrupted: [match: MatchPlace & { readonly reason: EndReason; readonly gapMs: number | null }];
  /** A camera of the running recording is not recorded as it should be. */
  degraded: [problem: MatchPlace & { readonly camera: CameraId; readonly reason: string; readonly fault: Fault; readonly isSlowness: boolean; readonly attempts: number }];
  /** There is more, or less, room on the disk than before while a match is recorded. */
  space: [space: MatchPlace & { readonly before: SpaceLevel; readonly after: SpaceLevel; readonly room: Room }];
  /** The overload guard became active or inactive, took a step or undid one. */
  overload: [guard: MatchPlace & { readonly before: OverloadGuardStatus; readonly after: OverloadGuardStatus; readonly threshold: number }];
  /** It is recorded as it should be again. `isWhole`: the disk was slow and has caught up, and nothing is missing. */
  recovered: [camera: MatchPlace & { readonly camera: CameraId; readonly isWhole: boolean }];
}

/** Why a match that was interrupted does not go on. */
export type EndReason = 'was_being_stopped' | 'switched_off' | 'too_long_ago';

export interface MatchPlace {
  readonly matchId: string;
  readonly matchDir: string;
}

/** The face of the recording part. `status` and `mutexState` are instant and never wait for anything. */
export interface RecordingService {
  readonly events: EventEmitter<RecordingEvents>;
  readonly marks: MatchMarks;
  status(): RecordingStatus;
  mutexState(): MutexState;
  health(): Promise<RecordingHealth>;
  start(request: StartRequest): Promise<StartResult>;
  stop(request: { readonly force: boolean }): Promise<StopResult>;
  /**
   * Runs `action` while nothing can begin to record into this match. Throws `conflict` `match_is_recording` when the
   * match is being started, recorded or stopped; then nothing has been done.
   */
  whileAtRest<T>(matchId: string, action: () => Promise<T>): Promise<T>;
}
