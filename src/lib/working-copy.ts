import { isTempFileName } from './durable-file.js';

/** Beginning of the names of half-made repairs of segments. */
export const REPAIR_PREFIX = '.repair-';

/** True for names of files that are on their way to becoming others: nobody lists, serves or keeps them. */
export function isWorkingCopy(name: string): boolean {
  return name.startsWith(REPAIR_PREFIX) || isTempFileName(name);
}
