/** A season's worth of matches for measurements: many small files under the names that a rig gives. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localTimeStamp } from '../../src/lib/time-stamp.js';
import { box } from './mp4-box.js';

const CAMERAS = [0, 1];
const SEGMENT_MS = 600_000;
const MATCH_MS = 7_200_000;
/** The shape of a finalised segment: `ftyp`, a little `mdat`, `moov`. */
const SEGMENT = Buffer.concat([box('ftyp', 12), box('mdat', 24), box('moov', 16)]);

/**
 * Fills `root` with `matches` folders of `segmentsPerCamera` segments for each of two cameras. The times of files and
 * folders are those of the recordings, so that none counts as being written; the newest match ended a day ago.
 */
export async function makeBigLibrary(root: string, { matches, segmentsPerCamera }: { readonly matches: number; readonly segmentsPerCamera: number }): Promise<void> {
  const newestStartMs = Date.now() - 86_400_000 - MATCH_MS;
  for (let match = 0; match < matches; match += 1) {
    const startMs = newestStartMs - (matches - 1 - match) * MATCH_MS;
    const matchDir = join(root, `match_${Math.floor(startMs / 1000)}`);
    const folder = join(matchDir, 'segments');
    mkdirSync(folder, { recursive: true });
    for (const camera of CAMERAS) {
      for (let index = 0; index < segmentsPerCamera; index += 1) {
        const path = join(folder, `cam${camera}_${localTimeStamp(startMs)}_${String(index).padStart(2, '0')}.mp4`);
        writeFileSync(path, SEGMENT);
        const endedSeconds = (startMs + (index + 1) * Math.min(SEGMENT_MS, MATCH_MS / segmentsPerCamera)) / 1000;
        utimesSync(path, endedSeconds, endedSeconds);
      }
    }
    const endSeconds = (startMs + MATCH_MS) / 1000;
    utimesSync(folder, endSeconds, endSeconds);
    utimesSync(matchDir, endSeconds, endSeconds);
  }
}
