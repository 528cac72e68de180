import Type, { type Static } from '#typebox';
import { Nullable } from './common.js';
import { MatchParams } from './library.js';

/** Marks: moments of a match that somebody wants to find again. Ours; the reference has nothing like it. */

const MAX_TEXT_CHARACTERS = 200;
/** No line breaks, no other controls, and nothing that turns the direction of the text around it. */
const SINGLE_LINE = '^[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u202a-\\u202e\\u2066-\\u2069]*$';

export const MarkKindName = Type.Union([Type.Literal('goal'), Type.Literal('chance'), Type.Literal('foul'), Type.Literal('note')]);

export const MarkBody = Type.Object(
  {
    id: Type.String(),
    kind: MarkKindName,
    text: Nullable(Type.String()),
    match_seconds: Type.Number({ description: 'Since the first frame of the match' }),
    epoch_ms: Type.Number({ description: 'The same moment by the clock of the rig: milliseconds since the Unix epoch' }),
  },
  { title: 'Mark' },
);
export type MarkBody = Static<typeof MarkBody>;

export const MarksBody = Type.Object({ match_id: Type.String(), marks: Type.Array(MarkBody, { description: 'In the order of the match' }) }, { title: 'Marks' });
export type MarksBody = Static<typeof MarksBody>;

const NEW_MARK = {
  kind: MarkKindName,
  text: Type.Optional(
    Nullable(Type.String({ maxLength: MAX_TEXT_CHARACTERS, pattern: SINGLE_LINE, 'x-expected': `one line of at most ${MAX_TEXT_CHARACTERS} characters` }), {
      description: 'Blanks around it are removed; absent, null or empty: none',
    }),
  ),
  match_seconds: Type.Optional(
    Nullable(Type.Number({ minimum: 0 }), { description: 'Where in the match, counted from its first frame; absent or null: now, in a match that is being recorded' }),
  ),
};

export const MarkRequestBody = Type.Object(NEW_MARK, { title: 'MarkRequest', examples: [{ kind: 'goal', text: '1:0, number 9' }] });
export type MarkRequestBody = Static<typeof MarkRequestBody>;

export const AddMarkParams = Type.Object(
  { ...NEW_MARK, match_id: Type.Optional(Nullable(Type.String(), { description: 'Name of the match; absent or null: the one that is being recorded' })) },
  { title: 'AddMarkParams' },
);
export type AddMarkParams = Static<typeof AddMarkParams>;

export const MarkAddedBody = Type.Object(
  { success: Type.Boolean(), message: Type.String(), mark: MarkBody },
  { title: 'MarkAdded', description: 'The mark is on the disk' },
);
export type MarkAddedBody = Static<typeof MarkAddedBody>;

export const MarkRemovedBody = Type.Object({ success: Type.Boolean(), message: Type.String() }, { title: 'MarkRemoved' });
export type MarkRemovedBody = Static<typeof MarkRemovedBody>;

/** Chosen by the client, which has no other id to call a mark by whose answer was lost. */
export const OwnMarkParams = Type.Object({
  ...MatchParams.properties,
  mark_id: Type.String({ pattern: '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$', 'x-expected': 'a UUID in lower case', description: 'A UUID that the client chooses, or that of a mark' }),
});

export const MarkParams = Type.Object({ ...MatchParams.properties, mark_id: Type.String({ description: 'As in the list of marks' }) });
