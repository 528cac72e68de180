import type { SegmentEntry, SegmentsBody } from '../../api/contract/library.js';

/** One file of one camera, on the time line of the match. Seconds count from the first frame of the match. */
export interface Clip {
  readonly camera: string;
  readonly name: string;
  readonly startSeconds: number;
  /** Where it ends, or the next one takes over. Of one that is being written: how far it plays by now. */
  readonly endSeconds: number;
  /** It is being written. */
  readonly isGrowing: boolean;
  /** Another value: the file behind the name has changed. */
  readonly version: string;
}

export interface Span {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export interface Gap extends Span {
  /** Somebody stopped the recording and went on later; everything else went wrong. */
  readonly isBreak: boolean;
}

export interface Track {
  /** `cam0` */
  readonly camera: string;
  readonly clips: readonly Clip[];
  /** Where this camera has no picture. */
  readonly gaps: readonly Gap[];
}

export interface TimeLine {
  readonly tracks: readonly Track[];
  readonly lengthSeconds: number;
  /** More is to come: its end is as far as it goes by now. */
  readonly isOpen: boolean;
  /** The rig did not tell where every file begins: those are put behind one another. */
  readonly isEstimated: boolean;
}

export interface TimeLineInput {
  readonly segments: SegmentsBody;
  /** In seconds, by the name of the file, as far as they are known. */
  readonly durations: ReadonlyMap<string, number>;
  /** Names of the files after which somebody stopped the recording. */
  readonly stoppedAfter: ReadonlySet<string>;
  /** How far the match is now, on its own time line; null when it is not being recorded. */
  readonly nowSeconds: number | null;
  /** It is being recorded, or its last files are being closed. */
  readonly isOpen: boolean;
}

/** Between two files of one camera a frame or two may lie, by rounding; more is a gap. */
const SEAM_SECONDS = 0.25;
/** What was recorded so short ago may not be on the disk yet. */
const SETTLING_SECONDS = 2.5;

/** A file that grows is read from its beginning each time that more of it is shown: so only when it is longer by this part. */
const GROWTH_STEP = 1.1;
/** Reading a file that is shorter costs little. */
const SMALL_SECONDS = 40;

export function timeLineOf({ segments, durations, stoppedAfter, nowSeconds, isOpen }: TimeLineInput): TimeLine {
  const groups = new Map<string, SegmentEntry[]>();
  for (const segment of [...segments.cam0, ...segments.cam1, ...segments.other]) {
    const group = groups.get(segment.camera) ?? [];
    groups.set(segment.camera, [...group, segment]);
  }
  const tracks = [...groups].map(([camera, entries]) => ({ camera, clips: clipsOf(entries, durations, nowSeconds) }));
  const lengthSeconds = Math.max(0, ...tracks.flatMap(({ clips }) => clips.map(({ endSeconds }) => endSeconds)));
  return {
    tracks: tracks.map(({ camera, clips }) => ({ camera, clips, gaps: gapsOf(clips, lengthSeconds, stoppedAfter) })),
    lengthSeconds,
    isOpen,
    isEstimated: [...groups.values()].some((entries) => entries.some(({ start_seconds }) => start_seconds === null || start_seconds === undefined)),
  };
}

/** What this camera shows at a moment; null in a gap. The cameras do not begin and end with the same frame: that is no gap. */
export function clipAt({ clips }: Track, seconds: number): Clip | null {
  const within = (seamSeconds: number) => clips.findLast(({ startSeconds, endSeconds }) => startSeconds - seamSeconds <= seconds && seconds < endSeconds + seamSeconds);
  return within(0) ?? within(SEAM_SECONDS) ?? null;
}

/** The first of its clips that begins after a moment. */
export function clipAfter({ clips }: Track, seconds: number): Clip | null {
  return clips.find(({ startSeconds }) => startSeconds > seconds) ?? null;
}

/** Where pictures go on after a moment at which none of these tracks has one; null when there are none any more. */
export function nextPictureSeconds(tracks: readonly Track[], seconds: number): number | null {
  if (tracks.some((track) => clipAt(track, seconds) !== null)) return seconds;
  const starts = tracks.flatMap((track) => clipAfter(track, seconds)?.startSeconds ?? []);
  return starts.length === 0 ? null : Math.min(...starts);
}

function clipsOf(entries: readonly SegmentEntry[], durations: ReadonlyMap<string, number>, nowSeconds: number | null): readonly Clip[] {
  let behindLast = 0;
  const placed = entries
    .map((entry, index) => {
      const startSeconds = entry.start_seconds ?? behindLast;
      const duration = durations.get(entry.name) ?? null;
      const isGrowing = duration === null && nowSeconds !== null && index === entries.length - 1;
      const endSeconds = duration !== null ? startSeconds + duration : isGrowing ? startSeconds + inSteps(nowSeconds - SETTLING_SECONDS - startSeconds) : null;
      behindLast = endSeconds ?? startSeconds;
      return { entry, startSeconds, endSeconds, isGrowing };
    })
    .sort((a, b) => a.startSeconds - b.startSeconds);
  return placed.flatMap(({ entry, startSeconds, endSeconds, isGrowing }, index): Clip[] => {
    const next = placed[index + 1]?.startSeconds ?? null;
    const end = endOf(endSeconds, next);
    if (end === null || end <= startSeconds) return [];
    return [{ camera: entry.camera, name: entry.name, startSeconds, endSeconds: end, isGrowing, version: versionOf(entry, isGrowing ? end : null) }];
  });
}

/** The last step that a growing length has reached. */
function inSteps(seconds: number): number {
  if (seconds < SMALL_SECONDS) return seconds;
  const steps = Math.floor(Math.log(seconds / SMALL_SECONDS) / Math.log(GROWTH_STEP));
  return SMALL_SECONDS * GROWTH_STEP ** steps;
}

/** What is being written changes between two listings, too. */
function versionOf({ created_at, size_mb }: SegmentEntry, grownToSeconds: number | null): string {
  return `${created_at} ${size_mb}${grownToSeconds === null ? '' : ` ${Math.floor(grownToSeconds)}`}`;
}

/** One of unknown length reaches to the next, for nothing says that there is a gap. */
function endOf(endSeconds: number | null, nextSeconds: number | null): number | null {
  if (endSeconds === null || nextSeconds === null) return endSeconds ?? nextSeconds;
  return nextSeconds - endSeconds < SEAM_SECONDS ? nextSeconds : endSeconds;
}

function gapsOf(clips: readonly Clip[], lengthSeconds: number, stoppedAfter: ReadonlySet<string>): readonly Gap[] {
  const ends = [0, ...clips.map(({ endSeconds }) => endSeconds)];
  const starts = [...clips.map(({ startSeconds }) => startSeconds), lengthSeconds];
  return ends.flatMap((startSeconds, index): Gap[] => {
    const endSeconds = starts[index] ?? lengthSeconds;
    const before = clips[index - 1];
    const isBreak = before !== undefined && stoppedAfter.has(before.name);
    return endSeconds - startSeconds < SEAM_SECONDS ? [] : [{ startSeconds, endSeconds, isBreak }];
  });
}
