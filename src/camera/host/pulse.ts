/**
 * The regular look of a host at itself: what stalls is told, whoever listens is never long without a sign of life, and a
 * worn-out host makes room for a fresh one in a quiet moment.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.js';
import { HEARTBEAT_MS, type HostPhase } from '../protocol.js';
import type { Stall } from './stall.js';

/**
 * The binding never frees a pipeline: after this many a host makes room for a fresh one, in a quiet moment, because the
 * next start would have to wait for it.
 */
const PIPELINES_PER_PROCESS = 25;
const QUIET_MS = 20_000;
const TICK_MS = 250;

export interface PulseOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly phase: () => HostPhase;
  readonly stall: () => Stall | null;
  readonly onStall: (stall: Stall) => void;
  /** Made in the life of this process. */
  readonly pipelines: () => number;
  /** No request is being carried out or waits. */
  readonly isQuiet: () => boolean;
  /** Says how the host is, and calls `said`. */
  readonly say: () => void;
  /** Ends the process in good order. */
  readonly leave: () => void;
}

export class Pulse {
  readonly #options: PulseOptions;
  #ticker: NodeJS.Timeout | null = null;
  #idleSinceMonoUs = 0;
  #saidMonoUs = 0;

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  start(): void {
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    if (this.#ticker !== null) clearInterval(this.#ticker);
  }

  /** The host has just said how it is. */
  said(): void {
    this.#saidMonoUs = this.#options.clock.monoUs();
  }

  /** From now on the host has nothing to do. */
  idle(): void {
    this.#idleSinceMonoUs = this.#options.clock.monoUs();
  }

  get isWornOut(): boolean {
    return this.#options.pipelines() >= PIPELINES_PER_PROCESS;
  }

  #tick(): void {
    const { log, phase, stall, onStall, pipelines, isQuiet, say, leave } = this.#options;
    const found = stall();
    if (found !== null) onStall(found);
    if (phase() === 'idle' && this.isWornOut && this.#sinceMs(this.#idleSinceMonoUs) > QUIET_MS && isQuiet()) {
      log.info({ pipelines: pipelines() }, 'making room for a fresh host');
      leave();
      return;
    }
    // Half a tick early rather than half a tick late.
    if (this.#sinceMs(this.#saidMonoUs) + TICK_MS / 2 >= (phase() === 'idle' ? HEARTBEAT_MS.idle : HEARTBEAT_MS.busy)) say();
  }

  #sinceMs(monoUs: number): number {
    return (this.#options.clock.monoUs() - monoUs) / 1000;
  }
}
