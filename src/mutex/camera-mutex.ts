/**
 * Who owns the cameras. Preview and recording exclude each other because a host runs at most one pipeline; this keeps
 * the account of it that people see, and turns away what would not fit. It lives in memory only: after a restart the
 * daemon reads the truth from the hosts, so no lock can go stale.
 */
import { TouchlineError } from '../errors.js';
import type { Clock } from '../lib/clock.js';

export type MutexMode = 'idle' | 'preview' | 'recording' | 'calibration';

export interface MutexState {
  readonly mode: MutexMode;
  readonly holder: string | null;
  readonly acquiredAt: Date | null;
  readonly canPreview: boolean;
  readonly canRecord: boolean;
}

export interface Lease {
  readonly mode: MutexMode;
  readonly holder: string;
  /** Harmless when the lease was displaced or released before. */
  release(): void;
}

export class CameraMutex {
  readonly #clock: Clock;
  #current: { readonly lease: Lease; readonly acquiredAt: Date; readonly onDisplaced: (() => void) | null } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes the cameras. The same holder asking again for the same mode gets its lease back; anybody else is refused
   * with `cameras_busy`. Recording wins over preview with `displace`; it never displaces another recording.
   */
  acquire(mode: Exclude<MutexMode, 'idle'>, holder: string, options: { readonly displace?: boolean; /** Somebody who may took the cameras; called once, before `acquire` of the new owner returns. */ readonly onDisplaced?: () => void } = {}): Lease {
    const current = this.#current?.lease;
    if (current !== undefined) {
      if (current.mode === mode && current.holder === holder) return current;
      if (options.displace !== true || current.mode === 'recording') {
        throw new TouchlineError({
          kind: 'busy',
          code: 'cameras_busy',
          message: `Could not acquire camera resources. Current mode: ${current.mode}`,
        });
      }
    }
    const lease: Lease = {
      mode,
      holder,
      release: () => {
        if (this.#current?.lease === lease) this.#current = null;
      },
    };
    const displaced = this.#current?.onDisplaced;
    this.#current = { lease, acquiredAt: new Date(this.#clock.nowEpochMs()), onDisplaced: options.onDisplaced ?? null };
    displaced?.();
    return lease;
  }

  state(): MutexState {
    const current = this.#current;
    const mode = current?.lease.mode ?? 'idle';
    return {
      mode,
      holder: current?.lease.holder ?? null,
      acquiredAt: current?.acquiredAt ?? null,
      canPreview: mode === 'idle' || mode === 'preview',
      canRecord: mode === 'idle',
    };
  }
}
