import Type, { type Static } from '#typebox';
import { CameraList, Nullable, PerCamera } from './common.js';
import { StopBody } from './recording-stop.js';

/** POST /recording, request. Keys that are not named here are ignored (contract 3.3). */
export const StartRequestBody = Type.Object(
  {
    match_id: Type.Optional(
      Nullable(Type.String(), { description: 'Names the folder of the recording; absent, null or empty: generated' }),
    ),
    force: Type.Optional(Nullable(Type.Boolean(), { description: 'Replace a running recording' })),
    process_after_recording: Type.Optional(
      Nullable(Type.Boolean(), { description: 'Post-process when this recording stops' }),
    ),
  },
  { title: 'StartRecording' },
);
export type StartRequestBody = Static<typeof StartRequestBody>;

/** POST /recording, answer; also when the operation was refused or failed (status 200, `success` false). */
export const StartBody = Type.Object(
  {
    success: Type.Boolean(),
    message: Type.String(),
    code: Type.Optional(Type.String({ description: 'Only without success: stable reason' })),
    match_id: Type.Optional(Type.String()),
    cameras_started: CameraList,
    cameras_failed: CameraList,
    failed_cameras: Type.Optional(CameraList),
    camera_errors: Type.Optional(PerCamera(Type.String(), 'What went wrong, per failed camera')),
    require_all_cameras: Type.Boolean(),
    first_frame_offset_seconds: Type.Optional(
      Nullable(Type.Number(), { description: "Between the two cameras' first frames" }),
    ),
    replaced: Type.Optional(StopBody),
  },
  { title: 'StartResult' },
);
export type StartBody = Static<typeof StartBody>;
