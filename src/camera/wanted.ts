import type { HostState, LiveSpec, RecordingSpec } from './protocol.js';

/** What the host should be doing. `hands-off`: a start or stop is under way and owns the camera. */
export type Wanted =
  | { readonly kind: 'undecided' }
  | { readonly kind: 'hands-off' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'live'; readonly spec: LiveSpec }
  | { readonly kind: 'recording'; readonly spec: RecordingSpec };

export type Step =
  | { readonly kind: 'abort'; readonly runId: string }
  | { readonly kind: 'live'; readonly spec: LiveSpec }
  | { readonly kind: 'record'; readonly spec: RecordingSpec }
  | { readonly kind: 'go'; readonly spec: RecordingSpec };

/** The next thing to do to bring a host from what it does to what is wanted; null when they agree. */
export function nextStep(wanted: Wanted, state: Pick<HostState, 'phase' | 'run' | 'live'>): Step | null {
  if (wanted.kind === 'undecided' || wanted.kind === 'hands-off' || state.phase === 'stopping') return null;
  const runId = state.run?.runId ?? state.live?.runId ?? null;
  if (wanted.kind === 'idle') return runId === null ? null : { kind: 'abort', runId };
  if (runId === null) return wanted.kind === 'live' ? { kind: 'live', spec: wanted.spec } : { kind: 'record', spec: wanted.spec };
  if (runId !== wanted.spec.runId) return { kind: 'abort', runId };
  return wanted.kind === 'recording' && state.phase === 'prepared' ? { kind: 'go', spec: wanted.spec } : null;
}
