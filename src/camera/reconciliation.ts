/**
 * Brings what a camera host does in line with what is wanted of it, one step at a time. Looked at with every message of
 * the host, so a step that failed is tried again, after a pause that grows.
 */
import type { Logger } from 'pino';
import { asTouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import { MAX_BACKOFF_MS } from './host-link.js';
import type { HostState } from './protocol.js';
import { nextStep, type Step, type Wanted } from './wanted.js';

/** What brings the host in line; `renew`: ends it, so that its successor is of this version. */
export type Action = Step | { readonly kind: 'renew' };

/** For the log: what the camera process is asked for. */
const WORDS: Readonly<Record<Action['kind'], string>> = {
  abort: 'the camera process does what nobody wants any more: taking that back',
  live: 'having the camera process show the live picture',
  record: 'having the camera process record',
  go: 'having the camera process begin to record',
  renew: 'replacing the idle camera process by one of this version',
};

export interface ReconciliationOptions {
  readonly carryOut: (action: Action) => Promise<void>;
  /** The host did not do what is wanted of it; it is asked again. */
  readonly onRefused: (reason: string, code: string) => void;
  /** Of this daemon. */
  readonly softwareVersion: string;
  readonly backoffMs: () => number;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Reconciliation {
  readonly #options: ReconciliationOptions;
  readonly #startedMonoUs: number;
  #wanted: Wanted = { kind: 'undecided' };
  #isActing = false;
  #refusals = 0;
  #nextStepMonoMs = Number.NEGATIVE_INFINITY;

  constructor(options: ReconciliationOptions) {
    this.#options = options;
    this.#startedMonoUs = options.clock.monoUs();
  }

  get wanted(): Wanted {
    return this.#wanted;
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#obeyed();
  }

  /** Whoever called for the camera itself sees to what it does. */
  handsOff(): void {
    this.#wanted = { kind: 'hands-off' };
  }

  look(state: HostState): void {
    const { clock, log, carryOut } = this.#options;
    if (this.#isActing || clock.monoMs() < this.#nextStepMonoMs) return;
    const action: Action | null = nextStep(this.#wanted, state) ?? (this.#isOutdated(state) ? { kind: 'renew' } : null);
    if (action === null) return;
    this.#isActing = true;
    log.info({ phase: state.phase, ...('spec' in action && 'matchId' in action.spec ? { matchId: action.spec.matchId } : {}) }, WORDS[action.kind]);
    carryOut(action)
      .then(
        () => this.#obeyed(),
        (error: unknown) => this.#refused(action, error),
      )
      .finally(() => {
        this.#isActing = false;
      });
  }

  #obeyed(): void {
    this.#refusals = 0;
    this.#nextStepMonoMs = Number.NEGATIVE_INFINITY;
  }

  /** A camera or a disk that is not there may take hours to come back: it is asked all the while, but not in a hurry. */
  #refused(action: Action, thrown: unknown): void {
    const { backoffMs, clock, log, onRefused } = this.#options;
    const error = asTouchlineError(thrown);
    log.warn({ err: error, step: action.kind }, 'the camera host did not follow');
    // Its loss is told on its own, and its successor has done nothing wrong.
    if (error.code === 'host_gone') return;
    this.#refusals += 1;
    this.#nextStepMonoMs = clock.monoMs() + Math.min(MAX_BACKOFF_MS, backoffMs() * this.#refusals);
    onRefused(error.message, error.code);
  }

  /** One that was started after this daemon is what its supervisor has: ending it would change nothing. */
  #isOutdated({ phase, softwareVersion, startedMonoUs }: HostState): boolean {
    return this.#wanted.kind === 'idle' && phase === 'idle' && softwareVersion !== this.#options.softwareVersion && startedMonoUs < this.#startedMonoUs;
  }
}
