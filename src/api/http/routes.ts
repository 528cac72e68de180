import type { Route } from './route.js';
import { compatRoutes, type CompatParts } from './routes/compat.js';
import { diagnosticsRoutes, type DiagnosticsParts } from './routes/diagnostics.js';
import { documentationRoutes, edgeRoutes, type EdgeParts } from './routes/edge.js';
import { hlsRoutes, type HlsParts } from './routes/hls.js';
import { libraryRoutes, type LibraryParts } from './routes/library.js';
import { marksRoutes, type MarksParts } from './routes/marks.js';
import { monitorRoutes, type MonitorParts } from './routes/monitor.js';
import { pipelinesRoutes, type PipelinesParts } from './routes/pipelines.js';
import { previewRoutes, type PreviewParts } from './routes/preview.js';
import { recordingRoutes, type RecordingParts } from './routes/recording.js';
import { stateRoutes, type StateParts } from './routes/state.js';

/** What the routes of this table speak to. */
export type RouteParts = StateParts & RecordingParts & PreviewParts & HlsParts & MonitorParts & LibraryParts & MarksParts & DiagnosticsParts & PipelinesParts & CompatParts & EdgeParts;

/** Every operation of the API as data; the dispatcher and the documentation walk this table. */
export function createRoutes(parts: RouteParts): readonly Route[] {
  const routes = [
    ...stateRoutes(parts),
    ...recordingRoutes(parts),
    ...previewRoutes(parts),
    ...hlsRoutes(parts),
    ...monitorRoutes(parts),
    ...libraryRoutes(parts),
    ...marksRoutes(parts),
    ...diagnosticsRoutes(parts),
    ...pipelinesRoutes(parts),
    ...compatRoutes(parts),
    ...edgeRoutes(parts),
  ];
  return [...routes, ...documentationRoutes(routes, parts.version)];
}
