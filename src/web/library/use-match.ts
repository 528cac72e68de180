import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SegmentsBody } from '../../api/contract/library.js';
import { useMarkStore } from '../marks/mark-store.js';
import { useRig } from '../rig/rig.js';
import { asRigError, type RigError } from '../rig/rig-error.js';
import { matchPath } from './addresses.js';
import { activityOfMatch, type MatchActivity } from './integrity.js';
import { type MatchRecord, segmentRecords, stoppedAfter } from './match-file.js';
import { type TimeLine, timeLineOf } from './time-line.js';
import { useMeasured } from './use-measured.js';
import { readRecord } from './use-records.js';

export interface OneMatch {
  /** Null before they were read. */
  readonly segments: ReadonlySignal<SegmentsBody | null>;
  readonly record: ReadonlySignal<MatchRecord | null>;
  readonly activity: ReadonlySignal<MatchActivity>;
  readonly timeLine: ReadonlySignal<TimeLine | null>;
  readonly error: ReadonlySignal<RigError | null>;
  readonly refresh: () => void;
}

/** While it is recorded new files begin, which are to be known before the player gets there, and while it is finished the last ones are closed and checked. */
const READ_EVERY_MS = 2000;
/** Until there is anything to show. */
const READ_FIRST_MS = 1000;
/** How often the end of a match that is being recorded moves on. */
const GROW_EVERY_MS = 1000;

export function useMatch(matchId: string): OneMatch {
  const { rest, status, connection } = useRig();
  const { live } = useMarkStore();
  const segments = useSignal<SegmentsBody | null>(null);
  const record = useSignal<MatchRecord | null>(null);
  const error = useSignal<RigError | null>(null);
  const asked = useSignal(0);
  const nowSeconds = useSignal<number | null>(null);
  const activity = useComputed(() => activityOfMatch(matchId, status.value?.value.recording));
  // At rest by the status, its last files may not be written down as closed yet.
  const isOpen = useComputed(() => activity.value !== 'resting' || record.value?.state === 'recording');

  useSignalEffect(() => {
    void asked.value;
    void activity.value;
    if (connection.value !== 'live') return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async (): Promise<void> => {
      try {
        const [listed, file] = await Promise.all([rest.get<SegmentsBody>(matchPath(matchId, '/segments'), { signal: ended.signal }), readRecord(rest, matchId, ended.signal)]);
        if (ended.signal.aborted) return;
        segments.value = listed;
        if (file !== undefined) record.value = file;
        error.value = null;
      } catch (thrown) {
        if (!ended.signal.aborted) error.value = asRigError(thrown);
      }
      if (!ended.signal.aborted && isOpen.peek()) timer = setTimeout(() => void read(), segments.value === null || timeLine.peek()?.lengthSeconds === 0 ? READ_FIRST_MS : READ_EVERY_MS);
    };
    void read();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  });

  useEffect(() => {
    const grow = (): void => {
      // While it is being finished, or the rig is not heard, what was there is there.
      if (!isOpen.peek()) nowSeconds.value = null;
      else if (activity.peek() === 'recording') nowSeconds.value = live.secondsAt(matchId, performance.now()) ?? nowSeconds.peek();
    };
    grow();
    const timer = setInterval(grow, GROW_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  const told = useComputed(() => new Map([...segmentRecords(record.value)].flatMap(([name, { durationSeconds }]) => (durationSeconds === null ? [] : [[name, durationSeconds]]))));
  const isChanging = useComputed(() => activity.value !== 'resting');
  const measured = useMeasured(matchId, segments, told, isChanging);
  const timeLine = useComputed(() =>
    segments.value === null
      ? null
      : timeLineOf({ segments: segments.value, durations: new Map([...measured.value, ...told.value]), stoppedAfter: stoppedAfter(record.value), nowSeconds: nowSeconds.value, isOpen: isOpen.value }),
  );
  return { segments, record, activity, timeLine, error, refresh: () => (asked.value += 1) };
}
