import type { SystemSample } from '../../telemetry/system.js';
import type { HealthBody } from '../contract/health.js';
import { gigabytes, roundedTo } from './units.js';

/** Instant: hands out what a sampler read last, never samples while somebody waits (contract defect 67). */
export interface SystemHealthSource {
  /** The newest reading of the machine; null before the first. */
  latest(): SystemSample | null;
}

/** The wire form of the machine's health (contract 3.2). A reading that is missing makes the whole an error. */
export function presentHealth(sample: SystemSample | null): HealthBody {
  if (sample === null) return failed('not_read_yet', 'the machine has not been read yet: ask again in a second');
  const { disk, memoryUsedPercent, memoryAvailableBytes } = sample;
  if (disk === null) {
    return failed('disk_unreadable', sample.diskError ?? 'the disk of the recordings cannot be read');
  }
  if (memoryUsedPercent === null || memoryAvailableBytes === null) {
    return failed('memory_unreadable', 'the memory figures of the machine cannot be read');
  }
  return {
    status: 'healthy',
    system: {
      // A rate needs two readings; for the fraction of a second until then there is no load to report.
      cpu_percent: roundedTo(1, sample.cpuPercent ?? 0),
      memory_percent: roundedTo(1, memoryUsedPercent),
      memory_available_gb: gigabytes(memoryAvailableBytes),
      disk_free_gb: gigabytes(disk.freeBytes),
      disk_percent: roundedTo(1, disk.usedPercent),
    },
  };
}

function failed(code: string, detail: string): HealthBody {
  return { status: 'error', detail, code };
}
