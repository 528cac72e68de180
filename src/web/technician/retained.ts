import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RestClient } from '../rig/rest.js';
import { type Heard, useRig } from '../rig/rig.js';
import { usePolled } from '../rig/use-polled.js';

/** What was heard last, and whether it is what the rig says now. Whoever shows it when it is not must show that, too. */
export interface Retained<T> {
  readonly value: T;
  readonly isCurrent: boolean;
  /** How old it is. */
  readonly ageMs: number;
}

/** Longer than three times its interval without a new value, and the old one tells nothing of the present. */
const PATIENCE = 3;
const TICK_MS = 1000;

/** The page's monotonic clock, once a second. */
export function useNow(): number {
  const now = useSignal(performance.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now.value;
}

/** The newest value of a channel that comes every `intervalMs`; kept, as an old one, when the rig falls silent. Null until it was heard once. */
export function useRetained<T>(heard: ReadonlySignal<Heard<T> | null>, intervalMs: number): Retained<T> | null {
  useNow();
  const last = useRef<Heard<T> | null>(null);
  if (heard.value !== null) last.current = heard.value;
  if (last.current === null) return null;
  const ageMs = Math.max(0, performance.now() - last.current.atMs);
  return { value: last.current.value, isCurrent: heard.value !== null && ageMs <= PATIENCE * intervalMs, ageMs };
}

/** The same for what is asked for. `ask` should not change between two renders. */
export function useRetainedPoll<T>(ask: (rest: RestClient, signal: AbortSignal) => Promise<T>, intervalMs: number): Retained<T> | null {
  const { connection } = useRig();
  const timed = useRef(async (rest: RestClient, signal: AbortSignal): Promise<Heard<T>> => ({ value: await ask(rest, signal), atMs: performance.now() }));
  const polled = usePolled(timed.current, intervalMs);
  const last = useRef<Heard<T> | null>(null);
  useNow();
  if (polled.value.value !== null) last.current = polled.value.value;
  if (last.current === null) return null;
  const ageMs = Math.max(0, performance.now() - last.current.atMs);
  return { value: last.current.value, isCurrent: connection.value === 'live' && polled.value.error === null && ageMs <= PATIENCE * intervalMs, ageMs };
}
