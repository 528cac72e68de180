/**
 * Looks whether a recording is more than the machine can do, and takes load off it, one step at a time (contract 5.7 for
 * what counts and what is told; the steps are ours). It never stops a recording.
 *
 * Invariants: a step is taken only while the guard is active because of the processors, after as many such looks in a row
 * as make it active (a camera that is broken is told, and is no reason to spoil the other one); the last step is undone
 * after some looks without overload in a row; when the recording ends, all are undone.
 */
import type { Logger } from 'pino';
import { asTouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import { PatientQuestion } from '../lib/patient-question.js';
import type { MatchPlace, OverloadGuardStatus, RecordingHealth, ReliefStep } from './types.js';

/** In the order in which they are taken: what people miss least comes first. */
export const RELIEF_STEPS: readonly ReliefStep[] = ['slower_pictures', 'no_pictures', 'lower_bitrate'];

type Health = Pick<RecordingHealth, 'healthy' | 'message' | 'issues'>;

/** One good look clears the guard, as in the reference; to undo a step at once would bring the load straight back. */
const GOOD_LOOKS_TO_UNDO = 6;
const MAX_ISSUES = 3;
const NO_ANSWER: Health = { healthy: false, message: 'The recordings disk does not answer', issues: ['The recordings disk does not answer'] };

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
  readonly health: () => Promise<Health>;
  /** Those that this rig can take. */
  readonly steps: () => readonly ReliefStep[];
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
  /** Looks in a row at which the processors had too much to do. */
  #overloadedLooks = 0;
  /** Reads the disk, which may hang, and must not hang the one who watches. */
  readonly #health: PatientQuestion<Health>;
  #watch: AbortController | null = null;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#health = new PatientQuestion(options.clock, options.health);
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
    const { steps } = this.#status;
    this.#reset();
    if (steps.length > 0) this.#relieve([]);
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
    const { policy, cpuPercent, onChange, clock } = this.#options;
    const { enabled, cpuPercentThreshold, pollIntervalMs, unhealthyStreakThreshold } = policy();
    const before = this.#status;
    if (!enabled) {
      this.#reset();
      if (before.steps.length > 0) this.#relieve([]);
      if (before.steps.length > 0 || before.active) onChange(match, before, this.#status);
      return;
    }
    const cpu = cpuPercent();
    const health = await this.#health.ask(pollIntervalMs, NO_ANSWER);
    if (signal.aborted) return;
    const isOverloaded = cpu !== null && cpu >= cpuPercentThreshold;
    const reasons = reasonsOf(isOverloaded ? cpu : null, cpuPercentThreshold, health);
    const streak = reasons.length > 0 ? before.unhealthyStreak + 1 : 0;
    const active = streak >= unhealthyStreakThreshold;
    // A load that nobody knows is no good look.
    if (cpu !== null) this.#goodLooks = isOverloaded ? 0 : this.#goodLooks + 1;
    this.#overloadedLooks = isOverloaded ? this.#overloadedLooks + 1 : 0;
    const steps = this.#stepsAfter(before.steps, isOverloaded && this.#overloadedLooks % unhealthyStreakThreshold === 0);
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
    if (steps !== before.steps) this.#relieve(steps);
    if (steps !== before.steps || active !== before.active) onChange(match, before, this.#status);
  }

  #stepsAfter(steps: readonly ReliefStep[], isNextDue: boolean): readonly ReliefStep[] {
    const possible = this.#options.steps();
    if (isNextDue && steps.length < possible.length) return possible.slice(0, steps.length + 1);
    if (steps.length === 0 || this.#goodLooks < GOOD_LOOKS_TO_UNDO) return steps;
    this.#goodLooks = 0;
    return steps.slice(0, -1);
  }

  #reset(): void {
    this.#status = GUARD_AT_REST;
    this.#goodLooks = 0;
    this.#overloadedLooks = 0;
  }

  /** Whatever goes wrong with making room, a recording goes on and can be stopped. */
  #relieve(steps: readonly ReliefStep[]): void {
    try {
      this.#options.relieve(steps);
    } catch (error) {
      this.#options.log.error({ err: asTouchlineError(error), steps }, 'the overload guard could not carry out its steps');
    }
  }
}

/** Contract 5.7, its words. */
function reasonsOf(cpu: number | null, threshold: number, health: Health): readonly string[] {
  const reasons: string[] = [];
  if (cpu !== null) reasons.push(`cpu ${cpu.toFixed(1)}% >= ${threshold.toFixed(1)}% threshold`);
  if (!health.healthy) reasons.push(...(health.issues.length > 0 ? health.issues.slice(0, MAX_ISSUES) : [health.message]));
  return reasons;
}
