import type { ErrorBody } from '../../api/contract/errors.js';
import { asRigError, RigError } from './rig-error.js';

export interface RestOptions {
  readonly signal?: AbortSignal;
  /** Default 10 s. A stop of a recording may take longer: the WebSocket has no such limit. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const API = '/api/v1';

/**
 * The REST API of the rig (docs/rest.md). Paths begin below `/api/v1`; ids in them need `encodeURIComponent`. Rejects with RigError
 * only, which carries the rig's `detail` as message and its `code`. Answers with `success: false` are answers.
 */
export class RestClient {
  readonly #origin: string;

  /** @param origin of the rig; '' = the one that the page came from. */
  constructor(origin = '') {
    this.#origin = origin;
  }

  get<T>(path: string, options: RestOptions = {}): Promise<T> {
    return this.#call<T>('GET', path, options);
  }

  post<T>(path: string, body: object = {}, options: RestOptions = {}): Promise<T> {
    return this.#call<T>('POST', path, options, JSON.stringify(body));
  }

  put<T>(path: string, body: object, options: RestOptions = {}): Promise<T> {
    return this.#call<T>('PUT', path, options, JSON.stringify(body));
  }

  delete<T>(path: string, options: RestOptions = {}): Promise<T> {
    return this.#call<T>('DELETE', path, options);
  }

  /** Address of something that the browser itself loads: a download, a video, a picture. */
  url(path: string): string {
    return `${this.#origin}${API}${path}`;
  }

  async #call<T>(method: string, path: string, options: RestOptions, body?: string): Promise<T> {
    const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    try {
      const response = await fetch(this.url(path), {
        method,
        signal: options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]),
        cache: 'no-store',
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw refusalOf(answer, response.status);
      // The page comes from the daemon that answers: both are of one build, and the daemon's tests hold its answers to these types.
      return answer as T;
    } catch (error) {
      throw asRigError(error);
    }
  }
}

function refusalOf(answer: unknown, status: number): RigError {
  if (!isErrorBody(answer)) return new RigError('not_understood', `HTTP ${status}`, status);
  const { detail, code } = answer;
  return new RigError(code, typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join(' '), status);
}

function isErrorBody(answer: unknown): answer is ErrorBody {
  return typeof answer === 'object' && answer !== null && 'detail' in answer && 'code' in answer;
}
