/**
 * `match.json` as the page reads it (docs/recording.md). It comes from a disk, and other software may have written it: whatever is not
 * as expected is left out, never guessed.
 */

export type SegmentCheck = 'good' | 'bad' | 'unchecked';

export interface SegmentRecord {
  readonly name: string;
  /** Null as long as the recorder has not closed it, and nobody has measured it since. */
  readonly durationSeconds: number | null;
  readonly isFinalised: boolean;
  /** When it was begun, by the wall clock of the rig. */
  readonly openedEpochMs: number | null;
  readonly check: SegmentCheck;
  /** What the check found; null when nothing is wrong. */
  readonly error: string | null;
}

export interface GapRecord {
  /** Name of the last segment before it. */
  readonly after: string | null;
  /** `stopped`: somebody stopped and went on later. Everything else went wrong. */
  readonly cause: string;
  readonly seconds: number | null;
}

export interface MatchRecord {
  readonly state: 'recording' | 'finished' | 'interrupted' | null;
  readonly startedEpochMs: number | null;
  /** One list per camera. */
  readonly cameras: readonly { readonly segments: readonly SegmentRecord[]; readonly gaps: readonly GapRecord[] }[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Null when it is none. */
export function readMatchRecord(value: unknown): MatchRecord | null {
  const file = fieldsOf(value);
  const cameras = fieldsOf(file?.['cameras']);
  if (file === null || cameras === null) return null;
  const state = file['state'];
  return {
    state: state === 'recording' || state === 'finished' || state === 'interrupted' ? state : null,
    startedEpochMs: numberOf(file['started_epoch_ms']),
    cameras: Object.values(cameras).map((camera) => ({
      segments: listOf(fieldsOf(camera)?.['segments']).flatMap((segment) => segmentOf(segment) ?? []),
      gaps: listOf(fieldsOf(camera)?.['gaps']).map(gapOf),
    })),
  };
}

/** Every segment of every camera, by name. */
export function segmentRecords(record: MatchRecord | null): ReadonlyMap<string, SegmentRecord> {
  return new Map((record?.cameras ?? []).flatMap(({ segments }) => segments.map((segment) => [segment.name, segment])));
}

/** Seconds of recording, of the camera that has most; null when a length is not known. Breaks do not count. */
export function recordedSeconds(record: MatchRecord): number | null {
  const sums = record.cameras.map(({ segments }) => segments.reduce((sum, { durationSeconds }) => sum + (durationSeconds ?? Number.NaN), 0));
  const longest = sums.length === 0 ? 0 : Math.max(...sums);
  return Number.isFinite(longest) && longest > 0 ? longest : null;
}

/** Names of the last files before somebody stopped the recording and went on later. */
export function stoppedAfter(record: MatchRecord | null): ReadonlySet<string> {
  return new Set((record?.cameras ?? []).flatMap(({ gaps }) => gaps.flatMap(({ after, cause }) => (cause === 'stopped' && after !== null ? [after] : []))));
}

function segmentOf(value: unknown): SegmentRecord | null {
  const segment = fieldsOf(value);
  const name = segment?.['name'];
  if (segment === null || typeof name !== 'string') return null;
  const integrity = fieldsOf(segment['integrity']);
  const error = integrity?.['error'];
  return {
    name,
    durationSeconds: numberOf(segment['duration_seconds']),
    isFinalised: segment['finalised'] === true,
    openedEpochMs: numberOf(segment['opened_epoch_ms']),
    check: integrity?.['checked'] !== true ? 'unchecked' : integrity['ok'] === true ? 'good' : 'bad',
    error: typeof error === 'string' ? error : null,
  };
}

function gapOf(value: unknown): GapRecord {
  const gap = fieldsOf(value);
  const after = gap?.['after'];
  const cause = gap?.['cause'];
  return { after: typeof after === 'string' ? after : null, cause: typeof cause === 'string' ? cause : 'unknown', seconds: numberOf(gap?.['seconds']) };
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
