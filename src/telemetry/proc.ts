/** Readings of proc(5) as numbers; text in another form is null, never a guess. */

/** Clock ticks of all processors together since boot. */
export interface CpuTicks {
  readonly busy: number;
  readonly total: number;
}

export interface MemoryBytes {
  readonly total: number;
  /** What programs can have without swapping (MemAvailable). */
  readonly available: number;
}

/** The first line of /proc/stat. Waiting for a disk counts as idle; guest time is already part of user time. */
export function parseCpuTicks(stat: string): CpuTicks | null {
  const line = /^cpu +(\d+(?: \d+)*)/.exec(stat)?.[1];
  if (line === undefined) return null;
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = line.split(' ').map(Number);
  const busy = user + nice + system + irq + softIrq + steal;
  return { busy, total: busy + idle + ioWait };
}

/** Percent of all processors together between two readings; null when no tick has passed. */
export function cpuPercentBetween(before: CpuTicks, after: CpuTicks): number | null {
  const total = after.total - before.total;
  if (total <= 0) return null;
  return Math.min(100, Math.max(0, ((after.busy - before.busy) / total) * 100));
}

/** /proc/meminfo, which counts in KiB. */
export function parseMemory(meminfo: string): MemoryBytes | null {
  const total = kibibytes(meminfo, 'MemTotal');
  const available = kibibytes(meminfo, 'MemAvailable');
  return total === null || available === null || total === 0 ? null : { total, available };
}

function kibibytes(meminfo: string, key: string): number | null {
  const value = new RegExp(`^${key}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1];
  return value === undefined ? null : Number(value) * 1024;
}
