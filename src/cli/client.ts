import type { Static, TSchema } from '#typebox';
import { TouchlineError } from '../errors.js';
import { ErrorBody } from '../api/contract/errors.js';
import { HealthBody } from '../api/contract/health.js';
import { RebuiltBody, RecordingsBody } from '../api/contract/library.js';
import { RecordingHealthBody } from '../api/contract/recording-health.js';
import { StartBody, type StartRequestBody } from '../api/contract/recording-start.js';
import { StopBody } from '../api/contract/recording-stop.js';
import { StatusBody } from '../api/contract/status.js';
import { compileSchema } from '../lib/schema.js';
import { errnoOf } from '../lib/file-error.js';
import { formatViolations } from '../lib/violations.js';
import { httpCall } from './http-call.js';

/** Answers that read memory come at once; a start waits for cameras, a stop for files to be final and probed. */
const READ_TIMEOUT_MS = 5_000;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 120_000;
/** Every file of every match is looked at, on a disk that may be slow. */
const LIBRARY_TIMEOUT_MS = 120_000;

interface Operation<S extends TSchema> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: StartRequestBody;
  readonly response: S;
  readonly timeoutMs: number;
}

/**
 * The daemon as the command line sees it, over its REST API. Every answer is checked against the contract. Throws
 * `daemon_unreachable` when nothing answers, `daemon_protocol` when something else does, and the daemon's own message
 * and code when it answers with an error.
 */
export class DaemonClient {
  private readonly baseUrl: string;
  private readonly signal: AbortSignal;

  /** @param baseUrl e.g. `http://127.0.0.1:8000` */
  constructor(baseUrl: string, signal: AbortSignal) {
    this.baseUrl = baseUrl;
    this.signal = signal;
  }

  status(): Promise<StatusBody> {
    return this.run({ method: 'GET', path: '/status', response: StatusBody, timeoutMs: READ_TIMEOUT_MS });
  }

  health(): Promise<HealthBody> {
    return this.run({ method: 'GET', path: '/health', response: HealthBody, timeoutMs: READ_TIMEOUT_MS });
  }

  recordingHealth(): Promise<RecordingHealthBody> {
    return this.run({
      method: 'GET',
      path: '/recording-health',
      response: RecordingHealthBody,
      timeoutMs: START_TIMEOUT_MS,
    });
  }

  start(body: StartRequestBody): Promise<StartBody> {
    return this.run({ method: 'POST', path: '/recording', body, response: StartBody, timeoutMs: START_TIMEOUT_MS });
  }

  stop(force: boolean): Promise<StopBody> {
    const path = `/recording?force=${force}`;
    return this.run({ method: 'DELETE', path, response: StopBody, timeoutMs: STOP_TIMEOUT_MS });
  }

  recordings(): Promise<Static<typeof RecordingsBody>> {
    return this.run({ method: 'GET', path: '/recordings', response: RecordingsBody, timeoutMs: LIBRARY_TIMEOUT_MS });
  }

  rebuildLibrary(): Promise<RebuiltBody> {
    return this.run({ method: 'POST', path: '/library/rebuild', response: RebuiltBody, timeoutMs: LIBRARY_TIMEOUT_MS });
  }

  private async run<S extends TSchema>(operation: Operation<S>): Promise<Static<S>> {
    const { ok, text } = await this.send(operation);
    if (!ok) throw this.refusal(text);
    const answer = compileSchema(operation.response).parseJson(text);
    if (answer.ok) return answer.value;
    throw new TouchlineError({
      kind: 'unavailable',
      code: 'daemon_protocol',
      message:
        `what answers at ${this.baseUrl} is not this version of touchline; its answer breaks the contract: ` +
        formatViolations(answer.violations),
    });
  }

  private async send(operation: Operation<TSchema>): Promise<{ readonly ok: boolean; readonly text: string }> {
    const { method, path, body, timeoutMs } = operation;
    try {
      const json = body === undefined ? {} : { body: JSON.stringify(body) };
      return await httpCall(`${this.baseUrl}/api/v1${path}`, { method, timeoutMs, signal: this.signal, ...json });
    } catch (thrown) {
      throw this.unreachable(thrown, timeoutMs);
    }
  }

  private unreachable(thrown: unknown, timeoutMs: number): TouchlineError {
    return new TouchlineError({
      kind: 'unavailable',
      code: 'daemon_unreachable',
      message: `no daemon at ${this.baseUrl}: ${reasonOf(thrown, timeoutMs)}`,
      cause: thrown,
    });
  }

  private refusal(text: string): TouchlineError {
    const answer = compileSchema(ErrorBody).parseJson(text);
    if (!answer.ok) {
      return new TouchlineError({
        kind: 'unavailable',
        code: 'daemon_protocol',
        message: `what answers at ${this.baseUrl} is not touchline: ${text.slice(0, 200)}`,
      });
    }
    const { detail, code } = answer.value;
    const message = typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; ');
    return new TouchlineError({ kind: 'conflict', code, message });
  }
}

function reasonOf(thrown: unknown, timeoutMs: number): string {
  if (errnoOf(thrown) === 'ECONNREFUSED') {
    return 'nothing listens there. Start the daemon with `touchline serve` or `systemctl start touchline`';
  }
  if (thrown instanceof Error && thrown.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
