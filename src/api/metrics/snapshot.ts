import { readdir } from 'node:fs/promises';
import type { Diagnostics } from '../../diagnostics/types.js';
import type { Library } from '../../library/types.js';
import type { PreviewService } from '../../preview/types.js';
import type { RecordingService } from '../../recording/types.js';
import type { SystemSampler } from '../../telemetry/system.js';

/** What the figures are taken from. All of it answers at once. */
export interface MetricsSources {
  readonly recording: Pick<RecordingService, 'status' | 'events'>;
  readonly preview: Pick<PreviewService, 'status'>;
  readonly system: Pick<SystemSampler, 'latest'>;
  readonly library: Pick<Library, 'matches'>;
  readonly diagnostics: Pick<Diagnostics, 'board' | 'alertCounts'>;
  readonly version: string;
  /** Number of WebSocket connections that are open now. */
  readonly connections: () => number;
}

/** Everything that the gauges show, at one moment. */
export type Snapshot = Awaited<ReturnType<typeof takeSnapshot>>;

export async function takeSnapshot(sources: MetricsSources) {
  return {
    version: sources.version,
    recording: sources.recording.status(),
    preview: sources.preview.status(),
    system: sources.system.latest(),
    board: sources.diagnostics.board(),
    alerts: sources.diagnostics.alertCounts(),
    matches: sources.library.matches(),
    connections: sources.connections(),
    cpu: process.cpuUsage(),
    memory: process.memoryUsage(),
    uptimeSeconds: process.uptime(),
    openFiles: await countOpenFiles(),
    // Sockets, timers, watches and requests under way that keep the event loop going.
    activeResources: process.getActiveResourcesInfo().length,
    eventLoop: performance.eventLoopUtilization(),
  };
}

/** Null where the system does not tell. */
async function countOpenFiles(): Promise<number | null> {
  return readdir('/proc/self/fd').then(
    // One of them is the folder that is being read.
    (names) => names.length - 1,
    () => null,
  );
}
