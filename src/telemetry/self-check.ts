import type { Progress } from './progress-watch.js';

/** A crowd of clients may use up all connections for a moment. */
const TOLERANCE_MS = 30_000;
const PATIENCE_MS = 5_000;

/** That this process answers over the network, asked as a client would. Any answer will do: a refusal is one, too. */
export function answersRequests(url: string): Progress {
  return {
    what: 'requests are answered',
    goesOn: async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
      await response.body?.cancel();
      return true;
    },
    toleranceMs: TOLERANCE_MS,
  };
}
