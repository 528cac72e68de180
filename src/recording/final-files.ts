import { stat } from 'node:fs/promises';
import { segmentShape } from '../integrity/mp4.js';
import type { SegmentFile } from './manifest.js';

/** The segments of one match. Those that were seen to be final are not looked at again: nobody writes to them any more. */
export class FinalFiles {
  readonly #known = new Map<string, SegmentFile>();

  /**
   * Null when there is no such file.
   *
   * @param isClosed its recorder has let go of it; before that, one of a single fragment looks final, too
   */
  async look(folder: string, name: string, isClosed: boolean): Promise<SegmentFile | null> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const path = `${folder}/${name}`;
    const facts = await stat(path).catch(() => null);
    if (facts === null) return null;
    const finalised = (await segmentShape(path).catch(() => 'unreadable' as const)) === 'finalised';
    const file: SegmentFile = { name, bytes: facts.size, finalised };
    if (finalised && isClosed) this.#known.set(name, file);
    return file;
  }
}
