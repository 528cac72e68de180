/**
 * `match.json`: one match in one file, for people and programs. It is made from the hosts' journals and the files,
 * and can be made again from them at any time; only marks and probe results are carried over from the one before.
 * Keys are snake_case like everything that FootballVision's tools read.
 */
import { Type, type Static } from '#typebox';
import type { Continuation } from '../camera/journal.js';
import { compareSegments, parseSegmentName } from '../camera/segment-names.js';
import type { CameraHistory, RunHistory } from './camera-history.js';
import type { ProbeResult } from './types.js';

const NullableNumber = Type.Union([Type.Number(), Type.Null()]);
const NullableString = Type.Union([Type.String(), Type.Null()]);

const SegmentSchema = Type.Object({
  name: Type.String(),
  /** As the recorder counted them when it closed the segment; null when it did not live to do so. */
  frames: NullableNumber,
  duration_seconds: NullableNumber,
  bytes: Type.Number(),
  finalised: Type.Boolean(),
  opened_epoch_ms: NullableNumber,
  opened_mono_us: NullableNumber,
  integrity: Type.Object({ checked: Type.Boolean(), ok: Type.Union([Type.Boolean(), Type.Null()]), error: NullableString }),
});
export type ManifestSegment = Static<typeof SegmentSchema>;

const GapSchema = Type.Object({
  /** Name of the last segment before the gap. */
  after: NullableString,
  cause: Type.String(),
  /** From the end of the last frame on disk to the next frame; null while it is open or cannot be told. */
  seconds: NullableNumber,
});

const ManifestCameraSchema = Type.Object({
  segments: Type.Array(SegmentSchema),
  frames: Type.Number(),
  frames_missed_at_source: Type.Number(),
  first_frame_mono_us: NullableNumber,
  gaps: Type.Array(GapSchema),
});
export type ManifestCamera = Static<typeof ManifestCameraSchema>;

const InterruptionSchema = Type.Object({
  cause: Type.Literal('machine_restarted'),
  /** Last sign of life before it, and when the match was taken up again, by the wall clock of that moment. */
  from_epoch_ms: Type.Number(),
  to_epoch_ms: Type.Number(),
  /** Null when the clock of the machine could not be right: the two times above cannot be compared then. */
  seconds: NullableNumber,
});

// Shared by nearly all segments, of which there may be thousands.
const UNCHECKED: ManifestSegment['integrity'] = Object.freeze({ checked: false, ok: null, error: null });
const SOUND: ManifestSegment['integrity'] = Object.freeze({ checked: true, ok: true, error: null });

export const ManifestSchema = Type.Object({
  v: Type.Literal(1),
  match_id: Type.String(),
  software_version: Type.String(),
  /** `interrupted`: the recorder went away without a stop. */
  state: Type.Union([Type.Literal('recording'), Type.Literal('finished'), Type.Literal('interrupted')]),
  started_epoch_ms: NullableNumber,
  started_mono_us: NullableNumber,
  ended_epoch_ms: NullableNumber,
  boot_ids: Type.Array(Type.String()),
  /** Restarts of the machine after which the match went on; absent in older files. */
  interruptions: Type.Optional(Type.Array(InterruptionSchema)),
  /** Between the first frames of the cameras. */
  first_frame_offset_ms: NullableNumber,
  cameras: Type.Record(Type.String(), ManifestCameraSchema),
  /** Those of ours are described in marks.ts; other software may have left others, which stay as they are. */
  marks: Type.Array(Type.Unknown()),
});
export type Manifest = Static<typeof ManifestSchema>;

export interface SegmentFile {
  readonly name: string;
  readonly bytes: number;
  readonly finalised: boolean;
}

export interface ManifestInput {
  readonly matchId: string;
  readonly softwareVersion: string;
  readonly state: Manifest['state'];
  readonly endedEpochMs: number | null;
  readonly cameras: readonly {
    readonly camera: number;
    readonly history: CameraHistory;
    readonly files: readonly SegmentFile[];
    /** Segments that stay as an earlier manifest has them, in their order. */
    readonly settled: readonly ManifestSegment[];
  }[];
  readonly probes: ReadonlyMap<string, ProbeResult>;
  readonly previous: Manifest | null;
}

export function buildManifest(input: ManifestInput): Manifest {
  const cameras: Record<string, ManifestCamera> = {};
  const boots = new Set<string>();
  let firstRun: RunHistory | null = null;
  for (const { camera, history, files, settled } of input.cameras) {
    if (history.isEmpty && files.length === 0) continue;
    cameras[String(camera)] = buildCamera(camera, history, files, settled, input);
    for (const bootId of history.bootIds) boots.add(bootId);
    const [first] = history.runs;
    if (first !== undefined && (firstRun === null || isEarlier(first, firstRun))) firstRun = first;
  }
  const firstFrames = Object.values(cameras).map((camera) => camera.first_frame_mono_us);
  const known = firstFrames.filter((value) => value !== null);
  return {
    v: 1,
    match_id: input.matchId,
    software_version: input.softwareVersion,
    state: input.state,
    started_epoch_ms: firstRun?.epochMs ?? input.previous?.started_epoch_ms ?? null,
    started_mono_us: firstRun?.monoUs ?? input.previous?.started_mono_us ?? null,
    ended_epoch_ms: input.endedEpochMs,
    boot_ids: [...boots],
    interruptions: interruptionsOf(input.cameras.flatMap(({ history }) => history.runs)),
    first_frame_offset_ms: known.length < 2 ? null : (Math.max(...known) - Math.min(...known)) / 1000,
    cameras,
    marks: input.previous?.marks ?? [],
  };
}

