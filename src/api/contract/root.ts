import Type, { type Static } from '#typebox';

/** GET / (contract 3.1). */
export const RootBody = Type.Object(
  {
    service: Type.String({ description: 'The API spoken here; fixed by the contract' }),
    version: Type.String({ description: 'Version of that API' }),
    status: Type.Literal('running'),
    features: Type.Array(Type.String()),
    product: Type.String({ description: 'The daemon that answers' }),
    product_version: Type.String(),
  },
  { title: 'Root' },
);
export type RootBody = Static<typeof RootBody>;
