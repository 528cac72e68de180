import { compareGroups, compareNames, groupOf } from './names.js';
import { firstRecorded, inOrderOfRecording } from './order.js';
import type { CameraFiles, CameraGroup, MatchFile, MatchSegments, MatchSummary, SegmentFile } from './types.js';

/** The match as the list shows it; null when there is nothing to show. */
export function summaryOf(matchId: string, segments: readonly MatchFile[], files: readonly MatchFile[]): MatchSummary | null {
  if (segments.length === 0 && files.length === 0) return null;
  return {
    matchId,
    cameras: byCamera(segments).map(([group, members]) => cameraFiles(group, members)),
    files: [...files].sort((a, b) => compareNames(a.name, b.name)),
    totalBytes: bytesOf(segments) + bytesOf(files),
    segmentCount: segments.length,
    oldestSegmentEpochMs: segments.length === 0 ? null : segments.reduce((oldest, { modifiedEpochMs }) => Math.min(oldest, modifiedEpochMs), Number.POSITIVE_INFINITY),
  };
}

/**
 * The segments numbered 1, 2, 3 ... within their cameras.
 * @param starts where each begins on the time line of the match, by name
 */
export function segmentsOf(matchId: string, files: readonly MatchFile[], starts: ReadonlyMap<string, number | null>): MatchSegments {
  const segments = byCamera(files).flatMap(([group, members]) =>
    inOrderOfRecording(members).map((file, index): SegmentFile => ({ ...file, group, number: index + 1, startSeconds: starts.get(file.name) ?? null })),
  );
  return { matchId, segments };
}

function cameraFiles(group: CameraGroup, members: readonly MatchFile[]): CameraFiles {
  return { group, segmentCount: members.length, bytes: bytesOf(members), firstModifiedEpochMs: firstRecorded(members)?.modifiedEpochMs ?? 0 };
}

function byCamera(files: readonly MatchFile[]): [CameraGroup, MatchFile[]][] {
  return [...Map.groupBy(files, ({ name }) => groupOf(name))].sort(([a], [b]) => compareGroups(a, b));
}

function bytesOf(files: readonly MatchFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
