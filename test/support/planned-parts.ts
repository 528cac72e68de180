import { EventEmitter } from 'node:events';
import type { RouteParts } from '../../src/api/http/routes.js';
import type { Diagnostics } from '../../src/diagnostics/types.js';
import type { Library } from '../../src/library/types.js';
import { withoutPreview } from '../../src/preview/no-preview.js';
import { plannedRecording } from './planned-recording.js';

function unplanned(what: string): never {
  throw new Error(`the test did not plan ${what}`);
}

/** Everything that the routes speak to, for tests of the transport alone: whatever was not planned throws. */
export function plannedParts(planned: Partial<RouteParts> = {}): RouteParts {
  return {
    recording: plannedRecording({}),
    preview: withoutPreview([0, 1], () => ({ mode: 'idle', holder: null, acquiredAt: null, canPreview: true, canRecord: true })),
    system: { latest: () => null },
    rig: () => ({ name: 'rig', cameraIds: [0, 1], matchTeams: [], previewTransportMode: 'dual', protectionMs: 10_000, requireAllCameras: true }),
    version: '1',
    hlsDir: '/nonexistent',
    monitor: { mode: 'off', watchStills: () => unplanned('watchStills'), snapshot: () => unplanned('snapshot') },
    library: plannedLibrary(),
    diagnostics: plannedDiagnostics(),
    pipelines: () => unplanned('pipelines'),
    metrics: { text: () => unplanned('metrics') },
    ...planned,
  };
}

function plannedLibrary(): Library {
  return {
    events: new EventEmitter(),
    ready: async () => undefined,
    matches: () => [],
    revision: () => 0,
    touched: () => undefined,
    segments: () => unplanned('segments'),
    has: async () => false,
    openSegment: () => unplanned('openSegment'),
    openFile: () => unplanned('openFile'),
    openAll: () => unplanned('openAll'),
    remove: () => unplanned('remove'),
    archives: () => ({ cam0: false, cam1: false }),
    rebuild: () => unplanned('rebuild'),
    close: async () => undefined,
  };
}

function plannedDiagnostics(): Diagnostics {
  return {
    board: () => unplanned('board'),
    tail: () => unplanned('tail'),
    correlations: () => unplanned('correlations'),
    alertCounts: () => new Map(),
  };
}
