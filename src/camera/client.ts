/**
 * The daemon's end of the protocol for one camera: a connection that may be there or not, the newest state, requests
 * with a time limit. It never starts or kills anything; that is the supervisor's part.
 */
import { createConnection, type Socket } from 'node:net';
import { ERROR_KINDS, TouchlineError, type ErrorKind } from '../errors.js';
import type { Clock } from '../lib/clock.js';
import { compileSchema } from '../lib/schema.js';
import { formatViolations } from '../lib/violations.js';
import { LineSplitter } from './framing.js';
import { parseHostMessage } from './host-message.js';
import type { JournalEntry } from './journal.js';
import { MAX_LINE_BYTES, METHODS, PROTOCOL_VERSION, type HostState, type Method, type Params, type Result } from './protocol.js';

const results = {
  prepare: compileSchema(METHODS.prepare.result),
  go: compileSchema(METHODS.go.result),
  stop: compileSchema(METHODS.stop.result),
  abort: compileSchema(METHODS.abort.result),
  live: compileSchema(METHODS.live.result),
  encode: compileSchema(METHODS.encode.result),
  watch: compileSchema(METHODS.watch.result),
  tune: compileSchema(METHODS.tune.result),
  keyframe: compileSchema(METHODS.keyframe.result),
  describe: compileSchema(METHODS.describe.result),
  shutdown: compileSchema(METHODS.shutdown.result),
};

export interface ClientListener {
  state(state: HostState): void;
  journal(entry: JournalEntry): void;
  closed(): void;
  /** The host speaks, but not our language. */
  protocolError(reason: string): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: TouchlineError): void;
  readonly timer: NodeJS.Timeout;
}

export class HostConnection {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #listener: ClientListener;
  readonly #camera: number;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #isUnderstood = true;
  #lastHeardMonoMs: number;

  private constructor(socket: Socket, camera: number, clock: Clock, listener: ClientListener) {
    this.#socket = socket;
    this.#camera = camera;
    this.#clock = clock;
    this.#listener = listener;
    this.#lastHeardMonoMs = clock.monoMs();
    const lines = new LineSplitter(MAX_LINE_BYTES);
    socket.on('data', (chunk) => {
      this.#lastHeardMonoMs = clock.monoMs();
      const complete = lines.push(chunk);
      if (complete === null) {
        listener.protocolError('endless line');
        socket.destroy();
        return;
      }
      for (const line of complete) this.#onLine(line);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#onClose());
  }

  /** Null when nobody listens there. */
  static open(path: string, camera: number, clock: Clock, listener: ClientListener): Promise<HostConnection | null> {
    return new Promise((resolve) => {
      const socket = createConnection(path);
      const refused = (): void => resolve(null);
      socket.once('error', refused);
      socket.once('connect', () => {
        socket.off('error', refused);
        resolve(new HostConnection(socket, camera, clock, listener));
      });
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  get silentMs(): number {
    return this.#clock.monoMs() - this.#lastHeardMonoMs;
  }

  /** Rejects with the host's own error, `host_timeout`, `host_gone` or `host_protocol`. */
  async request<M extends Method>(method: M, params: Params<M>, timeoutMs: number): Promise<Result<M>> {
    const raw = await new Promise<unknown>((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(this.#gone());
        return;
      }
      const id = this.#nextId;
      this.#nextId += 1;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(
          new TouchlineError({
            kind: 'timeout',
            code: 'host_timeout',
            message: `The host of camera ${this.#camera} did not answer "${method}" within ${timeoutMs / 1000} s.`,
          }),
        );
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket.write(`${JSON.stringify({ v: PROTOCOL_VERSION, type: 'request', id, method, params })}\n`);
    });
    const result = results[method].check(raw);
    if (!result.ok) {
      throw new TouchlineError({ kind: 'internal', code: 'host_protocol', message: `The host of camera ${this.#camera} answered "${method}" in a form that is not understood.`, violations: result.violations });
    }
    return result.value as Result<M>;
  }

  close(): void {
    this.#socket.destroy();
  }

  #onLine(line: string): void {
    const parsed = parseHostMessage(line);
    if (!parsed.ok) {
      // A host of another version says the same wrong thing twice a second.
      if (!this.#isUnderstood) return;
      this.#isUnderstood = false;
      this.#listener.protocolError(formatViolations(parsed.violations));
      return;
    }
    const message = parsed.value;
    if (message.type === 'hello' || message.type === 'state') this.#listener.state(message.state);
    else if (message.type === 'journal') this.#listener.journal(message.entry);
    else {
      const waiting = this.#waiting.get(message.id);
      if (waiting === undefined) return;
      this.#waiting.delete(message.id);
      clearTimeout(waiting.timer);
      if (message.ok) waiting.resolve(message.result);
      else waiting.reject(new TouchlineError({ kind: errorKind(message.error.kind), code: message.error.code, message: message.error.message }));
    }
  }

  #onClose(): void {
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(this.#gone());
    }
    this.#waiting.clear();
    this.#listener.closed();
  }

  #gone(): TouchlineError {
    return new TouchlineError({ kind: 'unavailable', code: 'host_gone', message: `The host of camera ${this.#camera} is gone.` });
  }
}

function errorKind(kind: string): ErrorKind {
  return ERROR_KINDS.find((known) => known === kind) ?? 'internal';
}
