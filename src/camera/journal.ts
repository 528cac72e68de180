/**
 * The journal of one camera in one match: `<match>/cam<N>.journal.ndjson`, appended by the camera host and by
 * nobody else. It holds what only the host can know (when a segment opened on the monotonic clock, why a run
 * broke), survives every process, and is what `match.json` is made from.
 */
import { Type, type Static } from '#typebox';

export const JOURNAL_VERSION = 1;

const head = {
  v: Type.Literal(JOURNAL_VERSION),
  camera: Type.Number(),
  runId: Type.String(),
  bootId: Type.String(),
  monoUs: Type.Number(),
  epochMs: Type.Number(),
};
const NullableString = Type.Union([Type.String(), Type.Null()]);

/** How a match goes on in another boot, whose monotonic clock has nothing to do with the one before. */
export const ContinuationSchema = Type.Object({
  /** Last sign of life before the interruption: in which boot, and when in it. */
  bootId: Type.String(),
  monoUs: Type.Number(),
  epochMs: Type.Number(),
  /** When the match was taken up again, in the boot of this entry. */
  resumedMonoUs: Type.Number(),
  /** Between the two; null when the clock of the machine cannot be right. */
  gapMs: Type.Union([Type.Number(), Type.Null()]),
});
export type Continuation = Static<typeof ContinuationSchema>;

export const JournalEntrySchema = Type.Union([
  Type.Object({ ...head, kind: Type.Literal('run-started'), stamp: Type.String(), resumes: Type.Number(), cause: NullableString, continues: Type.Optional(ContinuationSchema) }),
  Type.Object({ ...head, kind: Type.Literal('first-frame'), frameMonoUs: Type.Number() }),
  Type.Object({ ...head, kind: Type.Literal('segment-opened'), name: Type.String(), index: Type.Number() }),
  Type.Object({
    ...head,
    kind: Type.Literal('segment-closed'),
    name: Type.String(),
    index: Type.Number(),
    frames: Type.Number(),
    bytes: Type.Number(),
    durationMs: Type.Number(),
    finalised: Type.Boolean(),
    synced: Type.Boolean(),
    error: NullableString,
  }),
  Type.Object({ ...head, kind: Type.Literal('failed'), code: Type.String(), message: Type.String() }),
  Type.Object({
    ...head,
    kind: Type.Literal('run-ended'),
    eosReceived: Type.Boolean(),
    framesAtSource: Type.Number(),
    framesEncoded: Type.Number(),
    framesMissed: Type.Number(),
    framesInSegments: Type.Number(),
  }),
]);
export type JournalEntry = Static<typeof JournalEntrySchema>;
type WithoutHead<T> = T extends JournalEntry ? Omit<T, keyof typeof head> : never;
/** What happened, before the writer adds who and when. */
export type JournalFact = WithoutHead<JournalEntry>;

export function journalPath(matchDir: string, camera: number): string {
  return `${matchDir}/cam${camera}.journal.ndjson`;
}

/** Whether a file of this name in the folder of a match is the journal of a camera. */
export function isJournalName(name: string): boolean {
  return /^cam\d{1,3}\.journal\.ndjson$/.test(name);
}

export function segmentsDir(matchDir: string): string {
  return `${matchDir}/segments`;
}
