/** Findings of the kinds that most drills have. */
import { max, p95, spread } from '../../bench/stats.js';
import type { Finding } from '../drill.js';
import { blemishes, framesInFiles, framesLost, type RunAccount } from './account.js';
import type { Scene } from './scene.js';

/** No frame of these runs is missing, but those that a killed process could not write any more. */
export function nothingLost(scene: Scene, name: string, runs: readonly RunAccount[], how: string): Finding {
  for (const line of blemishes(runs)) scene.say(line);
  const lost = framesLost(runs);
  const frames = framesInFiles(runs);
  return { name, required: '0', measured: `${lost} of ${frames + lost}`, holds: lost === 0 && frames > 0, how, isTimed: false };
}

/** Seconds that are missing before each break. */
export function lostAtMost(name: string, seconds: readonly number[], limitSeconds: number, how: string): Finding {
  return { name, required: `≤ ${limitSeconds} s`, measured: `${spread(seconds, 2)} s`, holds: seconds.length > 0 && max(seconds) <= limitSeconds, how, isTimed: false };
}

export interface TimeLimit {
  readonly p95Ms?: number;
  readonly maxMs?: number;
}

export function times(name: string, valuesMs: readonly number[], limit: TimeLimit, how: string): Finding {
  const required = [...(limit.p95Ms === undefined ? [] : [`≤ ${limit.p95Ms / 1000} s p95`]), ...(limit.maxMs === undefined ? [] : [`≤ ${limit.maxMs / 1000} s`])].join(', ');
  const holds = valuesMs.length > 0 && p95(valuesMs) <= (limit.p95Ms ?? Infinity) && max(valuesMs) <= (limit.maxMs ?? Infinity);
  return { name, required: required === '' ? 'report' : required, measured: valuesMs.length === 0 ? 'never' : `${spread(valuesMs, 0)} ms`, holds: required === '' ? null : holds, how, isTimed: true };
}

/** Something that is so or is not. */
export function fact(name: string, required: string, measured: string, holds: boolean, how: string): Finding {
  return { name, required, measured, holds, how, isTimed: false };
}

export function leftOut(name: string, reason: string): Finding {
  return { name, required: '', measured: `left out: ${reason}`, holds: null, how: '', isTimed: false };
}
