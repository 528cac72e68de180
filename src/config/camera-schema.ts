import Type, { type Static, type TSchemaOptions } from '#typebox';

const strict = { additionalProperties: false };

const edge = (words: string) =>
  Type.Integer({ minimum: 0, maximum: 8192, default: 0, 'x-unit': 'pixels', description: `Pixels removed from the ${words} edge.` });

/** FootballVision's convention: pixels to remove, not coordinates to keep (contract section 11.2). */
const CropSchema = Type.Object(
  {
    left: edge('left'),
    right: edge('right'),
    top: edge('top'),
    bottom: edge('bottom'),
  },
  { ...strict, default: {}, description: 'What to remove from the picture. At least 16x16 pixels must remain.' },
);

export const CameraSchema = Type.Object(
  {
    rotation: Type.Enum([0, 90, 180, 270], { default: 0, 'x-unit': 'degrees', description: 'Turns the picture clockwise.' }),
    crop: CropSchema,
    exposure_compensation: Type.Number({
      minimum: -2,
      maximum: 2,
      default: 0,
      'x-unit': 'stops',
      description: 'Brighter above 0, darker below.',
    }),
    correction_type: Type.String({
      maxLength: 64,
      default: 'none',
      description: 'Lens correction. Kept for FootballVision configurations and not applied by recordings.',
    }),
    correction_params: Type.Record(Type.String(), Type.Unknown(), {
      default: {},
      description: 'Figures of the lens correction. Kept, not applied.',
    }),
  },
  { ...strict, default: {} },
);

export type WireCamera = Static<typeof CameraSchema>;

/** Left camera `0`, right camera `1`. */
export const camerasSchema = (options: TSchemaOptions & { readonly description: string }) =>
  Type.Object({ '0': CameraSchema, '1': CameraSchema }, { ...strict, default: {}, ...options });

export const PresetSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 128, description: 'For people; default: the key.' })),
    description: Type.String({ maxLength: 1000, default: '', description: 'For people.' }),
    cameras: camerasSchema({ description: 'Camera settings of the preset.' }),
  },
  strict,
);
