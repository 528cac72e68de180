import type { HealthBody } from '../contract/health.js';
import { gigabytes, roundedTo } from './units.js';

/** The newest readings of the machine, or which of them could not be taken. */
export type SystemHealth =
  | {
      readonly ok: true;
      readonly cpuPercent: number;
      readonly memoryPercent: number;
      readonly memoryAvailableBytes: number;
      /** Free space and share used of the volume with the recordings. */
      readonly diskFreeBytes: number;
      readonly diskPercent: number;
    }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** Instant: hands out what a sampler read last, never samples while somebody waits (contract defect 67). */
export interface SystemHealthSource {
  health(): SystemHealth;
}

/** The wire form of the machine's health (contract 3.2). */
export function presentHealth(health: SystemHealth): HealthBody {
  if (!health.ok) return { status: 'error', detail: health.detail, code: health.code };
  return {
    status: 'healthy',
    system: {
      cpu_percent: roundedTo(1, health.cpuPercent),
      memory_percent: roundedTo(1, health.memoryPercent),
      memory_available_gb: gigabytes(health.memoryAvailableBytes),
      disk_free_gb: gigabytes(health.diskFreeBytes),
      disk_percent: roundedTo(1, health.diskPercent),
    },
  };
}
