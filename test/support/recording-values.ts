import type {
  CameraFacts,
  CameraRecovery,
  CameraStop,
  ProbeResult,
  RecordingStatus,
  StartResult,
  StopResult,
} from '../../src/recording/types.js';

/** Complete values of the recording service's types, as a healthy two-camera rig produces them. */

export const FACTS: CameraFacts = {
  framesAtSource: 331,
  framesEncoded: 330,
  framesMissed: 1,
  newestFrameAgeMs: 21.5,
  largestGapMs: 66.7,
  bytesWritten: 97_206,
  bytesSynced: 96_000,
  framesWaiting: 1,
  fps: 29.97,
};

export const RECOVERY: CameraRecovery = {
  attempts: 0,
  recovering: false,
  failedPermanently: false,
  lastError: null,
  lastRecoveryEpochMs: null,
};

export const IDLE: RecordingStatus = {
  recording: false,
  matchId: null,
  durationMs: 0,
  cameras: new Map(),
  degraded: false,
  degradedReasons: new Map(),
  diskFaults: new Map(),
  recordingsDisk: { state: 'ok', space: 'ok', freeBytes: 400 * 1024 ** 3, isSubstitute: false, message: null },
  lastStop: null,
  cameraStackRepair: null,
  recovery: new Map(),
  overloadGuard: {
    active: false,
    triggeredAtEpochMs: null,
    lastEvaluatedAtEpochMs: null,
    unhealthyStreak: 0,
    cpuPercent: null,
    reasons: [],
    healthHealthy: null,
    healthMessage: null,
    steps: [],
  },
  protected: false,
  requireAllCameras: true,
  phase: 'idle',
  hoursLeft: 12.5,
  marksCount: 0,
  interruptionCount: 0,
  interruptions: [],
};

export const RECORDING: RecordingStatus = {
  ...IDLE,
  recording: true,
  matchId: 'match_20260211_001',
  durationMs: 11_022.523641586304,
  cameras: new Map([
    [1, { state: 'running', uptimeMs: 11_024.009, facts: null }],
    [0, { state: 'running', uptimeMs: 11_025.759, facts: FACTS }],
  ]),
  recovery: new Map([
    [0, RECOVERY],
    [1, { ...RECOVERY, attempts: 1, lastError: 'no frames', lastRecoveryEpochMs: 1_795_222_600_250 }],
  ]),
  overloadGuard: {
    ...IDLE.overloadGuard,
    lastEvaluatedAtEpochMs: 1_795_222_612_001.385,
    cpuPercent: 6.9,
    healthHealthy: true,
    healthMessage: 'Recording healthy',
  },
  protected: true,
  phase: 'recording',
  marksCount: 2,
};

export const STARTED: StartResult = {
  success: true,
  message: 'Recording started for match: match_20260211_001',
  code: null,
  matchId: 'match_20260211_001',
  camerasStarted: [0, 1],
  camerasFailed: [],
  cameraErrors: new Map(),
  requireAllCameras: true,
  firstFrameOffsetMs: 4.5,
  replaced: null,
};

export const PROBE: ProbeResult = {
  checked: true,
  ok: true,
  error: null,
  cached: false,
  durationSeconds: '11.033333',
  bitRate: '70481',
  avgFrameRate: '30/1',
  frames: 331,
};

export const CAMERA_STOP: CameraStop = {
  success: true,
  eosReceived: true,
  timedOut: false,
  error: null,
  finalized: true,
  segmentPath: '/recordings/match_20260211_001/segments/cam0_20261121_005641_00.mp4',
  segmentBytes: 97_206,
  integrityChecked: true,
  integrityOk: true,
  integrityError: null,
  probe: PROBE,
};

export const STOPPED: StopResult = {
  success: true,
  message: 'Recording stopped successfully',
  code: null,
  protected: false,
  outcome: {
    matchId: 'match_20260211_001',
    transportSuccess: true,
    gracefulStop: true,
    cameras: new Map([[0, CAMERA_STOP]]),
    integrity: { checked: true, allOk: true, reason: null },
    recovery: new Map([[0, RECOVERY]]),
    degradedDuringRecording: new Map(),
  },
};

export const PROTECTED: StopResult = {
  success: false,
  message: 'Recording protected for 10.0s. Current duration: 0.0s. Use force=True to override.',
  code: 'protected',
  protected: true,
  outcome: null,
};
