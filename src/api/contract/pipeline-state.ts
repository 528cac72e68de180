import Type, { type Static } from '#typebox';
import { Nullable } from './common.js';

/** GET /pipeline-state (contract 3.2 and 6): who has the cameras. */
export const PipelineStateBody = Type.Object(
  {
    mode: Type.Union([
      Type.Literal('idle'),
      Type.Literal('preview'),
      Type.Literal('recording'),
      Type.Literal('calibration'),
    ]),
    holder: Nullable(Type.String()),
    lock_time: Nullable(Type.String(), { description: 'ISO 8601, local time without zone' }),
    can_preview: Type.Boolean(),
    can_record: Type.Boolean(),
  },
  { title: 'PipelineState' },
);
export type PipelineStateBody = Static<typeof PipelineStateBody>;
