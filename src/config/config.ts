import type { WireCamera } from './camera-schema.js';
import type { ConfigKey, WireConfig } from './schema.js';

const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60 * MS_PER_SECOND;
const BYTES_PER_MIB = 1024 ** 2;
const BYTES_PER_GIB = 1024 ** 3;

/** The one place where the file's words become the daemon's: camelCase, durations in ms, sizes in bytes. */
export function toConfig(wire: WireConfig) {
  return {
    profile: wire.profile,
    sources: wire.sources,
    host: wire.host,
    port: wire.port,
    allowedOrigins: wire.allowed_origins,
    recordingsDir: wire.recordings_dir,
    stateDir: wire.state_dir,
    runtimeDir: wire.runtime_dir,
    cameraSupervisor: wire.camera_supervisor,
    logLevel: wire.log_level,

    recordingQuality: wire.recording_quality,
    recordingBitrateKbps: wire.recording_bitrate_kbps,
    recordingRequireAllCameras: wire.recording_require_all_cameras,
    recordingSegmentMs: wire.recording_segment_seconds * MS_PER_SECOND,
    recordingProtectionMs: wire.recording_protection_seconds * MS_PER_SECOND,
    recordingStartTimeoutMs: wire.recording_start_timeout_seconds * MS_PER_SECOND,
    recordingStallMs: wire.recording_stall_seconds * MS_PER_SECOND,
    recordingStopEosTimeoutMs: wire.recording_stop_eos_timeout_seconds * MS_PER_SECOND,
    recordingIntegrityProbeTimeoutMs: wire.recording_integrity_probe_timeout_seconds * MS_PER_SECOND,
    recordingRecoveryMaxAttempts: wire.recording_recovery_max_attempts,
    recordingRecoveryBackoffMs: wire.recording_recovery_backoff_seconds * MS_PER_SECOND,
    recordingMinFreeBytes: wire.recording_min_free_gb * BYTES_PER_GIB,
    recordingSloMinEffectiveFps: wire.recording_slo_min_effective_fps,
    recordingSpaceLowMs: wire.recording_space_low_minutes * MS_PER_MINUTE,
    recordingSpaceCriticalMs: wire.recording_space_critical_minutes * MS_PER_MINUTE,
    recordingReserveBytes: wire.recording_reserve_mb * BYTES_PER_MIB,
    recordingResumeEnabled: wire.recording_resume_enabled,
    recordingResumeMaxAgeMs: wire.recording_resume_max_age_seconds * MS_PER_SECOND,

    previewTransportMode: wire.preview_transport_mode,
    hlsDir: wire.hls_dir,
    webrtcUdpPort: wire.webrtc_udp_port,
    webrtcIceServers: wire.webrtc_ice_servers,
    monitorMode: wire.monitor_mode,
    monitorFps: wire.monitor_fps,
    monitorWidth: wire.monitor_width,

    matchTeams: wire.match_teams,

    overloadGuardEnabled: wire.recording_overload_guard_enabled,
    overloadCpuPercentThreshold: wire.recording_overload_cpu_percent_threshold,
    overloadPollIntervalMs: wire.recording_overload_poll_interval_seconds * MS_PER_SECOND,
    overloadUnhealthyStreakThreshold: wire.recording_overload_unhealthy_streak_threshold,

    cameraStackRepairEnabled: wire.camera_stack_repair_enabled,
    cameraStackRepairAfterFailures: wire.camera_stack_repair_after_failures,
    cameraStackRepairIntervalMs: wire.camera_stack_repair_interval_seconds * MS_PER_SECOND,

    video: { width: wire.video_width, height: wire.video_height, framerate: wire.video_framerate },
    /** Index 0 is the left camera, 1 the right one. */
    cameras: [toCamera(wire.cameras['0']), toCamera(wire.cameras['1'])] as const,
    presets: new Map(
      Object.entries(wire.presets).map(([key, preset]) => [
        key,
        {
          name: preset.name ?? key,
          description: preset.description,
          cameras: [toCamera(preset.cameras['0']), toCamera(preset.cameras['1'])] as const,
        },
      ]),
    ),
  };
}

function toCamera(wire: WireCamera) {
  return {
    /** Clockwise. */
    rotationDegrees: wire.rotation,
    /** Pixels to remove from each edge. */
    crop: wire.crop,
    /** Stops. */
    exposureCompensation: wire.exposure_compensation,
    correctionType: wire.correction_type,
    correctionParams: wire.correction_params,
  };
}

/** The configuration as the daemon's parts receive it. */
export type Config = ReturnType<typeof toConfig>;
export type { ConfigKey };
