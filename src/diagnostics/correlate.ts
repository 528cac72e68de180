/** Which complaints of the camera stack came close to a failed stop or a bad file (contract 3.7, 16.9). Pure. */
import type { SignalEvent } from './types.js';

export interface Correlated extends SignalEvent {
  readonly timeoutsWithinWindow: number;
  readonly probeFailuresWithinWindow: number;
}

/** The complaints with at least one of the others within `windowMs` before or after, both ends included. */
export function correlate(
  nvvicErrors: readonly SignalEvent[],
  stopTimeouts: readonly SignalEvent[],
  probeFailures: readonly SignalEvent[],
  windowMs: number,
): readonly Correlated[] {
  const timeouts = sortedTimes(stopTimeouts);
  const probes = sortedTimes(probeFailures);
  return nvvicErrors.flatMap((event) => {
    if (event.epochMs === null) return [];
    const from = event.epochMs - windowMs;
    const to = event.epochMs + windowMs;
    const timeoutsWithinWindow = countWithin(timeouts, from, to);
    const probeFailuresWithinWindow = countWithin(probes, from, to);
    return timeoutsWithinWindow + probeFailuresWithinWindow === 0 ? [] : [{ ...event, timeoutsWithinWindow, probeFailuresWithinWindow }];
  });
}

function sortedTimes(events: readonly SignalEvent[]): readonly number[] {
  return events.flatMap(({ epochMs }) => (epochMs === null ? [] : [epochMs])).sort((a, b) => a - b);
}

function countWithin(sorted: readonly number[], from: number, to: number): number {
  return firstIndex(sorted, (time) => time > to) - firstIndex(sorted, (time) => time >= from);
}

/** Index of the first element for which it holds, by halving; the length when there is none. */
function firstIndex(sorted: readonly number[], holds: (time: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
