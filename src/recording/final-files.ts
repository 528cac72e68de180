import { stat } from 'node:fs/promises';
import { segmentShape } from '../integrity/mp4.js';
import type { SegmentFile } from './manifest.js';

/**
 * The segments of the match that was looked at last. Those that were seen to be final are not looked at again until `forget`: nobody
 * writes to them any more, and a match may have thousands.
 */
export class FinalFiles {
  #folder = '';
  #known = new Map<string, SegmentFile>();

  /**
   * Null when there is no such file.
   *
   * @param isClosed its recorder has let go of it; before that, one of a single fragment looks final, too
   */
  async look(folder: string, name: string, isClosed: boolean): Promise<SegmentFile | null> {
    if (folder !== this.#folder) this.forget(folder);
    const known = this.#known;
    const seen = known.get(name);
    if (seen !== undefined) return seen;
    const path = `${folder}/${name}`;
    const facts = await stat(path).catch(() => null);
    if (facts === null) return null;
    const finalised = (await segmentShape(path).catch(() => 'unreadable' as const)) === 'finalised';
    const file: SegmentFile = { name, bytes: facts.size, finalised };
    if (finalised && isClosed) known.set(name, file);
    return file;
  }

  /** Looks at everything in this folder again. */
  forget(folder: string): void {
    this.#folder = folder;
    this.#known = new Map();
  }
}
