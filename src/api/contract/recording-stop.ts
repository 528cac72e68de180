import Type, { type Static } from '#typebox';
import { Count, Nullable, PerCamera } from './common.js';
import { CameraRecoveryBody, DegradedReasons } from './recording-status.js';

/** DELETE /recording, query. */
export const StopQuery = Type.Object(
  { force: Type.Optional(Type.Boolean({ description: 'Stop inside the protection window too' })) },
  { title: 'StopQuery' },
);
export type StopQuery = Static<typeof StopQuery>;

/** One ffprobe run over one segment (contract 5.5). */
export const ProbeBody = Type.Object(
  {
    checked: Type.Boolean(),
    ok: Nullable(Type.Boolean()),
    error: Nullable(Type.String()),
    cached: Type.Optional(Type.Boolean()),
    duration: Type.Optional(Type.String({ description: 'Seconds, as ffprobe prints them' })),
    bit_rate: Type.Optional(Type.String()),
    avg_frame_rate: Type.Optional(Type.String({ description: 'Ratio, e.g. 30/1' })),
    frames: Type.Optional(Count),
  },
  { title: 'Probe' },
);
export type ProbeBody = Static<typeof ProbeBody>;

const CameraStopBody = Type.Object(
  {
    success: Type.Boolean(),
    eos_received: Type.Boolean(),
    timed_out: Type.Boolean(),
    error: Nullable(Type.String()),
    finalized: Type.Boolean(),
    segment_path: Nullable(Type.String(), { description: 'Absolute path on the rig' }),
    integrity_checked: Type.Boolean(),
    integrity_ok: Nullable(Type.Boolean()),
    integrity_error: Nullable(Type.String()),
    integrity_avg_frame_rate: Nullable(Type.String()),
  },
  { title: 'CameraStop' },
);
export type CameraStopBody = Static<typeof CameraStopBody>;

const CameraIntegrityBody = Type.Object(
  {
    segment_found: Type.Boolean(),
    segment_path: Nullable(Type.String()),
    segment_size: Type.Optional(Count),
    integrity_checked: Type.Boolean(),
    integrity_ok: Nullable(Type.Boolean()),
    integrity_error: Nullable(Type.String()),
    probe: Type.Optional(ProbeBody),
  },
  { title: 'CameraIntegrity' },
);
export type CameraIntegrityBody = Static<typeof CameraIntegrityBody>;

export const IntegrityBody = Type.Object(
  {
    checked: Type.Boolean(),
    all_ok: Nullable(Type.Boolean(), { description: 'null: could not be checked' }),
    reason: Nullable(Type.String()),
    cameras: PerCamera(CameraIntegrityBody, 'Every camera of the recording'),
  },
  { title: 'Integrity' },
);

/**
 * DELETE /recording, answer (contract 3.3). A refusal has only `success`, `message`, `code` (and `protected`); a stop
 * that was carried out has the rest, whether it went well or not.
 */
export const StopBody = Type.Object(
  {
    success: Type.Boolean(),
    message: Type.String(),
    code: Type.Optional(Type.String({ description: 'Only when nothing was stopped: stable reason' })),
    protected: Type.Optional(Type.Literal(true)),
    match_id: Type.Optional(Type.String()),
    transport_success: Type.Optional(Type.Boolean()),
    graceful_stop: Type.Optional(Type.Boolean()),
    camera_stop_results: Type.Optional(PerCamera(CameraStopBody, 'Every camera of the recording')),
    integrity: Type.Optional(IntegrityBody),
    camera_recovery: Type.Optional(PerCamera(CameraRecoveryBody, 'What happened during the recording')),
    degraded_cameras: Type.Optional(DegradedReasons),
  },
  { title: 'StopResult' },
);
export type StopBody = Static<typeof StopBody>;
