import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { SegmentsBody } from '../../api/contract/library.js';
import { useRig } from '../rig/rig.js';
import { segmentPath } from './addresses.js';

const PATIENCE_MS = 15_000;

/** Lengths of the files of which the rig knows none, as the browser finds them: those of other recorders, and those that a crash cut off. */
export function useMeasured(
  matchId: string,
  segments: ReadonlySignal<SegmentsBody | null>,
  told: ReadonlySignal<ReadonlyMap<string, number>>,
  isChanging: ReadonlySignal<boolean>,
): ReadonlySignal<ReadonlyMap<string, number>> {
  const { rest } = useRig();
  const measured = useSignal<ReadonlyMap<string, number>>(new Map());
  const missing = useComputed(() => {
    // What is being written has another length in a moment; the rig will tell it.
    if (segments.value === null || isChanging.value) return '';
    const { cam0, cam1, other } = segments.value;
    // As text, so that the same names are the same value.
    return [...cam0, ...cam1, ...other].flatMap(({ name }) => (told.value.has(name) ? [] : [name])).join('\n');
  });
  useSignalEffect(() => {
    const names = missing.value.split('\n').filter((name) => name !== '' && !measured.peek().has(name));
    let isOver = false;
    const work = async (): Promise<void> => {
      for (const name of names) {
        const seconds = await lengthOf(rest.url(`${segmentPath(matchId, name)}?inline=1`));
        if (isOver) return;
        if (seconds !== null) measured.value = new Map([...measured.peek(), [name, seconds]]);
      }
    };
    void work();
    return () => {
      isOver = true;
    };
  });
  return measured;
}

/** Null when the browser cannot play it. */
function lengthOf(url: string): Promise<number | null> {
  const video = document.createElement('video');
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const timer = setTimeout(() => resolve(null), PATIENCE_MS);
  video.preload = 'metadata';
  video.muted = true;
  video.onloadedmetadata = () => resolve(Number.isFinite(video.duration) ? video.duration : null);
  video.onerror = () => resolve(null);
  video.src = url;
  return promise.finally(() => {
    clearTimeout(timer);
    video.onerror = null;
    video.removeAttribute('src');
    video.load();
  });
}
