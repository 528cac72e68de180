import Type, { type Static, type TSchema } from '#typebox';

/**
 * Pieces that several bodies share. Sources of every shape in this folder: the published API reference and the
 * completed contract of FootballVision Pro v3, in whose words cameras are `camera_0` in objects and `0` in lists.
 * Answers may carry more fields than the schemas name; clients must ignore what they do not know.
 */

export const CAMERA_KEY_PATTERN = '^camera_[0-9]+$';

/** An object with one value per camera, under `camera_0`, `camera_1`, ... */
export function PerCamera<T extends TSchema>(value: T, description: string) {
  return Type.Record(Type.String({ pattern: CAMERA_KEY_PATTERN }), value, { description });
}

export function Nullable<T extends TSchema>(schema: T, options: { readonly description?: string } = {}) {
  return Type.Union([schema, Type.Null()], options);
}

export const Seconds = Type.Number({ minimum: 0, description: 'Seconds, not rounded' });
export const EpochSeconds = Type.Number({ description: 'Seconds since the Unix epoch, with fraction' });
export const Count = Type.Integer({ minimum: 0 });
export const CameraList = Type.Array(Type.Integer({ minimum: 0 }), { description: 'Camera numbers' });

export const PipelineStateName = Type.Union(
  [
    Type.Literal('idle'),
    Type.Literal('starting'),
    Type.Literal('running'),
    Type.Literal('stopping'),
    Type.Literal('error'),
  ],
  { description: 'State of one camera pipeline' },
);

/** What the meters in one camera's pipeline say (an addition to FootballVision's fields). */
export const CameraFacts = Type.Object(
  {
    frames_at_source: Count,
    frames_encoded: Count,
    frames_missed: Type.Integer({ minimum: 0, description: 'Frames that the camera should have delivered and did not' }),
    newest_frame_age_seconds: Nullable(Type.Number()),
    largest_gap_seconds: Nullable(Type.Number()),
    bytes_written: Count,
    bytes_synced: Type.Integer({ minimum: 0, description: 'Bytes that survive a power cut' }),
    frames_waiting: Type.Integer({ minimum: 0, description: 'Encoded frames that the disk has not taken yet' }),
    fps: Nullable(Type.Number(), { description: 'Frames per second over the last two seconds' }),
  },
  { title: 'CameraFacts', description: 'Counted at the camera and on disk, never derived from commands' },
);
export type CameraFacts = Static<typeof CameraFacts>;
