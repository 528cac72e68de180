import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { useRig } from '../rig/rig.js';
import { Elapsed } from './elapsed.js';

/** Often enough that no second is seen to be skipped. */
const TICK_MS = 100;

/** Milliseconds of the recording that the rig tells of, in whole seconds; null while it tells of none, or of nothing. */
export function useElapsed(): ReadonlySignal<number | null> {
  const { status } = useRig();
  const elapsed = useMemo(() => new Elapsed(), []);
  const shown = useSignal<number | null>(null);
  useEffect(() => {
    const tick = (): void => {
      const heard = status.peek();
      if (heard === null || !heard.value.recording.recording) {
        shown.value = null;
        return;
      }
      elapsed.heard(heard.value.recording.duration, heard.atMs);
      const ms = elapsed.at(performance.now());
      shown.value = ms === null ? null : Math.floor(ms / 1000) * 1000;
    };
    tick();
    const timer = setInterval(tick, TICK_MS);
    // What is not known any more must not be seen for another tick.
    const unsubscribe = status.subscribe(tick);
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }, []);
  return shown;
}
