import { compareGroups, compareNames, groupOf } from './names.js';
import { FirstRecorded, inOrderOfRecording } from './order.js';
import type { CameraFiles, CameraGroup, MatchFile, MatchSegments, MatchSummary, SegmentFile } from './types.js';

/** A match as the list shows it, from its files one by one: segments, of which there may be thousands, are counted and not kept. */
export class SummaryBuilder {
  readonly #matchId: string;
  readonly #cameras = new Map<CameraGroup, CameraCount>();
  readonly #files: MatchFile[] = [];
  #oldestSegmentEpochMs = Number.POSITIVE_INFINITY;
  #newestEpochMs = Number.NEGATIVE_INFINITY;

  constructor(matchId: string) {
    this.#matchId = matchId;
  }

  /** Of all files so far; minus infinity without any. */
  get newestEpochMs(): number {
    return this.#newestEpochMs;
  }

  addSegment(file: MatchFile): void {
    const group = groupOf(file.name);
    const count = this.#cameras.get(group) ?? { segments: 0, bytes: 0, first: new FirstRecorded<MatchFile>() };
    this.#cameras.set(group, count);
    count.segments += 1;
    count.bytes += file.bytes;
    count.first.add(file);
    this.#oldestSegmentEpochMs = Math.min(this.#oldestSegmentEpochMs, file.modifiedEpochMs);
    this.#newestEpochMs = Math.max(this.#newestEpochMs, file.modifiedEpochMs);
  }

  addFile(file: MatchFile): void {
    this.#files.push(file);
    this.#newestEpochMs = Math.max(this.#newestEpochMs, file.modifiedEpochMs);
  }

  /** Null when there is nothing to show. */
  build(): MatchSummary | null {
    if (this.#cameras.size === 0 && this.#files.length === 0) return null;
    const cameras = [...this.#cameras]
      .sort(([a], [b]) => compareGroups(a, b))
      .map(([group, { segments, bytes, first }]): CameraFiles => ({ group, segmentCount: segments, bytes, firstModifiedEpochMs: first.file?.modifiedEpochMs ?? 0 }));
    return {
      matchId: this.#matchId,
      cameras,
      files: [...this.#files].sort((a, b) => compareNames(a.name, b.name)),
      totalBytes: bytesOf(cameras) + bytesOf(this.#files),
      segmentCount: cameras.reduce((sum, { segmentCount }) => sum + segmentCount, 0),
      oldestSegmentEpochMs: cameras.length === 0 ? null : this.#oldestSegmentEpochMs,
    };
  }
}

interface CameraCount {
  segments: number;
  bytes: number;
  readonly first: FirstRecorded<MatchFile>;
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

function byCamera(files: readonly MatchFile[]): [CameraGroup, MatchFile[]][] {
  return [...Map.groupBy(files, ({ name }) => groupOf(name))].sort(([a], [b]) => compareGroups(a, b));
}

function bytesOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
