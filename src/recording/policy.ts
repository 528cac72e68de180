/** The configured policy; read at each start and stop, so that a live edit counts from then on. */
export interface RecordingPolicy {
  readonly requireAllCameras: boolean;
  readonly recoveryMaxAttempts: number;
  readonly protectionMs: number;
  readonly stallMs: number;
  readonly startTimeoutMs: number;
  readonly eosTimeoutMs: number;
  readonly probeTimeoutMs: number;
  readonly minFreeGb: number;
}
