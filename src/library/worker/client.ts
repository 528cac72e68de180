import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { TouchlineError } from '../../errors.js';
import type { Clock } from '../../lib/clock.js';
import type { MatchSummary } from '../types.js';
import type { FromThread, ThreadSettings, ToThread } from './protocol.js';

/** What it makes of a look at a folder is garbage at the end of it. */
const YOUNG_MB = 4;
const RESTART_MIN_MS = 250;
const RESTART_MAX_MS = 30_000;
/** A thread that hangs in a disk cannot be ended by anybody: the daemon does not wait for it. */
const CLOSE_LIMIT_MS = 3000;

export interface ClientOptions {
  readonly settings: ThreadSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChanged: (matches: readonly MatchSummary[], gone: readonly string[]) => void;
  /** The list has been compared with the folders, and these are all matches on it; again after each restart. */
  readonly onReady: (matchIds: readonly string[]) => void;
}

type Answer = { readonly match: MatchSummary | null } | { readonly matches: number };

/** The daemon's side of the thread: starts it, again when it ends by itself, and pairs requests with answers. */
export class CatalogueThread {
  readonly #options: ClientOptions;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  readonly #closing = new AbortController();
  /** Null while it is not running. */
  #worker: Worker | null;
  #requests = 0;
  #restartMs = RESTART_MIN_MS;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  touched(matchId: string): void {
    // One that is not running compares everything when it starts.
    this.#worker?.postMessage({ kind: 'touched', matchId } satisfies ToThread);
  }

  /** What the folder of the match says now. Rejects when the thread ends before. */
  async look(matchId: string): Promise<MatchSummary | null> {
    const answer = await this.#ask((request) => ({ kind: 'look', request, matchId }));
    return 'match' in answer ? answer.match : null;
  }

  /** Resolves with the number of matches. Rejects when the thread ends before. */
  async rebuild(): Promise<number> {
    const answer = await this.#ask((request) => ({ kind: 'rebuild', request }));
    return 'matches' in answer ? answer.matches : 0;
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const worker = this.#worker;
    if (worker === null) return;
    const inTime = new AbortController();
    const ended = new Promise<boolean>((resolve) => worker.once('exit', () => resolve(true)));
    const tooLong = this.#options.clock.sleepMs(CLOSE_LIMIT_MS, inTime.signal).then(
      () => false,
      () => true,
    );
    worker.postMessage({ kind: 'close' } satisfies ToThread);
    if (!(await Promise.race([ended, tooLong]))) {
      this.#options.log.warn('the thread of the catalogue does not end: a disk does not answer');
      worker.unref();
      void worker.terminate();
    }
    inTime.abort();
  }

  #start(): Worker {
    const { settings, log } = this.#options;
    // The limit that this process was started with would count for the thread, too, over its own. The heap that runs this has its size already.
    setFlagsFromString('--max-semi-space-size=0');
    const worker = new Worker(new URL('thread.js', import.meta.url), { workerData: settings, name: 'library', resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    worker.on('message', (message: FromThread) => this.#take(message));
    worker.on('error', (error) => log.error({ err: error }, 'the thread of the catalogue failed'));
    worker.once('exit', (code) => void this.#ended(code));
    return worker;
  }

  async #ended(exitCode: number): Promise<void> {
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(threadEnded());
    this.#waiting.clear();
    const { clock, log } = this.#options;
    if (this.#closing.signal.aborted) return;
    log.error({ exitCode, restartMs: this.#restartMs }, 'the thread of the catalogue has ended and is started again');
    const restartMs = this.#restartMs;
    this.#restartMs = Math.min(2 * restartMs, RESTART_MAX_MS);
    try {
      await clock.sleepMs(restartMs, this.#closing.signal);
    } catch {
      return;
    }
    this.#worker = this.#start();
  }

  #ask(messageOf: (request: number) => ToThread): Promise<Answer> {
    if (this.#worker === null) return Promise.reject(threadEnded());
    const request = this.#requests;
    this.#requests += 1;
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.set(request, waiting);
    this.#worker.postMessage(messageOf(request));
    return waiting.promise;
  }

  #take(message: FromThread): void {
    const { log, onChanged, onReady } = this.#options;
    switch (message.kind) {
      case 'changed':
        onChanged(message.matches, message.gone);
        break;
      case 'ready':
        this.#restartMs = RESTART_MIN_MS;
        log.info({ matches: message.matchIds.length, elapsedMs: message.elapsedMs }, 'the list of recordings is complete');
        onReady(message.matchIds);
        break;
      case 'looked':
      case 'rebuilt':
        this.#waiting.get(message.request)?.resolve(message);
        this.#waiting.delete(message.request);
        break;
      case 'log':
        log[message.level](message.facts, message.message);
        break;
    }
  }
}

function threadEnded(): TouchlineError {
  return new TouchlineError({
    kind: 'unavailable',
    code: 'library_restarting',
    message: 'The catalogue of recordings is being started again: try again in a moment',
  });
}
