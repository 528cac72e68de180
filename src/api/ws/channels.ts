/** The broadcast channels: one reading and one text per tick for all subscribers, on a schedule that does not drift. */
import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.js';
import { RepeatedFault } from '../../telemetry/repeated-fault.js';
import { type Channel, CHANNELS } from '../contract/ws-common.js';
import { channelFrame } from './frames.js';
import { runEvery } from './schedule.js';

/** What a channel shows; instant. A channel whose reading throws stays silent until the next tick. */
export type ChannelReadings = Readonly<Record<Channel, () => unknown>>;

export interface Subscriber {
  /** @param frame text; the same bytes for every subscriber, not to be changed */
  publish(channel: Channel, frame: Buffer): void;
}

export interface ChannelsOptions {
  readonly readings: ChannelReadings;
  readonly intervalsMs: Readonly<Record<Channel, number>>;
  readonly clock: Clock;
  readonly log: Logger;
}

const REFRESH_GAP_MS = 50;

export class Channels {
  readonly #channels: ReadonlyMap<Channel, ChannelBroadcast>;
  readonly #due = new Set<Channel>();
  readonly #clock: Clock;
  #refreshing: AbortController | null = null;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ readings, intervalsMs, clock, log }: ChannelsOptions) {
    this.#clock = clock;
    this.#channels = new Map(
      CHANNELS.map((channel) => {
        const fault = new RepeatedFault(clock, log.child({ channel }), 'a channel cannot be read');
        return [channel, new ChannelBroadcast({ channel, read: readings[channel], intervalMs: intervalsMs[channel], clock, fault })];
      }),
    );
  }

  subscribe(subscriber: Subscriber, channels: readonly Channel[]): void {
    for (const channel of channels) this.#channels.get(channel)?.add(subscriber);
  }

  unsubscribe(subscriber: Subscriber, channels: readonly Channel[] = CHANNELS): void {
    for (const channel of channels) this.#channels.get(channel)?.remove(subscriber);
  }

  /**
   * Publishes these channels at once, their schedule staying as it is. However often it is asked, it happens at most
   * every 50 ms: a client that subscribes all the time must not cost the others anything.
   */
  refresh(channels: readonly Channel[]): void {
    for (const channel of channels) this.#due.add(channel);
    if (this.#refreshing !== null || this.#due.size === 0) return;
    this.#refreshing = new AbortController();
    void this.#refreshSoon(this.#refreshing.signal);
  }

  close(): void {
    this.#refreshing?.abort();
    for (const broadcast of this.#channels.values()) broadcast.close();
  }

  async #refreshSoon(signal: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleepMs(Math.max(0, this.#refreshedAtMs + REFRESH_GAP_MS - this.#clock.monoMs()), signal);
    } catch {
      return;
    }
    this.#refreshing = null;
    this.#refreshedAtMs = this.#clock.monoMs();
    const due = CHANNELS.filter((channel) => this.#due.has(channel));
    this.#due.clear();
    for (const channel of due) this.#channels.get(channel)?.publish();
  }
}

interface BroadcastOptions {
  readonly channel: Channel;
  readonly read: () => unknown;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly fault: RepeatedFault;
}

/** One channel. It runs as long as somebody is subscribed. */
class ChannelBroadcast {
  readonly #options: BroadcastOptions;
  readonly #subscribers = new Set<Subscriber>();
  #running: AbortController | null = null;

  constructor(options: BroadcastOptions) {
    this.#options = options;
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    if (this.#running !== null) return;
    const { clock, intervalMs } = this.#options;
    this.#running = new AbortController();
    void runEvery(clock, intervalMs, this.#running.signal, () => this.publish());
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size === 0) this.close();
  }

  publish(): void {
    if (this.#subscribers.size === 0) return;
    const { channel, clock, fault } = this.#options;
    let frame: Buffer;
    try {
      frame = Buffer.from(channelFrame(channel, clock.nowEpochMs(), this.#options.read()));
    } catch (error) {
      fault.occurred(error);
      return;
    }
    fault.cleared();
    for (const subscriber of this.#subscribers) subscriber.publish(channel, frame);
  }

  close(): void {
    this.#running?.abort();
    this.#running = null;
  }
}
