import type { CameraFiles, MatchFile, MatchSegments, MatchSummary, RemovedMatch, SegmentFile } from '../../library/types.js';
import type { CameraEntry, DeletedBody, MatchEntry, MatchFileEntry, ProcessingStatusBody, SegmentEntry, SegmentsBody } from '../contract/library.js';
import { megabytes, wholeSeconds } from './units.js';

const RECORDINGS_PATH = '/api/v1/recordings';

/** One match in the list (contract 3.6): its cameras, then its files. */
export function presentMatch(match: MatchSummary): MatchEntry {
  return {
    files: [...match.cameras.map(presentCamera), ...match.files.map((file) => presentFile(match.matchId, file))],
    total_size_mb: megabytes(match.totalBytes),
    camera_count: match.cameras.length,
    segments_count: match.segmentCount,
    created_at: match.oldestSegmentEpochMs === null ? null : wholeSeconds(match.oldestSegmentEpochMs),
  };
}

function presentCamera(camera: CameraFiles): CameraEntry {
  return {
    file: camera.group,
    type: 'segmented',
    segment_count: camera.segmentCount,
    size_mb: megabytes(camera.bytes),
    created_at: wholeSeconds(camera.firstModifiedEpochMs),
  };
}

function presentFile(matchId: string, file: MatchFile): MatchFileEntry {
  return {
    file: file.name,
    size_mb: megabytes(file.bytes),
    created_at: wholeSeconds(file.modifiedEpochMs),
    type: 'single',
    path: `${RECORDINGS_PATH}/${encoded(matchId)}/files/${encoded(file.name)}`,
  };
}

/** Contract 3.6; a camera beyond the first two is under `other`, so that nothing is counted and not shown (defect 58). */
export function presentSegments({ matchId, segments }: MatchSegments): SegmentsBody {
  const of = (wanted: (group: string) => boolean) => segments.filter(({ group }) => wanted(group)).map((segment) => presentSegment(matchId, segment));
  return {
    match_id: matchId,
    type: segments.length > 1 ? 'segmented' : 'single',
    cam0: of((group) => group === 'cam0'),
    cam1: of((group) => group === 'cam1'),
    other: of((group) => group !== 'cam0' && group !== 'cam1'),
    total_size_mb: megabytes(segments.reduce((sum, { bytes }) => sum + bytes, 0)),
    segments_count: segments.length,
  };
}

function presentSegment(matchId: string, segment: SegmentFile): SegmentEntry {
  return {
    name: segment.name,
    path: `${RECORDINGS_PATH}/${encoded(matchId)}/segments/${encoded(segment.name)}`,
    size_mb: megabytes(segment.bytes),
    created_at: wholeSeconds(segment.modifiedEpochMs),
    segment_number: segment.number,
    camera: segment.group,
    start_seconds: segment.startSeconds,
  };
}

export function presentRemoved(removed: RemovedMatch): DeletedBody {
  return { status: 'deleted', match_id: removed.matchId, files_deleted: removed.files, size_mb_freed: megabytes(removed.bytes) };
}

/** Nothing is processed on the rig in this version; what is there was put there (contract 3.6, "no job known"). */
export function presentProcessing(archives: { readonly cam0: boolean; readonly cam1: boolean }): ProcessingStatusBody {
  if (!archives.cam0 && !archives.cam1) return { processing: false, completed: false, message: 'Not processed' };
  return { processing: false, completed: true, message: 'Processing complete', archives: { cam0: archives.cam0, cam1: archives.cam1 } };
}

/** As one segment of a path: usable as a link as it is (contract 12.5, defect 57). */
function encoded(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}
