/**
 * Names of segment files: `cam<N>_<YYYYMMDD_HHMMSS>_<NN>.mp4` (contract 8.1). The stamp is the local start time of a
 * run, the index counts its segments.
 */
import { localTimeStamp } from '../lib/time-stamp.js';

const SEGMENT = /^cam(\d+)_(\d{8}_\d{6})_(\d{2,})\.mp4$/;

export interface SegmentName {
  readonly camera: number;
  readonly stamp: string;
  readonly index: number;
}

/** Null for a file that is not one of our segments. */
export function parseSegmentName(name: string): SegmentName | null {
  const match = SEGMENT.exec(name);
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return null;
  return { camera: Number(match[1]), stamp: match[2], index: Number(match[3]) };
}

export function segmentPrefix(camera: number, stamp: string): string {
  return `cam${camera}_${stamp}_`;
}

/** Order in which segments of one camera were recorded: by stamp, then by index as a number. */
export function compareSegments(a: SegmentName, b: SegmentName): number {
  return a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : a.index - b.index;
}

/**
 * The stamp of a new run of a camera: the wall clock, but always later than every stamp that the camera already has
 * in this match. A clock that was set back can therefore neither make two runs collide nor sort them wrongly.
 */
export function nextStamp(camera: number, existingNames: readonly string[], epochMs: number): string {
  let newest = '';
  for (const name of existingNames) {
    const segment = parseSegmentName(name);
    if (segment?.camera === camera && segment.stamp > newest) newest = segment.stamp;
  }
  const now = localTimeStamp(epochMs);
  if (now > newest) return now;
  return localTimeStamp(stampToEpochMs(newest) + 1000) > newest
    ? localTimeStamp(stampToEpochMs(newest) + 1000)
    : // The hour that summer time repeats maps both ways: step over it.
      localTimeStamp(stampToEpochMs(newest) + 3_601_000);
}

function stampToEpochMs(stamp: string): number {
  const part = (from: number, to: number): number => Number(stamp.slice(from, to));
  return new Date(part(0, 4), part(4, 6) - 1, part(6, 8), part(9, 11), part(11, 13), part(13, 15)).getTime();
}
