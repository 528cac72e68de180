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

const InterruptionBody = Type.Object(
  {
    cause: Type.Union([Type.Literal('machine_restarted'), Type.Literal('processes_died'), Type.Literal('disk_missing')], { description: 'Power cut or restart of the machine; daemon and camera processes together; the disk went away, and the match goes on on another one' }),
    resumed_at: EpochSeconds,
    seconds: Nullable(Type.Number({ minimum: 0 }), { description: 'How long nothing was recorded, to about a second; null when the clock of the machine could not be right' }),
  },
  { title: 'Interruption' },
);

const RecordingsDiskBody = Type.Object(
  {
    state: Type.Union([Type.Literal('ok'), Type.Literal('slow'), Type.Literal('refusing')], { description: 'While recording: frames wait for it; it takes nothing and is tried all the while' }),
    space: Type.Union([Type.Literal('ok'), Type.Literal('low'), Type.Literal('critical'), Type.Literal('reserve')], { description: 'While recording; at `reserve` the recording is stopped in order' }),
    free_gb: Nullable(Type.Number({ minimum: 0 }), { description: 'null while the disk cannot be read or is not mounted' }),
    is_substitute: Type.Boolean({ description: 'The configured disk is missing, and matches are recorded to another one' }),
    message: Nullable(Type.String(), { description: 'For a person; null when all is well' }),
  },
  { title: 'RecordingsDisk' },
);

const LastStopBody = Type.Object(
  {
    match_id: Type.String(),
    reason: Type.Union([Type.Literal('requested'), Type.Literal('replaced'), Type.Literal('no_space'), Type.Literal('shutdown'), Type.Literal('cut_off')], {
      description: 'Somebody asked for it; a start with force replaced it; the disk was full up to the reserve; the daemon was ended; an earlier daemon had begun it and died',
    }),
    at: EpochSeconds,
    success: Type.Boolean(),
    message: Type.String(),
  },
  { title: 'LastStop' },
);

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
    recordings_disk: RecordingsDiskBody,
    camera_stack_repair: Nullable(
      Type.Object({ count: Type.Integer({ minimum: 0 }), last_at: EpochSeconds, success: Type.Boolean(), error: Nullable(Type.String()) }, { title: 'CameraStackRepair' }),
      { description: 'The last restart of NVIDIA\'s camera daemon by the rig, and how many since it started; null while none was needed' },
    ),
    last_stop: Nullable(LastStopBody, { description: 'How the recording before ended; null when this daemon has seen none' }),
    interruption_count: Type.Integer({ minimum: 0, description: 'How often the recording of this match was interrupted and taken up again; 0 while idle' }),
    interruptions: Type.Array(InterruptionBody, { description: 'The newest of these, oldest first' }),
  },
  { title: 'RecordingStatus' },
);
export type RecordingStatusBody = Static<typeof RecordingStatusBody>;
