/** A client of the WebSocket that checks every frame which it gets against the schema of its message. */
import { WebSocket, type ClientOptions } from 'ws';
import Type, { type TSchema } from '#typebox';
import { COMMANDS } from '../../src/api/contract/ws-commands.js';
import { CommandDoneMessage, CommandFailedMessage, SERVER_MESSAGES } from '../../src/api/contract/ws-server.js';
import { isObject, stringAt } from '../../src/lib/json-schema.js';
import { compileSchema, type Validator } from '../../src/lib/schema.js';

export type Frame = Readonly<Record<string, unknown>>;

const anything = compileSchema(Type.Unknown());
const schemas: ReadonlyMap<string, Validator<unknown>> = new Map(
  SERVER_MESSAGES.filter((schema) => schema !== CommandDoneMessage && schema !== CommandFailedMessage).map((schema) => [stringAt(schema, 'title') ?? '', compileSchema<TSchema>(schema)]),
);
const done = compileSchema(CommandDoneMessage);
const failed = compileSchema(CommandFailedMessage);
const results: ReadonlyMap<string, Validator<unknown>> = new Map(Object.values(COMMANDS).map(({ action, result }) => [action, compileSchema<TSchema>(result)]));

interface Waiter {
  readonly look: () => boolean;
  readonly fail: (error: Error) => void;
}

export class WsClient {
  readonly socket: WebSocket;
  /** Everything that came, oldest first. */
  readonly frames: Frame[] = [];
  /** `performance.now()` of each. */
  readonly times: number[] = [];
  /** Frames that are not what the contract says. */
  readonly broken: string[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #waiters = new Set<Waiter>();
  readonly #actions = new Map<string, string>();
  #commands = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data, isBinary) => this.#take(data.toString(), isBinary));
    // How it ended is told by `closed`.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })));
    socket.once('close', () => {
      for (const { fail } of [...this.#waiters]) fail(new Error('the connection was closed'));
    });
  }

  /** @param url of the HTTP server; resolves when the connection is open, rejects when it is refused */
  static async connect(url: string, options: ClientOptions = {}): Promise<WsClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, options);
    const client = new WsClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** Connects and waits for hello. */
  static async greeted(url: string, options: ClientOptions = {}): Promise<WsClient> {
    const client = await WsClient.connect(url, options);
    await client.next((frame) => frame['type'] === 'hello', 'hello', 0);
    return client;
  }

  /** Text goes as it is, everything else as JSON. */
  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** @returns the id */
  command(action: string, params?: unknown, id = `cmd_${(this.#commands += 1)}`): string {
    this.#actions.set(id, action);
    this.send({ v: 1, type: 'command', id, action, params });
    return id;
  }

  /** Sends a command and waits for its result. */
  async run(action: string, params?: unknown, id?: string, limitMs?: number): Promise<Frame> {
    const from = this.frames.length;
    const sent = this.command(action, params, id);
    return this.next((frame) => frame['type'] === 'command_result' && frame['id'] === sent, `result of ${action}`, from, limitMs);
  }

  /** The first frame from `from` on, which may have come already, that fits. */
  next(fits: (frame: Frame) => boolean, what: string, from = this.frames.length, limitMs = 15_000): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const fail = (error: Error): void => {
        end();
        reject(new Error(`${what}: ${error.message}; last frames: ${JSON.stringify(this.frames.slice(-5)).slice(0, 2000)}`));
      };
      const look = (): boolean => {
        const found = this.frames.slice(from).find(fits);
        if (found === undefined) return false;
        end();
        resolve(found);
        return true;
      };
      const waiter: Waiter = { look, fail };
      const timer = setTimeout(() => fail(new Error(`waited ${limitMs} ms in vain`)), limitMs);
      this.#waiters.add(waiter);
      if (!look() && this.socket.readyState >= WebSocket.CLOSING) fail(new Error('the connection is closed'));
    });
  }

  type(type: string, from?: number, limitMs?: number): Promise<Frame> {
    return this.next((frame) => frame['type'] === type, type, from, limitMs);
  }

  /** Resolves when everything that was sent before has been answered: messages are taken in their order. */
  async settled(): Promise<void> {
    const from = this.frames.length;
    this.send({ v: 1, type: 'ping' });
    await this.type('pong', from);
  }

  all(type: string): readonly Frame[] {
    return this.frames.filter((frame) => frame['type'] === type);
  }

  async end(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  #take(text: string, isBinary: boolean): void {
    this.times.push(performance.now());
    const parsed = anything.parseJson(text);
    const frame = parsed.ok && isObject(parsed.value) ? parsed.value : {};
    this.frames.push(frame);
    const complaint = isBinary ? 'a binary frame' : this.#complaintAbout(frame);
    if (complaint !== null) this.broken.push(`${complaint}: ${text.slice(0, 500)}`);
    for (const { look } of [...this.#waiters]) look();
  }

  #complaintAbout(frame: Frame): string | null {
    const isResult = frame['type'] === 'command_result';
    const schema = isResult ? (frame['success'] === true ? done : failed) : schemas.get(String(frame['type']));
    const checked = schema?.check(frame);
    if (checked === undefined) return 'no message of the contract';
    if (!checked.ok) return JSON.stringify(checked.violations);
    if (!isResult || frame['success'] !== true) return null;
    const result = results.get(this.#actions.get(String(frame['id'])) ?? '')?.check(frame['data']);
    return result === undefined || result.ok ? null : JSON.stringify(result.violations);
  }
}
