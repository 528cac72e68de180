/**
 * The transport of FootballVision's web dashboard (contract 12.1): it trusts what it gets, as a browser's program does, so
 * a wrong type throws here as it does there. What the pages read from it is in dashboard-pages.ts.
 */
import { WebSocket } from 'ws';
import { systemClock } from '../../src/lib/clock.js';

const COMMAND_TIMEOUT_MS = 30_000;
const WAIT_MS = 15_000;
/** Only these make it fall back to REST. */
const IS_OFFLINE = /websocket not connected|websocket disconnected/;

interface Pending {
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class DashboardClient {
  readonly #url: string;
  readonly #channels: readonly string[];
  readonly #pending = new Map<string, Pending>();
  readonly #latest = new Map<string, unknown>();
  readonly #watchers = new Set<() => void>();
  #socket: WebSocket | null = null;
  #isConnected = false;
  #commands = 0;
  #lastFrameMs = 0;
  #longestSilenceMs = 0;

  constructor(url: string, channels: readonly string[] = ['status']) {
    this.#url = url;
    this.#channels = channels;
  }

  /** After a hello, not before; its list of channels is not read. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Longest time between two frames since the connection stood. The dashboard drops it after 15 s. */
  get longestSilenceMs(): number {
    return Math.max(this.#longestSilenceMs, this.#isConnected ? systemClock.monoMs() - this.#lastFrameMs : 0);
  }

  /** Resolves when it considers itself connected. */
  async connect(): Promise<void> {
    const socket = new WebSocket(`${this.#url.replace('http', 'ws')}/ws`);
    this.#socket = socket;
    socket.on('message', (data) => this.#onMessage(data.toString()));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#isConnected = false;
      for (const { reject } of this.#pending.values()) reject(new Error('websocket disconnected'));
      this.#pending.clear();
    });
    await this.#until(() => this.#isConnected, 'hello');
  }

  async disconnect(): Promise<void> {
    const socket = this.#socket;
    if (socket === null || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.close();
    await closed;
  }

  ping(): void {
    this.#send({ v: 1, type: 'ping' });
  }

  /** `data` of the newest frame of this channel that satisfies the page; `T` is what the dashboard believes it to be. */
  async channel<T>(name: string, isWanted: (data: T) => boolean = () => true): Promise<T> {
    const newest = (): T | undefined => this.#latest.get(name) as T | undefined;
    await this.#until(() => {
      const data = newest();
      return data !== undefined && isWanted(data);
    }, `channel ${name}`);
    return newest() as T;
  }

  /** The data of the result; rejects when the outer success is not truthy, when nothing comes, and when it is offline. */
  command<T>(action: string, params: object): Promise<T> {
    if (!this.#isConnected) return Promise.reject(new Error('websocket not connected'));
    this.#commands += 1;
    const id = `cmd_${this.#commands}_${Date.now()}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`command ${action} timed out`)), COMMAND_TIMEOUT_MS);
      const end = (finish: () => void): void => {
        clearTimeout(timer);
        this.#pending.delete(id);
        finish();
      };
      this.#pending.set(id, { resolve: (data) => end(() => resolve(data as T)), reject: (error) => end(() => reject(error)) });
      this.#send({ v: 1, type: 'command', id, action, params });
    });
  }

  /** A command, by REST only when there is no connection. */
  async commandOr<T>(action: string, params: object, fallback: () => Promise<T>): Promise<T> {
    try {
      return await this.command<T>(action, params);
    } catch (thrown) {
      if (thrown instanceof Error && IS_OFFLINE.test(thrown.message)) return fallback();
      throw thrown;
    }
  }

  /** Body of an answer, whatever its status: some pages do not look at it. */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await this.fetch<T>(method, path, body)).body;
  }

  async fetch<T>(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly ok: boolean; readonly body: T }> {
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, ok: response.ok, body: (await response.json()) as T };
  }

  #onMessage(text: string): void {
    const nowMs = systemClock.monoMs();
    if (this.#isConnected) this.#longestSilenceMs = Math.max(this.#longestSilenceMs, nowMs - this.#lastFrameMs);
    this.#lastFrameMs = nowMs;
    const frame: { type: string; id: string; success: boolean; data: unknown; error: string } = JSON.parse(text);
    if (frame.type === 'hello') {
      this.#isConnected = true;
      this.#send({ v: 1, type: 'subscribe', channels: this.#channels });
    } else if (frame.type === 'command_result') {
      const pending = this.#pending.get(frame.id);
      if (frame.success) pending?.resolve(frame.data);
      else pending?.reject(new Error(frame.error || 'Command failed'));
    } else if (frame.type !== 'command_ack') {
      this.#latest.set(frame.type, frame.data);
    }
    for (const look of [...this.#watchers]) look();
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #until(isTrue: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const look = (): void => {
        try {
          if (!isTrue()) return;
        } catch (thrown) {
          end();
          return reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        }
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`waited ${WAIT_MS} ms in vain: ${what}`));
      }, WAIT_MS);
      this.#watchers.add(look);
      look();
    });
  }
}
