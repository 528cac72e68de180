/** The JSON files of the pipelines folder: profiles, the settings beside a template, the packages of elements. */
import { Type, type Static, type TSchema } from '#typebox';

export const QUALITIES = ['high', 'balanced', 'fast'] as const;
/** Contract 5.9: the names of `recording_quality`. */
export type Quality = (typeof QUALITIES)[number];

const strict = { additionalProperties: false };
const NAME = '^[A-Za-z0-9][A-Za-z0-9_-]*$';

const TemplateName = Type.String({
  pattern: NAME,
  maxLength: 64,
  'x-expected': 'the name of a template, without folder and ending',
});

/** Values for the placeholders of the templates in use; their types are checked against the placeholders. */
export const SettingsSchema = Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
  Type.Union([Type.String(), Type.Number(), Type.Boolean()], { 'x-expected': 'text, a number, true or false' }),
);
export type Settings = Static<typeof SettingsSchema>;

const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const PixelSize = nullable(Type.Integer({ minimum: 16, maximum: 8192 }));

/** The picture that a source delivers, before crop and rotation; null = the source decides. */
export const VideoSchema = Type.Object(
  { width: PixelSize, height: PixelSize, framerate: nullable(Type.Number({ minimum: 1, maximum: 240 })) },
  strict,
);

export const ProfileSchema = Type.Object(
  {
    description: Type.String({ minLength: 1, maxLength: 200 }),
    source: TemplateName,
    encoder: TemplateName,
    output: TemplateName,
    /** How live pictures are made; their outputs are the templates `live-hls` and `live-rtp`. */
    live: Type.Optional(Type.Object({ encoder: TemplateName, settings: Type.Optional(SettingsSchema) }, strict)),
    /** What passes the tap of its pipelines, and so how small pictures are made of it; absent = none are. */
    monitor: Type.Optional(Type.Union([Type.Literal('raw'), Type.Literal('nvmm'), Type.Literal('h264')])),
    video: VideoSchema,
    settings: Type.Optional(SettingsSchema),
    quality: Type.Optional(
      Type.Object(
        {
          high: Type.Optional(SettingsSchema),
          balanced: Type.Optional(SettingsSchema),
          fast: Type.Optional(SettingsSchema),
        },
        strict,
      ),
    ),
    /** What differs between the cameras. */
    cameras: Type.Optional(
      Type.Object({ '0': Type.Optional(SettingsSchema), '1': Type.Optional(SettingsSchema) }, strict),
    ),
  },
  strict,
);
export type Profile = Static<typeof ProfileSchema>;
export type MonitorKind = NonNullable<Profile['monitor']>;

export const EncoderSchema = Type.Object(
  {
    description: Type.String({ minLength: 1, maxLength: 200 }),
    /** Time from one keyframe to the next. */
    gop_seconds: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 10 })),
    settings: Type.Optional(SettingsSchema),
    quality: Type.Object({ high: SettingsSchema, balanced: SettingsSchema, fast: SettingsSchema }, strict),
  },
  strict,
);
export type Encoder = Static<typeof EncoderSchema>;

export const PackagesSchema = Type.Object(
  { packages: Type.Record(Type.String({ minLength: 1 }), Type.Array(Type.String({ pattern: NAME }))) },
  strict,
);

const CropSide = Type.Integer({ minimum: 0, maximum: 8192 });

/** What the caller of `renderRecording` gives; checked again here, because it ends in a pipeline. */
export const RecordingRequestSchema = Type.Object(
  {
    profile: Type.String(),
    /** 0 is the left camera, 1 the right one. */
    camera: Type.Integer({ minimum: 0, maximum: 1 }),
    quality: Type.Union([Type.Literal('high'), Type.Literal('balanced'), Type.Literal('fast')]),
    /** Pixels to remove from each edge of the source's picture. */
    crop: Type.Object({ left: CropSide, right: CropSide, top: CropSide, bottom: CropSide }, strict),
    /** Degrees clockwise. */
    rotation: Type.Union([Type.Literal(0), Type.Literal(90), Type.Literal(180), Type.Literal(270)]),
    exposureCompensation: Type.Number({ minimum: -2, maximum: 2 }),
    /** File, device or address of this camera; null for sources that need none. */
    source: Type.Union([Type.String(), Type.Null()]),
    /** Null = the profile's. */
    video: VideoSchema,
    /** Null = the quality's. */
    bitrateKbps: nullable(Type.Integer({ minimum: 64, maximum: 500_000 })),
    segmentSeconds: Type.Number({ minimum: 0.2, maximum: 86_400 }),
    /** Whether small pictures can be taken from it while it runs; default no. */
    monitor: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type RecordingRequest = Static<typeof RecordingRequestSchema>;
