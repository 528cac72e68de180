import { nextDelayMs } from './backoff.js';
import { CHANNEL_NAMES, type MessageOf, parseMessage, type RigMessage } from './messages.js';
import { PendingCommands } from './pending-commands.js';
import { RigError } from './rig-error.js';

/** `live`: the status was heard within the last three seconds. Everything else knows nothing of the present. */
export type ConnectionState = 'connecting' | 'live' | 'lost';

/** The rig publishes its status every second; this long without it, and what the page knows is the past. */
export const SILENCE_LIMIT_MS = 3000;
const CHECK_MS = 200;
export type LossCause = 'broken' | 'full';
/** With this code the rig closes a connection beyond its limit (docs/websocket.md). */
const TOO_MANY = 1013;

export interface RigSocketOptions {
  /** `ws://rig/ws` */
  readonly url: string;
  readonly onMessage: (message: RigMessage) => void;
  readonly onState: (state: ConnectionState) => void;
  /** At each loss and at each attempt that failed: `full` when the rig says that it has too many connections. */
  readonly onLost?: (cause: LossCause) => void;
}

type Listener = (message: RigMessage) => void;

/**
 * The rig's live plane (docs/websocket.md): one WebSocket that is opened again as long as the page is there, whether it
 * broke or only fell silent. After each opening all channels are subscribed again, and commands that were under way are
 * repeated with their ids, which the rig carries out once.
 */
export class RigSocket {
  readonly #options: RigSocketOptions;
  readonly #commands = new PendingCommands();
  readonly #listeners = new Map<string, Set<Listener>>();
  #socket: WebSocket | null = null;
  #state: ConnectionState = 'connecting';
  #heardMs = performance.now();
  #failures = 0;
  #openings = 0;
  readonly #claimed = new Set<string>();
  #reopening: ReturnType<typeof setTimeout> | null = null;
  readonly #checking: ReturnType<typeof setInterval>;

  constructor(options: RigSocketOptions) {
    this.#options = options;
    this.#checking = setInterval(() => this.#check(), CHECK_MS);
    this.#open();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /**
   * Carries out a command; resolves with the `data` of its result, where `success` may still be false. Rejects with
   * RigError: at once with `no_connection` while the connection is not live, so that nothing happens later than its
   * button was pressed, and with the rig's words when the command could not be carried out.
   */
  command(action: string, params: object = {}): Promise<unknown> {
    if (this.#state !== 'live') return Promise.reject(new RigError('no_connection', 'There is no connection to the rig.'));
    return this.#commands.add(action, params, (text) => this.#socket?.send(text));
  }

  /** Sends a message that is no command, such as `webrtc_offer`; false when there is no connection. */
  send(type: string, data: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify({ v: 1, type, data }));
    return true;
  }

  /** Which connection this is, counted: what was asked over an earlier one is not answered any more. */
  get openings(): number {
    return this.#openings;
  }

  /** True for the first who asks: what the rig has given once belongs to one. */
  claim(id: string): boolean {
    if (this.#claimed.has(id)) return false;
    this.#claimed.add(id);
    return true;
  }

  /** Calls back for each message of a type until the returned function is called. */
  on<T extends RigMessage['type']>(type: T, listener: (message: MessageOf<T>) => void): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    // Only messages of this type get here.
    const entry: Listener = (message) => listener(message as MessageOf<T>);
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  close(): void {
    clearInterval(this.#checking);
    if (this.#reopening !== null) clearTimeout(this.#reopening);
    this.#drop();
    this.#commands.rejectAll();
  }

  #open(): void {
    this.#reopening = null;
    this.#openings += 1;
    this.#claimed.clear();
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    // A connection that never opens is as silent as one that broke.
    this.#heardMs = performance.now();
    socket.addEventListener('open', () => {
      if (this.#socket === socket) this.#opened();
    });
    socket.addEventListener('close', ({ code }) => {
      if (this.#socket === socket) this.#lost(code === TOO_MANY ? 'full' : 'broken');
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#take(data);
    });
  }

  #opened(): void {
    this.#socket?.send(JSON.stringify({ v: 1, type: 'subscribe', channels: CHANNEL_NAMES }));
    this.#commands.repeat((text) => this.#socket?.send(text));
  }

  #take(data: unknown): void {
    const message = parseMessage(data);
    if (message === null) return;
    if (message.type === 'status') {
      this.#heardMs = performance.now();
      this.#failures = 0;
    }
    if (message.type === 'command_result') this.#commands.settle(message);
    this.#options.onMessage(message);
    if (message.type === 'status') this.#become('live');
    for (const listener of [...(this.#listeners.get(message.type) ?? [])]) listener(message);
  }

  #check(): void {
    this.#commands.forgetLost(this.#state === 'live');
    if (this.#socket !== null && performance.now() - this.#heardMs > SILENCE_LIMIT_MS) this.#lost('broken');
  }

  #lost(cause: LossCause): void {
    this.#drop();
    this.#options.onLost?.(cause);
    this.#become('lost');
    this.#reopening ??= setTimeout(() => this.#open(), nextDelayMs(this.#failures++, Math.random()));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #become(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}
