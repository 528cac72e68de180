import { asTouchlineError } from '../../errors.js';
import { validateMatchId } from '../../recording/match-id.js';
import type { RecordingService } from '../../recording/types.js';
import { HealthBody } from '../contract/health.js';
import { PipelineStateBody } from '../contract/pipeline-state.js';
import { RecordingHealthBody } from '../contract/recording-health.js';
import { StartBody, StartRequestBody } from '../contract/recording-start.js';
import { RecordingStatusBody } from '../contract/recording-status.js';
import { StopBody, StopQuery } from '../contract/recording-stop.js';
import { RootBody } from '../contract/root.js';
import { StatusBody } from '../contract/status.js';
import { presentHealth, type SystemHealthSource } from '../presenters/health.js';
import { presentPipelineState } from '../presenters/pipeline-state.js';
import { presentRecordingHealth } from '../presenters/recording-health.js';
import { presentStart, presentStop } from '../presenters/recording-operations.js';
import { presentRecordingStatus } from '../presenters/recording-status.js';
import { presentRoot } from '../presenters/root.js';
import type { PreviewStatusSource } from '../preview-status.js';
import { bodyRoute, invalidRequest, plainRoute, queryRoute, type Route } from './route.js';

/** What the routes of this table speak to. */
export interface RouteParts {
  readonly recording: RecordingService;
  readonly system: SystemHealthSource;
  readonly preview: PreviewStatusSource;
  /** Version of the product, for GET /. */
  readonly version: string;
}

/** Every operation of the API as data; the dispatcher and the documentation walk this table. */
export function createRoutes(parts: RouteParts): readonly Route[] {
  return [...stateRoutes(parts), ...recordingRoutes(parts.recording)];
}

function stateRoutes({ recording, system, preview, version }: RouteParts): readonly Route[] {
  return [
    plainRoute({
      method: 'GET',
      base: 'root',
      path: '/',
      name: 'root',
      summary: 'Which API is spoken here',
      response: RootBody,
      handle: () => presentRoot(version),
    }),
    plainRoute({
      method: 'GET',
      base: 'api',
      path: '/health',
      name: 'health',
      summary: 'Load, memory and disk of the rig',
      response: HealthBody,
      handle: () => presentHealth(system.latest()),
    }),
    plainRoute({
      method: 'GET',
      base: 'api',
      path: '/status',
      name: 'status',
      summary: 'Recording and preview at a glance',
      response: StatusBody,
      handle: () => ({ recording: presentRecordingStatus(recording.status()), preview: preview.status() }),
    }),
    plainRoute({
      method: 'GET',
      base: 'api',
      path: '/pipeline-state',
      name: 'pipeline-state',
      summary: 'Who has the cameras',
      response: PipelineStateBody,
      handle: () => presentPipelineState(recording.mutexState()),
    }),
  ];
}

function recordingRoutes(recording: RecordingService): readonly Route[] {
  return [
    plainRoute({
      method: 'GET',
      base: 'api',
      path: '/recording',
      name: 'recording',
      summary: 'State of the recording',
      response: RecordingStatusBody,
      handle: () => presentRecordingStatus(recording.status()),
    }),
    bodyRoute({
      method: 'POST',
      base: 'api',
      path: '/recording',
      name: 'recording',
      summary: 'Start a recording; answers when every camera has delivered and encoded frames',
      body: StartRequestBody,
      response: StartBody,
      handle: async (body) =>
        presentStart(
          await recording.start({
            matchId: matchIdOf(body),
            force: body.force ?? false,
            processAfterRecording: body.process_after_recording ?? false,
          }),
        ),
    }),
    queryRoute({
      method: 'DELETE',
      base: 'api',
      path: '/recording',
      name: 'recording',
      summary: 'Stop the recording; answers when the files are final, on disk and probed',
      query: StopQuery,
      response: StopBody,
      handle: async (query) => presentStop(await recording.stop({ force: query.force ?? false })),
    }),
    plainRoute({
      method: 'GET',
      base: 'api',
      path: '/recording-health',
      name: 'recording-health',
      summary: 'Whether each camera really records',
      response: RecordingHealthBody,
      handle: () => recordingHealth(recording),
    }),
  ];
}

/** Absent, null and empty mean "give it a name" (contract 3.3); anything else must be one. */
function matchIdOf(body: StartRequestBody): string | null {
  const raw = body.match_id ?? '';
  if (raw === '') return null;
  const check = validateMatchId(raw);
  if (check.ok) return check.id;
  throw invalidRequest([check.violation], 'body');
}

/** The contract answers 200 here whatever happens: a monitor must learn "unhealthy" and not "no answer" (3.4). */
async function recordingHealth(recording: RecordingService): Promise<RecordingHealthBody> {
  try {
    return presentRecordingHealth(await recording.health());
  } catch (thrown) {
    return { healthy: false, message: `Error: ${asTouchlineError(thrown).message}` };
  }
}
