import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Rig } from '../rig/rig.js';
import { fpsOf } from './camera-state.js';
import { type Sample, withSample } from './series.js';

/** How the meters went in the last minutes, whichever page was open. */
export interface History {
  /** Frames per second, by camera key. */
  readonly fps: ReadonlySignal<ReadonlyMap<string, readonly Sample[]>>;
  /** Age of the newest frame in seconds, by camera key. */
  readonly frameAge: ReadonlySignal<ReadonlyMap<string, readonly Sample[]>>;
  readonly cpuPercent: ReadonlySignal<readonly Sample[]>;
}

/** Begins to note what the rig says. While it is not heard there is nothing to note, which leaves a gap. */
export function createHistory({ status, systemMetrics }: Pick<Rig, 'status' | 'systemMetrics'>): History {
  const fps = signal<ReadonlyMap<string, readonly Sample[]>>(new Map());
  const frameAge = signal<ReadonlyMap<string, readonly Sample[]>>(new Map());
  const cpuPercent = signal<readonly Sample[]>([]);
  effect(() => {
    const heard = status.value;
    if (heard === null) return;
    const { value, atMs } = heard;
    const facts = (key: string) => value.recording.cameras[key]?.facts ?? null;
    const keys = Object.keys(value.preview.cameras);
    fps.value = noted(fps.peek(), keys, atMs, (key) => fpsOf(facts(key)));
    frameAge.value = noted(frameAge.peek(), keys, atMs, (key) => facts(key)?.newest_frame_age_seconds ?? null);
  });
  effect(() => {
    const heard = systemMetrics.value;
    if (heard !== null) cpuPercent.value = withSample(cpuPercent.peek(), { atMs: heard.atMs, value: heard.value.cpu_usage.overall });
  });
  return { fps, frameAge, cpuPercent };
}

function noted(before: ReadonlyMap<string, readonly Sample[]>, keys: readonly string[], atMs: number, valueOf: (key: string) => number | null): ReadonlyMap<string, readonly Sample[]> {
  return new Map(keys.map((key) => [key, withSample(before.get(key) ?? [], { atMs, value: valueOf(key) })]));
}

export const HistoryContext = createContext<History | null>(null);

export function useHistory(): History {
  const history = useContext(HistoryContext);
  if (history === null) throw new Error('there is no history around this component');
  return history;
}
