import Type, { type Static } from '#typebox';
import { Count, Nullable } from './common.js';

/** Bodies of contract 3.6, and the parameters of its paths. */

const Megabytes = Type.Number({ minimum: 0, description: 'Bytes / 1024^2, two decimals' });
const WrittenAt = Type.Integer({ description: 'When the file was last written: whole seconds since the Unix epoch' });
const DownloadPath = Type.String({ description: 'Where to download it: a path on this server, percent-encoded' });

export const MatchParams = Type.Object({ match_id: Type.String({ description: 'Name of the match as in the list' }) });
export const SegmentParams = Type.Object({ ...MatchParams.properties, segment_name: Type.String({ description: 'As in the list of segments' }) });
/** Ours. */
export const InlineQuery = Type.Object({
  inline: Type.Optional(Type.Boolean({ description: 'An `.mp4` is sent as `video/mp4`, to be played in a page instead of being saved; no effect on other files' })),
});
export const FileParams = Type.Object({ ...MatchParams.properties, file_name: Type.String({ description: 'As in the list of matches' }) });

export const CameraEntry = Type.Object(
  {
    file: Type.String({ pattern: '^(cam[0-9]+|unknown)$' }),
    type: Type.Literal('segmented'),
    segment_count: Type.Integer({ minimum: 1 }),
    size_mb: Megabytes,
    created_at: Type.Integer({ description: 'When the first segment was last written: whole seconds since the Unix epoch' }),
  },
  { title: 'CameraEntry', description: 'All segments of one camera' },
);
export type CameraEntry = Static<typeof CameraEntry>;

export const MatchFileEntry = Type.Object(
  {
    file: Type.String({ description: 'Name of the file' }),
    size_mb: Megabytes,
    created_at: WrittenAt,
    type: Type.Literal('single'),
    path: DownloadPath,
  },
  { title: 'MatchFileEntry', description: 'A video or an archive directly in the folder of the match' },
);
export type MatchFileEntry = Static<typeof MatchFileEntry>;

export const MatchEntry = Type.Object(
  {
    files: Type.Array(Type.Union([CameraEntry, MatchFileEntry]), { description: 'Cameras first, then files' }),
    total_size_mb: Megabytes,
    camera_count: Count,
    segments_count: Count,
    created_at: Nullable(Type.Integer(), { description: 'When its oldest segment was last written, in whole seconds since the Unix epoch; null without segments' }),
  },
  { title: 'MatchEntry' },
);
export type MatchEntry = Static<typeof MatchEntry>;

export const RecordingsBody = Type.Object(
  { recordings: Type.Record(Type.String(), MatchEntry, { description: 'Matches by id, each with at least one video or archive' }) },
  { title: 'Recordings' },
);

export const SegmentEntry = Type.Object(
  {
    name: Type.String(),
    path: DownloadPath,
    size_mb: Megabytes,
    created_at: WrittenAt,
    segment_number: Type.Integer({ minimum: 1, description: '1, 2, 3 ... within its camera, in the order of recording' }),
    camera: Type.String({ description: '`cam0`, `cam1`, ...; `unknown` when the name tells none' }),
    start_seconds: Nullable(Type.Number({ minimum: 0 }), {
      description: 'Where it begins, counted from the first frame of the match, the same for all cameras; null when nothing tells (ours)',
    }),
  },
  { title: 'SegmentEntry' },
);
export type SegmentEntry = Static<typeof SegmentEntry>;

export const SegmentsBody = Type.Object(
  {
    match_id: Type.String(),
    type: Type.Union([Type.Literal('segmented'), Type.Literal('single')], { description: '`segmented` with more than one segment' }),
    cam0: Type.Array(SegmentEntry),
    cam1: Type.Array(SegmentEntry),
    other: Type.Array(SegmentEntry, { description: 'Segments of every other camera and of none' }),
    total_size_mb: Megabytes,
    segments_count: Count,
  },
  { title: 'Segments' },
);
export type SegmentsBody = Static<typeof SegmentsBody>;

export const DeletedBody = Type.Object(
  { status: Type.Literal('deleted'), match_id: Type.String(), files_deleted: Count, size_mb_freed: Megabytes },
  { title: 'Deleted' },
);
export type DeletedBody = Static<typeof DeletedBody>;

export const ProcessingStatusBody = Type.Object(
  {
    processing: Type.Boolean(),
    completed: Type.Boolean(),
    message: Type.String(),
    archives: Type.Optional(Type.Object({ cam0: Type.Boolean(), cam1: Type.Boolean() }, { description: 'Which cameras have a processed video; absent when none has' })),
  },
  { title: 'ProcessingStatus' },
);
export type ProcessingStatusBody = Static<typeof ProcessingStatusBody>;

/** Ours. */
export const RebuiltBody = Type.Object(
  { success: Type.Boolean(), message: Type.String(), matches: Type.Integer({ minimum: 0, description: 'Matches found in the folders' }) },
  { title: 'Rebuilt' },
);
export type RebuiltBody = Static<typeof RebuiltBody>;
