/**
 * The shape of a segment on disk, from its top-level boxes (ISO/IEC 14496-12, section 4.2): a finalised segment has
 * one `moov` and no `moof`, one that a crash left behind has `moof` fragments.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

export type SegmentShape = 'finalised' | 'fragmented' | 'empty' | 'unreadable';

const HEADER_BYTES = 16;
/** Ten minutes in fragments of a tenth of a second, twice over. */
const MAX_BOXES = 50_000;

// Opening a FIFO with the name of a segment would otherwise wait for a writer, and keep a thread of the process for good.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Reads box headers only. Rejects only when the file cannot be opened or read. */
export async function segmentShape(path: string): Promise<SegmentShape> {
  const file = await open(path, FLAGS);
  try {
    const facts = await file.stat();
    if (!facts.isFile()) return 'unreadable';
    const { size } = facts;
    if (size === 0) return 'empty';
    const header = Buffer.alloc(HEADER_BYTES);
    let position = 0;
    let moov = false;
    for (let box = 0; box < MAX_BOXES && position + 8 <= size; box += 1) {
      const { bytesRead } = await file.read(header, 0, HEADER_BYTES, position);
      if (bytesRead < 8) break;
      const type = header.toString('latin1', 4, 8);
      if (type === 'moof') return 'fragmented';
      if (type === 'moov') moov = true;
      let length = header.readUInt32BE(0);
      if (length === 1 && bytesRead === HEADER_BYTES) length = Number(header.readBigUInt64BE(8));
      // Zero means "up to the end of the file".
      if (length === 0) break;
      if (length < 8) return 'unreadable';
      position += length;
    }
    return moov ? 'finalised' : 'unreadable';
  } finally {
    await file.close();
  }
}
