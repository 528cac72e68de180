import Type, { type Static } from '#typebox';
import { CameraFacts, Count, EpochSeconds, Nullable, PerCamera, PipelineStateName, Seconds } from './common.js';

export const OverloadGuardBody = Type.Object(
  {
    active: Type.Boolean(),
    triggered_at: Nullable(EpochSeconds),
    last_evaluated_at: Nullable(EpochSeconds),
    unhealthy_streak: Count,
    cpu_percent: Nullable(Type.Number()),
    reasons: Type.Array(Type.String()),
    health_healthy: Nullable(Type.Boolean()),
    health_message: Nullable(Type.String()),
    steps: Type.Array(Type.Union([Type.Literal('slower_pictures'), Type.Literal('no_pictures'), Type.Literal('lower_bitrate')]), {
      description: 'What was taken away to make room for the recording and was not given back yet; our addition',
    }),
  },
  { title: 'OverloadGuard' },
);

export const CameraRecoveryBody = Type.Object(
  {
    attempts: Count,
    recovering: Type.Boolean(),
    failed_permanently: Type.Boolean(),
    last_error: Nullable(Type.String()),
    last_recovery_ts: Nullable(EpochSeconds),
  },
  { title: 'CameraRecovery' },
);
export type CameraRecoveryBody = Static<typeof CameraRecoveryBody>;

const RecordingCameraBody = Type.Object(
  { state: PipelineStateName, uptime: Seconds, facts: Nullable(CameraFacts) },
  { title: 'RecordingCamera' },
);

export const DegradedReasons = Type.Record(Type.String(), Type.String(), {
  description: 'Reason per camera key, and under `overload_guard` while the guard is active',
});

/** GET /recording, and `recording` in GET /status (contract 3.3). */
export const RecordingStatusBody = Type.Object(
  {
    recording: Type.Boolean(),
    match_id: Nullable(Type.String()),
    duration: Seconds,
    cameras: PerCamera(RecordingCameraBody, 'Only cameras whose pipeline exists; empty while idle'),
    degraded: Type.Boolean(),
    degraded_cameras: DegradedReasons,
    camera_recovery: PerCamera(CameraRecoveryBody, 'Empty while idle'),
    overload_guard: OverloadGuardBody,
    protected: Type.Optional(Type.Boolean({ description: 'While recording: a stop needs force now' })),
    require_all_cameras: Type.Optional(Type.Boolean({ description: 'While recording: the policy in force' })),
    phase: Type.Union([
      Type.Literal('idle'),
      Type.Literal('starting'),
      Type.Literal('recording'),
      Type.Literal('stopping'),
    ]),
    hours_left: Nullable(Type.Number({ minimum: 0 }), { description: 'Hours of video that still fit on the disk' }),
    marks_count: Type.Integer({ minimum: 0, description: 'Marks of the match that is being recorded; 0 while idle' }),
  },
  { title: 'RecordingStatus' },
);
export type RecordingStatusBody = Static<typeof RecordingStatusBody>;
