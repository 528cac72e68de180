import { once } from 'node:events';
import { request } from 'node:http';
import type { Progress } from './progress-watch.js';

/** A crowd of clients may use up all connections for a moment. */
const TOLERANCE_MS = 30_000;
const PATIENCE_MS = 5_000;

/**
 * That this process answers over the network, asked as a client would. Any answer will do: a refusal is one, too. Not
 * `fetch`: that refuses a list of ports (5060, 6000, ...) and knows no zones in addresses, and a rig may well use both.
 */
export function answersRequests(address: { readonly host: string; readonly port: number; readonly path: string }): Progress {
  return {
    what: 'requests are answered',
    goesOn: async () => {
      const asked = request({ ...address, agent: false, signal: AbortSignal.timeout(PATIENCE_MS) }).end();
      await once(asked, 'response');
      // What is still to come is of no interest, nor is that it was cut off.
      asked.on('error', () => undefined).destroy();
      return true;
    },
    toleranceMs: TOLERANCE_MS,
  };
}
