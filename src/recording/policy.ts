import type { Config } from '../config/config.js';
import type { ResumePolicy } from './resume.js';
import type { SpacePolicy } from './space-guard.js';

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
  readonly space: SpacePolicy;
}

/** What is started with less than twice the reserve would soon be stopped by it. */
export function startFloorBytes({ minFreeBytes, space }: RecordingPolicy): number {
  return Math.max(minFreeBytes, 2 * space.reserveBytes);
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
    space: { lowMs: config.recordingSpaceLowMs, criticalMs: config.recordingSpaceCriticalMs, reserveBytes: config.recordingReserveBytes },
  };
}
