/** Puts a match in order that nothing records into: finalises what a crash left, and probes what was not probed. */
import { readdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Logger } from 'pino';
import { segmentsDir } from '../camera/journal.js';
import { parseSegmentName } from '../camera/segment-names.js';
import { segmentShape } from '../integrity/mp4.js';
import { removeLeftoverTempFiles } from '../lib/durable-file.js';
import { isRepairFile, repairSegment } from './repair.js';

export interface TidyOptions {
  /** As it was before anything is repaired. */
  readonly isProbed: (name: string) => boolean;
  readonly probe: (name: string) => Promise<unknown>;
  /** Aborts when a recording needs the disk. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** `interrupted`: it comes up again behind the recording that interrupts it. `later`: the disk refused. */
export type Tidied = 'done' | 'interrupted' | 'later';

/** Probes every segment that was not, after finalising the ones that need it (contract defect 37). Can be repeated. */
export async function tidyMatch(matchDir: string, { isProbed, probe, signal, log }: TidyOptions): Promise<Tidied> {
  const folder = segmentsDir(matchDir);
  await removeLeftoverTempFiles(matchDir);
  for (const name of await readdir(folder).catch(() => [])) {
    if (signal.aborted) return 'interrupted';
    if (isRepairFile(name)) await rm(`${folder}/${name}`, { force: true });
    const segment = parseSegmentName(name);
    if (segment === null) continue;
    const path = `${folder}/${name}`;
    let isRepaired = false;
    if ((await segmentShape(path)) === 'fragmented') {
      const repair = await repairSegment(path, signal);
      const about = { matchId: basename(matchDir), camera: segment.camera, segment: name };
      isRepaired = repair.done;
      if (repair.done) log.info({ ...about, frames: repair.frames }, 'segment finalised after a crash');
      else if (repair.mayWorkLater === true) {
        log.info({ ...about, reason: repair.reason }, 'segment is finalised later');
        return 'later';
      } else log.warn({ ...about, reason: repair.reason }, 'segment stays as the crash left it');
    }
    if (isRepaired || !isProbed(name)) await probe(name);
  }
  return signal.aborted ? 'interrupted' : 'done';
}
