/** The host's end of the protocol: one unix socket, any number of clients, every message validated. */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import { asTouchlineError, TouchlineError } from '../../errors.js';
import { compileSchema } from '../../lib/schema.js';
import { LineSplitter } from '../framing.js';
import type { JournalEntry } from '../journal.js';
import { MAX_LINE_BYTES, METHODS, PROTOCOL_VERSION, RequestSchema, type HostMessage, type HostState, type Method, type Request } from '../protocol.js';
import type { CameraHost } from './host.js';

/** A client that does not read is dropped before it costs memory. */
const MAX_UNSENT_BYTES = 1024 * 1024;

const request = compileSchema(RequestSchema);
const params = {
  prepare: compileSchema(METHODS.prepare.params),
  go: compileSchema(METHODS.go.params),
  stop: compileSchema(METHODS.stop.params),
  abort: compileSchema(METHODS.abort.params),
  live: compileSchema(METHODS.live.params),
  encode: compileSchema(METHODS.encode.params),
  watch: compileSchema(METHODS.watch.params),
  tune: compileSchema(METHODS.tune.params),
  keyframe: compileSchema(METHODS.keyframe.params),
  describe: compileSchema(METHODS.describe.params),
  shutdown: compileSchema(METHODS.shutdown.params),
};

export class HostServer {
  readonly #log: Logger;
  readonly #host: CameraHost;
  readonly #onShutdown: () => void;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  constructor(options: { readonly host: CameraHost; readonly log: Logger; readonly onShutdown: () => void }) {
    this.#host = options.host;
    this.#log = options.log;
    this.#onShutdown = options.onShutdown;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** The caller holds the camera's lock, so an old socket file at `path` belongs to nobody. */
  async listen(path: string): Promise<void> {
    await rm(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#log.error({ err: error }, 'a client could not be accepted'));
        resolve();
      });
    });
    await chmod(path, 0o600);
  }

  get clients(): number {
    return this.#clients.size;
  }

  broadcastState(state: HostState): void {
    if (this.#clients.size === 0) return;
    const line = encode({ v: PROTOCOL_VERSION, type: 'state', state });
    for (const client of this.#clients) this.#send(client, line);
  }

  broadcastJournal(entry: JournalEntry): void {
    const line = encode({ v: PROTOCOL_VERSION, type: 'journal', entry });
    for (const client of this.#clients) this.#send(client, line);
  }

  #accept(socket: Socket): void {
    const lines = new LineSplitter(MAX_LINE_BYTES);
    this.#clients.add(socket);
    socket.on('error', (error) => this.#log.debug({ err: error }, 'client connection broke'));
    socket.on('close', () => this.#clients.delete(socket));
    socket.on('data', (chunk) => {
      const complete = lines.push(chunk);
      if (complete === null) {
        this.#log.warn('client sent an endless line, dropping it');
        socket.destroy();
        return;
      }
      for (const line of complete) void this.#onLine(socket, line);
    });
    this.#send(socket, encode({ v: PROTOCOL_VERSION, type: 'hello', state: this.#host.state() }));
  }

  async #onLine(socket: Socket, line: string): Promise<void> {
    const message = request.parseJson(line);
    if (!message.ok) {
      this.#log.warn({ violations: message.violations }, 'client sent an invalid message');
      return;
    }
    const { id } = message.value;
    try {
      const result = await this.#dispatch(message.value);
      this.#send(socket, encode({ v: PROTOCOL_VERSION, type: 'reply', id, ok: true, result }));
    } catch (thrown) {
      const { kind, code, message: text } = asTouchlineError(thrown);
      this.#send(socket, encode({ v: PROTOCOL_VERSION, type: 'reply', id, ok: false, error: { kind, code, message: text } }));
    }
    if (message.value.method === 'shutdown') this.#onShutdown();
  }

  #dispatch(message: Request): Promise<unknown> {
    const call: Record<Method, () => Promise<unknown>> = {
      prepare: () => this.#host.prepare(valid(params.prepare.check(message.params))),
      go: () => this.#host.go(valid(params.go.check(message.params))),
      stop: () => this.#host.stop(valid(params.stop.check(message.params))),
      abort: () => this.#host.abort(valid(params.abort.check(message.params))),
      live: () => this.#host.live(valid(params.live.check(message.params))),
      encode: () => this.#host.encode(valid(params.encode.check(message.params))),
      watch: () => this.#host.watch(valid(params.watch.check(message.params))),
      tune: () => this.#host.tune(valid(params.tune.check(message.params))),
      keyframe: () => this.#host.keyframe(valid(params.keyframe.check(message.params))),
      describe: () => this.#host.describe(),
      shutdown: () => this.#host.shutdown(valid(params.shutdown.check(message.params))),
    };
    const method = new Map<string, () => Promise<unknown>>(Object.entries(call)).get(message.method);
    if (method === undefined) {
      throw new TouchlineError({ kind: 'invalid', code: 'unknown_method', message: `Unknown method "${message.method}".` });
    }
    return method();
  }

  #send(socket: Socket, line: string): void {
    if (socket.destroyed) return;
    if (socket.writableLength > MAX_UNSENT_BYTES) {
      this.#log.warn('client does not read, dropping it');
      socket.destroy();
      return;
    }
    socket.write(line);
  }
}

function encode(message: HostMessage): string {
  return `${JSON.stringify(message)}\n`;
}

function valid<T>(checked: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly violations: TouchlineError['violations'] }): T {
  if (checked.ok) return checked.value;
  throw new TouchlineError({ kind: 'invalid', code: 'invalid_params', message: 'The request has invalid parameters.', violations: checked.violations });
}
