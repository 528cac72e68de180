/**
 * Looks whether a recording is more than the machine can do, and takes load off it, one step at a time (contract 5.7 for
 * what counts and what is told; the steps are ours). It never stops a recording.
 *
 * Invariants: a step is taken only while the guard is active, and after as many bad looks as made it active; the last
 * step is undone after some good looks in a row; when the recording ends, all are undone.
 */
import type { Logger } from 'pino';
import { asTouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import type { MatchPlace, OverloadGuardStatus, RecordingHealth, ReliefStep } from './types.js';

/** In the order in which they are taken: what people miss least comes first. */
export const RELIEF_STEPS: readonly ReliefStep[] = ['slower_pictures', 'no_pictures', 'lower_bitrate'];

/** One good look clears the guard, as in the reference; to undo a step at once would bring the load straight back. */
const GOOD_LOOKS_TO_UNDO = 6;
const MAX_ISSUES = 3;

export const GUARD_AT_REST: OverloadGuardStatus = {
  active: false,
  triggeredAtEpochMs: null,
  lastEvaluatedAtEpochMs: null,
  unhealthyStreak: 0,
  cpuPercent: null,
  reasons: [],
  healthHealthy: null,
  healthMessage: null,
  steps: [],
};

export interface GuardPolicy {
  readonly enabled: boolean;
  /** Of all processors together. */
  readonly cpuPercentThreshold: number;
  readonly pollIntervalMs: number;
  readonly unhealthyStreakThreshold: number;
}

export interface GuardOptions {
  readonly policy: () => GuardPolicy;
  /** Percent of all processors together, null when not known. */
  readonly cpuPercent: () => number | null;
  readonly health: () => Promise<Pick<RecordingHealth, 'healthy' | 'message' | 'issues'>>;
  /** Makes exactly these steps true. Must not throw; what cannot be done is left. */
  readonly relieve: (steps: readonly ReliefStep[]) => void;
  /** The guard became active or inactive, or took or undid a step. */
  readonly onChange: (match: MatchPlace, before: OverloadGuardStatus, after: OverloadGuardStatus) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export class OverloadGuard {
  readonly #options: GuardOptions;
  #status = GUARD_AT_REST;
  #goodLooks = 0;
  #watch: AbortController | null = null;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Instant. */
  status(): OverloadGuardStatus {
    return this.#status;
  }

  /** A recording has begun or was taken over. */
  begin(match: MatchPlace): void {
    this.end();
    this.#watch = new AbortController();
    void this.#look(match, this.#watch.signal);
  }

  /** It has ended: nothing is left of what the guard did. */
  end(): void {
    this.#watch?.abort();
    this.#watch = null;
    if (this.#status.steps.length > 0) this.#options.relieve([]);
    this.#status = GUARD_AT_REST;
    this.#goodLooks = 0;
  }

  async #look(match: MatchPlace, signal: AbortSignal): Promise<void> {
    const { policy, clock, log } = this.#options;
    while (!signal.aborted) {
      await clock.sleepMs(policy().pollIntervalMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#judge(match, signal);
      } catch (error) {
        log.error({ err: asTouchlineError(error) }, 'the overload guard could not judge');
      }
    }
  }

  async #judge(match: MatchPlace, signal: AbortSignal): Promise<void> {
    const { policy, cpuPercent, relieve, onChange, clock } = this.#options;
    const { enabled, cpuPercentThreshold, unhealthyStreakThreshold } = policy();
    const before = this.#status;
    if (!enabled) {
      if (before.steps.length > 0) relieve([]);
      this.#status = GUARD_AT_REST;
      return;
    }
    const cpu = cpuPercent();
    const health = await this.#health();
    if (signal.aborted) return;
    const reasons = reasonsOf(cpu, cpuPercentThreshold, health);
    const streak = reasons.length > 0 ? before.unhealthyStreak + 1 : 0;
    const active = streak >= unhealthyStreakThreshold;
    this.#goodLooks = reasons.length > 0 ? 0 : this.#goodLooks + 1;
    const steps = this.#stepsAfter(before.steps, active && streak % unhealthyStreakThreshold === 0);
    this.#status = {
      active,
      triggeredAtEpochMs: active ? (before.triggeredAtEpochMs ?? clock.nowEpochMs()) : null,
      lastEvaluatedAtEpochMs: clock.nowEpochMs(),
      unhealthyStreak: streak,
      cpuPercent: cpu,
      reasons,
      healthHealthy: health.healthy,
      healthMessage: health.message,
      steps,
    };
    if (steps !== before.steps) relieve(steps);
    if (steps !== before.steps || active !== before.active) onChange(match, before, this.#status);
  }

  #stepsAfter(steps: readonly ReliefStep[], isNextDue: boolean): readonly ReliefStep[] {
    if (isNextDue && steps.length < RELIEF_STEPS.length) return RELIEF_STEPS.slice(0, steps.length + 1);
    if (steps.length === 0 || this.#goodLooks < GOOD_LOOKS_TO_UNDO) return steps;
    this.#goodLooks = 0;
    return steps.slice(0, -1);
  }

  /** A disk that hangs must not hang the one who watches. */
  async #health(): Promise<Pick<RecordingHealth, 'healthy' | 'message' | 'issues'>> {
    const { clock, policy, health } = this.#options;
    const cancel = new AbortController();
    const late = clock.sleepMs(policy().pollIntervalMs, cancel.signal).then(
      () => ({ healthy: false, message: 'The recordings disk does not answer', issues: ['The recordings disk does not answer'] }),
      () => ({ healthy: false, message: '', issues: [] }),
    );
    try {
      return await Promise.race([health(), late]);
    } finally {
      cancel.abort();
    }
  }
}

/** Contract 5.7, its words. */
function reasonsOf(cpu: number | null, threshold: number, health: Pick<RecordingHealth, 'healthy' | 'message' | 'issues'>): readonly string[] {
  const reasons: string[] = [];
  if (cpu !== null && cpu >= threshold) reasons.push(`cpu ${cpu.toFixed(1)}% >= ${threshold.toFixed(1)}% threshold`);
  if (!health.healthy) reasons.push(...(health.issues.length > 0 ? health.issues.slice(0, MAX_ISSUES) : [health.message]));
  return reasons;
}
