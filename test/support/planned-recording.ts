import { EventEmitter } from 'node:events';
import type { MatchMarks } from '../../src/recording/marks.js';
import type {
  MutexState,
  RecordingEvents,
  RecordingHealth,
  RecordingService,
  RecordingStatus,
  StartRequest,
  StartResult,
  StopResult,
} from '../../src/recording/types.js';

/**
 * A recording service that answers what a test planned, for tests of the transport alone: which request reaches the
 * service, and how its answers and failures travel. Whatever was not planned throws.
 */
export interface PlannedRecording extends RecordingService {
  /** What reached the service, in order. */
  readonly calls: readonly { readonly operation: 'start' | 'stop'; readonly request: unknown }[];
}

export interface RecordingPlan {
  readonly status?: () => RecordingStatus;
  readonly mutexState?: () => MutexState;
  readonly health?: () => Promise<RecordingHealth>;
  readonly start?: (request: StartRequest) => Promise<StartResult>;
  readonly stop?: (request: { readonly force: boolean }) => Promise<StopResult>;
  readonly marks?: Partial<MatchMarks>;
}

export function plannedRecording(plan: RecordingPlan): PlannedRecording {
  const calls: { operation: 'start' | 'stop'; request: unknown }[] = [];
  const unplanned = (what: string): never => {
    throw new Error(`the test did not plan ${what}`);
  };
  return {
    calls,
    events: new EventEmitter<RecordingEvents>(),
    marks: { list: () => unplanned('marks.list'), add: () => unplanned('marks.add'), put: () => unplanned('marks.put'), remove: () => unplanned('marks.remove'), ...plan.marks },
    whileAtRest: (_matchId, action) => action(),
    status: () => plan.status?.() ?? unplanned('status'),
    mutexState: () => plan.mutexState?.() ?? unplanned('mutexState'),
    health: async () => (await plan.health?.()) ?? unplanned('health'),
    start: async (request) => {
      calls.push({ operation: 'start', request });
      return (await plan.start?.(request)) ?? unplanned('start');
    },
    stop: async (request) => {
      calls.push({ operation: 'stop', request });
      return (await plan.stop?.(request)) ?? unplanned('stop');
    },
  };
}
