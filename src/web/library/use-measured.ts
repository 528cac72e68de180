import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { SegmentEntry, SegmentsBody } from '../../api/contract/library.js';
import { useRig } from '../rig/rig.js';
import { segmentPath } from './addresses.js';

const PATIENCE_MS = 15_000;

/** Lengths of the files of which the rig knows none, as the browser finds them: those of other recorders, and those that a crash cut off. */
export function useMeasured(
  matchId: string,
  segments: ReadonlySignal<SegmentsBody | null>,
  told: ReadonlySignal<ReadonlyMap<string, number>>,
  nowSeconds: ReadonlySignal<number | null>,
): ReadonlySignal<ReadonlyMap<string, number>> {
  const { rest } = useRig();
  const measured = useSignal<ReadonlyMap<string, number>>(new Map());
  const missing = useComputed(() => {
    if (segments.value === null) return '';
    const isLive = nowSeconds.value !== null;
    const groups = [segments.value.cam0, segments.value.cam1, segments.value.other];
    const names = groups.flatMap((group) => group.filter((entry, index) => isUnknown(entry, told.value) && !(isLive && index === group.length - 1)).map(({ name }) => name));
    // As text, so that the same names are the same value.
    return names.join('\n');
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

function isUnknown({ name }: SegmentEntry, told: ReadonlyMap<string, number>): boolean {
  return !told.has(name);
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
