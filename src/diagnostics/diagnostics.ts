import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import type { RecordingEvents, RecordingService } from '../recording/types.js';
import type { SystemSampler } from '../telemetry/system.js';
import type { Diagnostics } from './types.js';

export interface DiagnosticsOptions {
  /** Folder of the three logs; the camera hosts' own logs are there too. */
  readonly logDir: string;
  readonly recording: Pick<RecordingService, 'status' | 'health'> & { readonly events: EventEmitter<RecordingEvents> };
  readonly system: SystemSampler;
  /** `recording_slo_min_effective_fps` of this moment. */
  readonly minEffectiveFps: () => number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Begins to watch and to write. Resolves when requests can be answered. */
export async function startDiagnostics(_options: DiagnosticsOptions): Promise<Diagnostics & { stop(): Promise<void> }> {
  return {
    board: () => ({
      powerMode: { name: 'Unknown', id: 'N/A', isMax: false },
      cpus: [],
      zonesCelsius: [],
      cpuPercent: 0,
      memory: { totalBytes: 0, availableBytes: 0 },
      storage: { totalBytes: 0, freeBytes: 0, usedBytes: 0 },
    }),
    tail: async () => ({ lines: [], exists: false }),
    correlations: async () => ({ fromEpochMs: 0, toEpochMs: 0, sources: { apiLog: '', errorLog: '' }, nvvicErrors: [], stopTimeouts: [], probeFailures: [], correlations: [] }),
    alertCounts: () => new Map(),
    stop: async () => undefined,
  };
}