/** A run that goes on after an interruption is no beginning, whatever the clock said. */
function isEarlier(one: RunHistory, other: RunHistory): boolean {
  const [resumed, otherResumed] = [one.continues !== null, other.continues !== null];
  return resumed === otherResumed ? one.epochMs < other.epochMs : otherResumed;
}

/** Each boot tells it once per run of each camera. */
function interruptionsOf(runs: readonly RunHistory[]): Static<typeof InterruptionSchema>[] {
  const found = new Map<string, Static<typeof InterruptionSchema>>();
  for (const run of runs) {
    if (run.continues === null || found.has(run.bootId)) continue;
    const { epochMs, gapMs, resumedMonoUs } = run.continues;
    found.set(run.bootId, { cause: 'machine_restarted', from_epoch_ms: epochMs, to_epoch_ms: Math.round(run.epochMs - (run.monoUs - resumedMonoUs) / 1000), seconds: gapMs === null ? null : gapMs / 1000 });
  }
  return [...found.values()];
}

function buildCamera(camera: number, history: CameraHistory, files: readonly SegmentFile[], settled: readonly ManifestSegment[], input: ManifestInput): ManifestCamera {
  const names = new Set(files.map(({ name }) => name));
  const before = new Map(input.previous?.cameras[String(camera)]?.segments.filter(({ name }) => names.has(name)).map((segment) => [segment.name, segment]));
  const added = inOrder(camera, files).map((file): ManifestSegment => {
    const recorded = history.segments.get(file.name);
    const probe = input.probes.get(file.name);
    const known = before.get(file.name);
    const unchanged = known !== undefined && known.bytes === file.bytes ? known : undefined;
    return {
      name: file.name,
      frames: recorded?.frames ?? probe?.frames ?? unchanged?.frames ?? null,
      duration_seconds: recorded?.durationMs != null ? recorded.durationMs / 1000 : seconds(probe?.durationSeconds ?? null) ?? unchanged?.duration_seconds ?? null,
      bytes: file.bytes,
      finalised: file.finalised,
      opened_epoch_ms: recorded?.openedEpochMs ?? null,
      opened_mono_us: recorded?.openedMonoUs ?? null,
      integrity: probe !== undefined ? integrityOf(probe) : (unchanged?.integrity ?? UNCHECKED),
    };
  });
  // What is added comes behind nearly always, and thousands need not be put in order again.
  const segments = isBehind(settled.at(-1), added[0]) ? [...settled, ...added] : inOrder(camera, [...settled, ...added]);
  return {
    segments,
    frames: segments.reduce((sum, segment) => sum + (segment.frames ?? 0), 0),
    frames_missed_at_source: history.framesMissed,
    first_frame_mono_us: history.firstFrameMonoUs,
    gaps: gapsOf(history.runs, segments),
  };
}

function integrityOf({ checked, ok, error }: ProbeResult): ManifestSegment['integrity'] {
  return checked && ok === true && error === null ? SOUND : { checked, ok, error };
}

function isBehind(last: ManifestSegment | undefined, next: ManifestSegment | undefined): boolean {
  const [a, b] = [last, next].map((segment) => (segment === undefined ? null : parseSegmentName(segment.name)));
  return a == null || b == null || compareSegments(a, b) < 0;
}

function inOrder<T extends { readonly name: string }>(camera: number, files: readonly T[]): T[] {
  return files
    .flatMap((file) => {
      const parsed = parseSegmentName(file.name);
      return parsed?.camera === camera ? [{ file, parsed }] : [];
    })
    .sort((a, b) => compareSegments(a.parsed, b.parsed))
    .map(({ file }) => file);
}

/**
 * A gap lies between two runs of the host: from the first frame of the earlier one plus the duration of its media, to
 * the first frame of the later one, all on the monotonic clock of the earlier one.
 */
function gapsOf(runs: readonly RunHistory[], segments: readonly ManifestSegment[]): Static<typeof GapSchema>[] {
  const gaps: Static<typeof GapSchema>[] = [];
  runs.forEach((run, index) => {
    const earlier = runs[index - 1];
    if (earlier === undefined) return;
    const media = segments.filter((segment) => segment.name.includes(`_${earlier.stamp}_`));
    const durations = media.map((segment) => segment.duration_seconds);
    const mediaUs = durations.every((value) => value !== null) ? durations.reduce((sum: number, value) => sum + (value ?? 0), 0) * 1e6 : null;
    const firstFrameUs = run.firstFrameMonoUs === null ? null : inBootOf(earlier.bootId, run.bootId, run.firstFrameMonoUs, run.continues);
    gaps.push({
      after: media.at(-1)?.name ?? null,
      cause: run.cause ?? (earlier.hasEnded ? 'stopped' : 'unknown'),
      seconds: firstFrameUs === null || earlier.firstFrameMonoUs === null || mediaUs === null || media.length === 0 ? null : Math.max(0, (firstFrameUs - earlier.firstFrameMonoUs - mediaUs) / 1e6),
    });
  });
  return gaps;
}

/** What the monotonic clock of an earlier boot would have shown; null when nobody can tell. */
function inBootOf(earlierBootId: string, bootId: string, monoUs: number, continues: Continuation | null): number | null {
  if (earlierBootId === bootId) return monoUs;
  if (continues === null || continues.bootId !== earlierBootId || continues.gapMs === null) return null;
  return continues.monoUs + continues.gapMs * 1000 + (monoUs - continues.resumedMonoUs);
}

function seconds(text: string | null): number | null {
  const value = Number(text);
  return text === null || !Number.isFinite(value) ? null : value;
}
