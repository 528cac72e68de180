/**
 * The library: every match in the recordings folder, whoever put it there. The catalogue behind it is an index and
 * never the truth; whatever concerns a single match is read from its folder.
 */
import type { FileHandle } from 'node:fs/promises';
import type { EventEmitter } from 'node:events';
import type { Bytes } from '../integrity/mp4-boxes.js';

/** `cam0`, `cam1`, ...; `unknown` for a video in the segments folder whose name tells no camera. */
export type CameraGroup = string;

export interface MatchFile {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedEpochMs: number;
}

export interface CameraFiles {
  readonly group: CameraGroup;
  readonly segmentCount: number;
  readonly bytes: number;
  /** When the first segment, in the order of recording, was last written. */
  readonly firstModifiedEpochMs: number;
}

/** One match as the list shows it. The same object as long as nothing about it changes. */
export interface MatchSummary {
  readonly matchId: string;
  /** Cameras in ascending order, `unknown` last. */
  readonly cameras: readonly CameraFiles[];
  /** Videos and archives directly in the folder of the match, by name. */
  readonly files: readonly MatchFile[];
  readonly totalBytes: number;
  readonly segmentCount: number;
  /** Oldest time of writing among the segments; null without segments. */
  readonly oldestSegmentEpochMs: number | null;
}

export interface SegmentFile extends MatchFile {
  readonly group: CameraGroup;
  /** 1, 2, 3 ... within its camera, in the order of recording. */
  readonly number: number;
  /** Where it begins, counted from the first frame of the match; null when nothing tells. */
  readonly startSeconds: number | null;
}

export interface MatchSegments {
  readonly matchId: string;
  /** In the order of recording, camera by camera. */
  readonly segments: readonly SegmentFile[];
}

export interface RemovedMatch {
  readonly matchId: string;
  readonly files: number;
  readonly bytes: number;
}

/** A regular file inside the recordings folder, opened: what happens to its name from now on does not matter. */
export interface OpenedFile {
  readonly handle: FileHandle;
  readonly path: string;
  readonly name: string;
  /** What may be handed out: the whole file, or of one that is being written as much as plays. */
  readonly bytes: number;
  /** What to hand out instead of what the file holds there by then: it may be finalised while it is open. */
  readonly headers: readonly Bytes[];
  readonly modifiedEpochMs: number;
  /** Strong validator in the form of an ETag, quotes included. */
  readonly etag: string;
}

export interface LibraryEvents {
  /** The list of matches has changed. */
  changed: [];
}

export interface Library {
  readonly events: EventEmitter<LibraryEvents>;
  /** Resolves when the list is true for the first time: read from the catalogue and compared with the folders. */
  ready(): Promise<void>;
  /** Every match with at least one video or archive, by id; instant. */
  matches(): readonly MatchSummary[];
  /** Grows whenever `matches` answers differently. */
  revision(): number;
  /** Something in the folder of this match has changed; it is looked at again soon. Never throws. */
  touched(matchId: string): void;
  /** Read from the folder now. Throws `not_found` `recording_not_found` without a segments folder. */
  segments(matchId: string): Promise<MatchSegments>;
  /** Whether there is a folder of this name, a valid one inside the recordings folder. */
  has(matchId: string): Promise<boolean>;
  /** Throws `not_found` `segment_not_found`. The caller closes the handle. */
  openSegment(matchId: string, name: string): Promise<OpenedFile>;
  /** A file directly in the folder of the match. Throws `not_found` `recording_file_not_found`. */
  openFile(matchId: string, name: string): Promise<OpenedFile>;
  /**
   * Every regular file below the folder of the match, opened, under its path relative to that folder, in a stable order.
   * Throws `not_found` `recording_not_found`; `unavailable` `file_unreadable`, naming it, when one cannot be opened, and then leaves none open.
   */
  openAll(matchId: string): Promise<readonly (OpenedFile & { readonly relativePath: string })[]>;
  /**
   * Removes the match with everything in it, for good. Throws `not_found` `recording_not_found`. The caller has made sure
   * that nothing records into it until `onGone` is called: then its id is free, and the rest may take minutes.
   */
  remove(matchId: string, onGone?: () => void): Promise<RemovedMatch>;
  /** Post-processed videos of the match, from the catalogue; instant. */
  archives(matchId: string): { readonly cam0: boolean; readonly cam1: boolean };
  /** Forgets the catalogue and makes it again from the folders; resolves with the number of matches. */
  rebuild(): Promise<number>;
  close(): Promise<void>;
}
