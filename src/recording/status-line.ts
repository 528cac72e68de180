import type { RecordingStatus } from './types.js';

/** The rig in one line, for `systemctl status` and whoever greps for it. Says no more than the status does. */
export function statusLine(status: Pick<RecordingStatus, 'phase' | 'matchId' | 'cameras' | 'degraded' | 'degradedReasons'>): string {
  const match = status.matchId ?? '?';
  switch (status.phase) {
    case 'idle':
      return 'ready, nothing is recorded';
    case 'starting':
      return `starting to record match ${match}`;
    case 'stopping':
      return `finalising match ${match}`;
    case 'recording': {
      const running = [...status.cameras.values()].filter(({ state }) => state === 'running').length;
      const reasons = [...status.degradedReasons.entries()].map(([part, reason]) => `${typeof part === 'number' ? `camera ${part}` : part}: ${reason}`);
      return `recording match ${match}, ${running} ${running === 1 ? 'camera' : 'cameras'}${status.degraded ? ` (degraded: ${reasons.join('; ')})` : ''}`;
    }
  }
}
