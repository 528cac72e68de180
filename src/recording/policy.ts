import type { Config } from '../config/config.js';
import type { ResumePolicy } from './resume.js';

/** The configured policy; read at each start and stop, so that a live edit counts from then on. */
export interface RecordingPolicy {
  readonly requireAllCameras: boolean;
  readonly recoveryMaxAttempts: number;
  readonly protectionMs: number;
  readonly stallMs: number;
  readonly startTimeoutMs: number;
  readonly eosTimeoutMs: number;
  readonly probeTimeoutMs: number;
  readonly minFreeBytes: number;
  readonly resume: ResumePolicy;
}

/** The recording keys of the configuration. */
export function policyOf(config: Config): RecordingPolicy {
  return {
    requireAllCameras: config.recordingRequireAllCameras,
    recoveryMaxAttempts: config.recordingRecoveryMaxAttempts,
    protectionMs: config.recordingProtectionMs,
    stallMs: config.recordingStallMs,
    startTimeoutMs: config.recordingStartTimeoutMs,
    eosTimeoutMs: config.recordingStopEosTimeoutMs,
    probeTimeoutMs: config.recordingIntegrityProbeTimeoutMs,
    minFreeBytes: config.recordingMinFreeBytes,
    resume: { enabled: config.recordingResumeEnabled, maxAgeMs: config.recordingResumeMaxAgeMs },
  };
}
