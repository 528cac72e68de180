import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { RestClient } from './rest.js';
import { useRig } from './rig.js';
import { asRigError, type RigError } from './rig-error.js';

export interface Polled<T> {
  /** The newest answer; null before the first, after an error and while the connection is not live. */
  readonly value: T | null;
  readonly error: RigError | null;
}

/**
 * Asks again and again while the component is shown and the connection is live; for what the WebSocket does not carry.
 * `ask` should not change between two renders.
 */
export function usePolled<T>(ask: (rest: RestClient, signal: AbortSignal) => Promise<T>, intervalMs: number): ReadonlySignal<Polled<T>> {
  const { rest, connection } = useRig();
  const polled = useSignal<Polled<T>>({ value: null, error: null });
  useSignalEffect(() => {
    if (connection.value !== 'live') return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const turn = async (): Promise<void> => {
      const next = await ask(rest, ended.signal).then(
        (value): Polled<T> => ({ value, error: null }),
        (error: unknown): Polled<T> => ({ value: null, error: asRigError(error) }),
      );
      if (ended.signal.aborted) return;
      polled.value = next;
      timer = setTimeout(() => void turn(), intervalMs);
    };
    void turn();
    return () => {
      ended.abort();
      clearTimeout(timer);
      polled.value = { value: null, error: null };
    };
  });
  return useComputed(() => polled.value);
}
