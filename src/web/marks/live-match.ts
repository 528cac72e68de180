import { effect } from '@preact/signals';
import type { SegmentsBody } from '../../api/contract/library.js';
import { filePath, matchPath } from '../library/addresses.js';
import { readMatchRecord, segmentRecords } from '../library/match-file.js';
import type { Rig } from '../rig/rig.js';
import { MatchClock, newestOpened } from './match-clock.js';

/** The rig writes down a file a moment after it has begun; until then is asked again. */
const ASK_AGAIN_MS = 2000;

/** The time of the match that is being recorded, on this page's clock. */
export interface LiveMatch {
  /** @param atMs `performance.now()` @returns seconds from the first frame of the match; null when nothing tells, or it is not being recorded */
  readonly secondsAt: (matchId: string, atMs: number) => number | null;
}

export function followMatch({ socket, rest, status }: Rig): LiveMatch {
  let current: { readonly matchId: string; readonly clock: MatchClock; readonly ended: AbortController } | null = null;
  socket.on('status', ({ data: { recording }, ts }) => {
    if (recording.match_id !== null && recording.match_id === current?.matchId) {
      current.clock.heard({ durationSeconds: recording.duration, epochMs: ts * 1000, heardMs: performance.now() });
    }
  });
  const setClock = async (matchId: string, clock: MatchClock, ended: AbortSignal): Promise<void> => {
    const [segments, file] = await Promise.all([
      rest.get<SegmentsBody>(matchPath(matchId, '/segments'), { signal: ended }),
      rest.get<unknown>(filePath(matchId, 'match.json'), { signal: ended }),
    ]).catch(() => [null, null]);
    if (ended.aborted) return;
    const opened = new Map([...segmentRecords(readMatchRecord(file))].map(([name, { openedEpochMs }]) => [name, openedEpochMs]));
    const newest = segments === null ? null : newestOpened([...segments.cam0, ...segments.cam1, ...segments.other], opened);
    if (newest !== null) clock.set(newest);
    else setClockAfter(ASK_AGAIN_MS, matchId, clock, ended);
  };
  const setClockAfter = (waitMs: number, matchId: string, clock: MatchClock, ended: AbortSignal): void => {
    setTimeout(() => (ended.aborted ? undefined : void setClock(matchId, clock, ended)), waitMs);
  };
  let isLost = false;
  effect(() => {
    const heard = status.value;
    if (heard === null) {
      // What was known of the time stays true, unless the rig comes back as another.
      isLost = true;
      return;
    }
    const { recording, match_id: matchId, phase, duration: durationSeconds } = heard.value.recording;
    const running = recording && phase === 'recording' ? matchId : null;
    const isBack = isLost;
    isLost = false;
    if (running !== null && running === current?.matchId) {
      // A daemon that took the recording over may count its running time from elsewhere.
      if (isBack) void setClock(running, current.clock, current.ended.signal);
      return;
    }
    current?.ended.abort();
    current = running === null ? null : { matchId: running, clock: new MatchClock(), ended: new AbortController() };
    // What has just begun has nothing written down yet.
    if (current !== null) setClockAfter(Math.max(0, ASK_AGAIN_MS - durationSeconds * 1000), current.matchId, current.clock, current.ended.signal);
  });
  return { secondsAt: (matchId, atMs) => (current?.matchId === matchId ? current.clock.secondsAt(atMs) : null) };
}
