import type { PreviewService } from '../../../preview/types.js';
import type { RecordingService } from '../../../recording/types.js';
import { HealthBody } from '../../contract/health.js';
import { PipelineStateBody } from '../../contract/pipeline-state.js';
import { RigBody } from '../../contract/rig.js';
import { RootBody } from '../../contract/root.js';
import { StatusBody } from '../../contract/status.js';
import { status } from '../../operations/status.js';
import { presentHealth, type SystemHealthSource } from '../../presenters/health.js';
import { presentPipelineState } from '../../presenters/pipeline-state.js';
import { presentRig, type RigFacts } from '../../presenters/rig.js';
import { presentRoot } from '../../presenters/root.js';
import { jsonRoute, type Route } from '../route.js';

export interface StateParts {
  readonly recording: RecordingService;
  readonly preview: PreviewService;
  readonly system: SystemHealthSource;
  /** Asked at each request, because the configuration may be edited meanwhile. */
  readonly rig: () => RigFacts;
  /** Version of the product, for GET / and GET /rig. */
  readonly version: string;
}

export function stateRoutes(parts: StateParts): readonly Route[] {
  return [
    jsonRoute({
      method: 'GET',
      base: 'root',
      path: '/',
      name: 'root',
      tag: 'State',
      summary: 'Which API is spoken here',
      response: RootBody,
      handle: () => presentRoot(parts.version),
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/health',
      name: 'health',
      tag: 'State',
      summary: 'Load, memory and disk of the rig',
      response: HealthBody,
      handle: () => presentHealth(parts.system.latest()),
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/status',
      name: 'status',
      tag: 'State',
      summary: 'Recording and preview at a glance',
      response: StatusBody,
      handle: () => status(parts),
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/pipeline-state',
      name: 'pipeline-state',
      tag: 'State',
      summary: 'Who has the cameras',
      response: PipelineStateBody,
      handle: () => presentPipelineState(parts.recording.mutexState()),
    }),
    jsonRoute({
      method: 'GET',
      base: 'api',
      path: '/rig',
      name: 'rig',
      tag: 'State',
      summary: 'What a page needs to know once: cameras, teams, how pictures are sent',
      response: RigBody,
      handle: () => presentRig(parts.rig(), parts.version),
    }),
  ];
}
