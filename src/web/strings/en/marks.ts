import type { MarkKind } from '../../marks/kinds.js';

/** Moments of a match, while it is recorded and afterwards. */
export const marks = {
  kinds: { goal: 'Goal', chance: 'Chance', foul: 'Foul', note: 'Note' } satisfies Record<MarkKind, string>,
  bar: 'Mark this moment',
  add: (kind: string): string => `Mark: ${kind}`,
  hint: 'A tap marks this moment of the match.',
  storing: (kind: string): string => `${kind}: storing…`,
  stored: (kind: string, at: string): string => `${kind} at ${at} stored`,
  refused: (kind: string): string => `${kind} was not stored.`,
  undo: 'Undo',
  undone: (kind: string, at: string): string => `${kind} at ${at} removed`,
  undoFailed: 'The mark was not removed.',
  dismiss: 'Dismiss',
  done: 'Done',
  noteText: 'Text of the note',
  noteHint: 'What happened?',
  noteSave: 'Save text',
  noteFailed: 'The text was not stored.',
  noteSaved: 'Text stored',

  kept: (count: number): string => (count === 1 ? '1 mark is not stored yet.' : `${count} marks are not stored yet.`),
  keptDetail: 'Kept here with the time of the tap, and stored as soon as the rig answers. Do not close this page.',
  keptItem: (kind: string, at: string | null): string => (at === null ? kind : `${kind} ${at}`),
  keptStored: (kind: string, at: string): string => `${kind} at ${at} is stored now.`,
  discard: 'Discard',

  title: 'Marks',
  none: 'No moment is marked.',
  noneDetail: 'Mark the one that you see now, or mark them while recording.',
  textLabel: 'Words for the mark, if you like',
  jump: (kind: string, at: string): string => `${kind} at ${at}: play from 5 seconds before`,
  remove: (kind: string, at: string): string => `Delete ${kind} at ${at}`,
  removed: (kind: string, at: string): string => `${kind} at ${at} deleted.`,
  failed: 'The marks could not be read.',
  addFailed: 'The mark was not stored.',
  removeFailed: 'The mark was not deleted.',
};
