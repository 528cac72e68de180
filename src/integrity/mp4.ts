/**
 * The shape of a segment on disk, from its top-level boxes (ISO/IEC 14496-12, section 4.2): a finalised segment has
 * one `moov` and no `moof`, one that a crash left behind has `moof` fragments.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { BoxReader } from './mp4-boxes.js';

export type SegmentShape = 'finalised' | 'fragmented' | 'empty' | 'unreadable';

/** Ten minutes in fragments of a tenth of a second, twice over. */
const MAX_BOXES = 50_000;

// Opening a FIFO with the name of a segment would otherwise wait for a writer, and keep a thread of the process for good.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Reads box headers only. What stands behind a header that makes no sense counts as little as for a player
 * (src/integrity/playable.ts). Rejects only when the file cannot be opened or read.
 */
export async function segmentShape(path: string): Promise<SegmentShape> {
  const file = await open(path, FLAGS);
  try {
    const facts = await file.stat();
    if (!facts.isFile()) return 'unreadable';
    const { size } = facts;
    if (size === 0) return 'empty';
    const boxes = new BoxReader(file, size);
    let hasMoov = false;
    let position = 0;
    for (let count = 0; count < MAX_BOXES && position < size; count += 1) {
      const box = await boxes.at(position);
      if (box === null) break;
      if (box.type === 'moof') return 'fragmented';
      // Half an index is none.
      if (box.type === 'moov' && box.end <= size) hasMoov = true;
      position = box.end;
    }
    return hasMoov ? 'finalised' : 'unreadable';
  } finally {
    await file.close();
  }
}
