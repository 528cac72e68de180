/** What looks after a recording while it runs: that the box keeps up, and that the disk has room. Tells what they find. */
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.js';
import type { Announcer } from './announcer.js';
import { OverloadGuard, type GuardOptions } from './overload-guard.js';
import { SpaceGuard, type SpacePolicy } from './space-guard.js';
import type { MatchPlace, OverloadGuardStatus, Room, SpaceLevel } from './types.js';

export interface GuardsOptions {
  /** What the overload guard goes by, and what it can do. */
  readonly overload: Pick<GuardOptions, 'policy' | 'cpuPercent' | 'steps' | 'relieve'>;
  readonly health: GuardOptions['health'];
  readonly space: () => SpacePolicy;
  /** Instant. */
  readonly room: () => Room;
  /** The reserve is reached: this match is to be stopped in order. Must not throw. */
  readonly onReserve: (match: MatchPlace) => void;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
  readonly announcer: Announcer;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Guards {
  readonly #overload: OverloadGuard;
  readonly #space: SpaceGuard;

  constructor({ overload, health, space, room, onReserve, onChange, announcer, clock, log }: GuardsOptions) {
    this.#overload = new OverloadGuard({
      ...overload,
      health,
      onChange: (match, before, after) => {
        log.warn({ matchId: match.matchId, active: after.active, reasons: after.reasons, steps: after.steps }, 'overload guard');
        announcer.tell('overload', { ...match, before, after, threshold: overload.policy().unhealthyStreakThreshold });
        onChange();
      },
      clock,
      log,
    });
    this.#space = new SpaceGuard({
      policy: space,
      room,
      onChange: (match, before, after, left) => {
        log[after === 'ok' ? 'info' : 'warn']({ matchId: match.matchId, level: after, ...left }, 'room on the recordings disk');
        announcer.tell('space', { ...match, before, after, room: left });
        onChange();
      },
      onReserve: (match, left) => {
        log.error({ matchId: match.matchId, ...left }, 'the recordings disk is full up to the reserve: stopping the recording in order');
        onReserve(match);
      },
      clock,
    });
  }

  /** Instant. */
  get overload(): OverloadGuardStatus {
    return this.#overload.status();
  }

  get space(): SpaceLevel {
    return this.#space.level;
  }

  /** A recording has begun or was taken over. */
  begin(match: MatchPlace): void {
    this.#overload.begin(match);
    this.#space.begin(match);
  }

  /** It has ended: nothing is left of what the guards did. */
  end(): void {
    this.#overload.end();
    this.#space.end();
  }
}
