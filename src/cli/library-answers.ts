import Type, { type Static } from 'typebox';

/** What `touchline library` reads of the daemon's answers (contract 3.6); they hold more. */
export const RecordingsBody = Type.Object({
  recordings: Type.Record(
    Type.String(),
    Type.Object({
      total_size_mb: Type.Number(),
      camera_count: Type.Integer(),
      segments_count: Type.Integer(),
      created_at: Type.Union([Type.Number(), Type.Null()]),
      files: Type.Array(Type.Object({ file: Type.String(), type: Type.String() })),
    }),
  ),
});
export type RecordingsBody = Static<typeof RecordingsBody>;

export const RebuiltBody = Type.Object({ matches: Type.Integer({ minimum: 0 }) });
export type RebuiltBody = Static<typeof RebuiltBody>;
