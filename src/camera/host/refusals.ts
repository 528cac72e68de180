/** What a host answers to a request that does not fit what it does. */
import { TouchlineError } from '../../errors.js';
import type { HostPhase } from '../protocol.js';

export interface Doing {
  readonly camera: number;
  readonly phase: HostPhase;
  /** Of the run that the host has; null without one. */
  readonly runId: string | null;
}

/** @param wanted run that was asked for; null where any is right */
export function wrongPhase({ camera, phase, runId }: Doing, wanted: { readonly phase: HostPhase; readonly runId: string | null }): TouchlineError {
  const withRun = (id: string | null): string => (id === null ? '' : ` with run ${id}`);
  return new TouchlineError({ kind: 'conflict', code: 'wrong_phase', message: `Camera ${camera} is ${phase}${withRun(runId)}, not ${wanted.phase}${withRun(wanted.runId)}.` });
}

export function notShown({ camera }: Pick<Doing, 'camera'>, runId: string): TouchlineError {
  return new TouchlineError({ kind: 'conflict', code: 'wrong_phase', message: `Camera ${camera} does not run ${runId}.` });
}

export function inUse({ camera, phase }: Pick<Doing, 'camera' | 'phase'>): TouchlineError {
  return new TouchlineError({ kind: 'busy', code: 'camera_in_use', message: `Camera ${camera} is already ${phase}.` });
}
