/** Which troubles of a camera are really those of the disk, in words that say so. Pure. */
import type { RunState } from '../camera/protocol.js';
import type { Fault } from './types.js';

/** Of `fileError` and of the segment sink. */
const DISK_CODES: ReadonlySet<string> = new Set(['disk_full', 'disk_read_only', 'disk_fault', 'disk_gone', 'folder_missing', 'recordings_disk_missing']);

/** So much video waits before anybody is told; the queue in front of the disk holds 30 s (gst-pipelines/outputs/segments.gst). */
const WAITING_MS = 2000;
/** A running file is synced several times a second. */
const UNSYNCED_MS = 3000;
/** Where the meters do not know the rate. */
const USUAL_FPS = 30;

export function faultOf(code: string | null): Fault {
  return code !== null && DISK_CODES.has(code) ? 'disk' : 'camera';
}

/** What people read while a disk refuses. */
export function diskReason(message: string): string {
  return `The recordings disk takes no data: ${message}`;
}

/** Encoded frames that the disk has not taken yet. */
export function framesWaiting(run: Pick<RunState, 'encoded' | 'sink'>): number {
  return Math.max(0, (run.encoded?.frames ?? 0) - (run.sink?.frames ?? 0) - (run.sink?.droppedBeforeKeyframe ?? 0));
}

/** What is told of a disk that does not keep up; null while it does. Without figures, so that the same trouble is the same text. */
export function slowness(run: Pick<RunState, 'source' | 'encoded' | 'sink'>): string | null {
  if (framesWaiting(run) > ((run.encoded?.fps ?? USUAL_FPS) * WAITING_MS) / 1000) return 'The recordings disk is slow: frames wait to be written.';
  const current = run.sink?.current ?? null;
  // Without new frames there is nothing to sync.
  if (current === null || (run.source?.lastFrameAgeMs ?? Number.POSITIVE_INFINITY) > UNSYNCED_MS || current.bytes <= current.syncedBytes) return null;
  return (current.syncAgeMs ?? 0) > UNSYNCED_MS ? 'The recordings disk is slow: the newest seconds would not survive a power cut.' : null;
}
