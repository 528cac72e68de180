import type { Request, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Logger } from 'pino';
import { refuse } from './refuse.js';

/** Enough for a person who clicks; too little to keep a rig busy with reading its disk. */
const PER_MINUTE = 30;
const WINDOW_MS = 60_000;
/** What one household or one attacker has of IPv6 addresses. */
const IPV6_PREFIX_BITS = 64;

/** Resolves with whether the request may go on; when not, it has been answered. */
export type RateLimit = (request: Request, response: Response) => Promise<boolean>;

/**
 * Counts all expensive operations of a client together, by the address at the other end of the connection: what a
 * client says about itself (X-Forwarded-For) is not believed. Clients behind one proxy share the limit.
 */
export function limitPerClient(log: Logger): RateLimit {
  const limiter = rateLimit({
    windowMs: WINDOW_MS,
    limit: PER_MINUTE,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request) => ipKeyGenerator(request.socket.remoteAddress ?? '', IPV6_PREFIX_BITS),
    handler: (request, response) => refuse(request, response, 'too_many_requests', log),
    // Its checks are about settings behind proxies, which are not used, and speak to the console.
    validate: false,
  });
  return (request, response) =>
    new Promise((resolve, reject) => {
      const goOn = (error?: unknown): void => (error === undefined ? resolve(true) : reject(error));
      // It calls its third argument before it ends, when it calls it at all.
      Promise.resolve(limiter(request, response, goOn)).then(() => resolve(false), reject);
    });
}
