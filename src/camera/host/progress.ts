import type { HostPhase } from '../protocol.js';

/** Longest that a camera stack may hold up the process while it opens or shuts down; more than the daemon allows it. */
const OPENING_LIMIT_MS = 15_000;
/** While frames are to be written: the host itself acts on a stall first, and the daemon on a host that is silent. */
const RECORDING_LIMIT_MS = 5_000;
/** A stall is this host's own to find first. */
const GRACE_MS = 1_000;

export interface ProgressFacts {
  readonly phase: HostPhase;
  /** Of a recording whose pipeline plays. */
  readonly flow: {
    readonly sincePlayMs: number;
    /** Age of the newest frame at the camera; null before the first. */
    readonly frameAgeMs: number | null;
    /** By the disk, which is behind: a fresh process would lose what waits for it. */
    readonly isHeldUp: boolean;
    readonly stallMs: number;
    readonly firstFrameTimeoutMs: number;
  } | null;
}

/**
 * Whether the host gets on with what it is there for. While it records: frames come, or it is within the time that it
 * gives a camera to bring the first one. In all other phases its own limits end what takes too long, and they work as
 * long as its event loop turns, which asking proves.
 */
export function goesOn({ phase, flow }: ProgressFacts): boolean {
  if (phase !== 'running' || flow === null) return true;
  if (flow.frameAgeMs === null) return flow.sincePlayMs <= flow.firstFrameTimeoutMs + GRACE_MS;
  return flow.isHeldUp || flow.frameAgeMs <= flow.stallMs + GRACE_MS;
}

/** After how much silence the service manager is to act. A call into the camera stack may block this process. */
export function watchdogLimitMs({ phase, flow }: ProgressFacts): number {
  return phase === 'running' && flow !== null && flow.frameAgeMs !== null ? RECORDING_LIMIT_MS : OPENING_LIMIT_MS;
}

/** What the host does, in plain words, for `systemctl status`. */
export function statusText(phase: HostPhase, matchId: string | null): string {
  switch (phase) {
    case 'idle':
      return 'idle';
    case 'live':
      return 'showing the live picture';
    case 'prepared':
      return `about to record match ${matchId ?? '?'}`;
    case 'running':
      return `recording match ${matchId ?? '?'}`;
    case 'stopping':
      return `finalising match ${matchId ?? '?'}`;
  }
}
