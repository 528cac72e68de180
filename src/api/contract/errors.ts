import Type, { type Static } from '#typebox';

/** One broken rule of a request, in the form that FastAPI clients know. */
export const ValidationItem = Type.Object(
  {
    loc: Type.Array(Type.Union([Type.String(), Type.Integer()]), {
      description: 'Where: `body` or `query`, then the path inside it',
    }),
    msg: Type.String({ description: 'What the rule is, for a person' }),
    type: Type.String({ description: 'Stable name of the rule' }),
    input: Type.Optional(Type.Unknown({ description: 'What came in; long values are shortened' })),
  },
  { title: 'ValidationItem' },
);
export type ValidationItem = Static<typeof ValidationItem>;

/** Every answer with a status of 400 or above. */
export const ErrorBody = Type.Object(
  {
    detail: Type.Union([Type.String(), Type.Array(ValidationItem)], {
      description: 'What happened and what to do about it; a list when the request broke rules (422)',
    }),
    code: Type.String({ description: 'Stable, for programs' }),
  },
  { title: 'ErrorBody' },
);
export type ErrorBody = Static<typeof ErrorBody>;
