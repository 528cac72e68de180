import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { RigBody } from '../../api/contract/rig.js';
import type { ChannelData, RigMessage } from './messages.js';
import { RestClient } from './rest.js';
import { type ConnectionState, type LossCause, RigSocket } from './socket.js';

/** A value with the moment at which it was heard, on the page's monotonic clock. */
export interface Heard<T> {
  readonly value: T;
  /** `performance.now()` */
  readonly atMs: number;
}

/**
 * The rig as the page knows it. Facts only: every signal is what the rig said last, and null as soon as the connection
 * is not live. Whoever shows a state shows it from here, never from a command that was sent.
 */
export interface Rig {
  readonly rest: RestClient;
  readonly socket: RigSocket;
  readonly connection: ReadonlySignal<ConnectionState>;
  /** Why it is lost, as far as the rig has said. */
  readonly lossCause: ReadonlySignal<LossCause>;
  readonly status: ReadonlySignal<Heard<ChannelData['status']> | null>;
  readonly pipelineState: ReadonlySignal<Heard<ChannelData['pipeline_state']> | null>;
  readonly systemMetrics: ReadonlySignal<Heard<ChannelData['system_metrics']> | null>;
  /** GET /rig, read at every new connection: which cameras there are, teams, version. Kept while the connection is lost, for it is no state. */
  readonly about: ReadonlySignal<RigBody | null>;
}

/** Connects to the rig at `origin` (`http://rig:8000`). */
export function connectRig(origin: string): Rig {
  const rest = new RestClient(origin);
  const connection = signal<ConnectionState>('connecting');
  const lossCause = signal<LossCause>('broken');
  const status = signal<Heard<ChannelData['status']> | null>(null);
  const pipelineState = signal<Heard<ChannelData['pipeline_state']> | null>(null);
  const systemMetrics = signal<Heard<ChannelData['system_metrics']> | null>(null);
  const about = signal<RigBody | null>(null);

  const take = (message: RigMessage): void => {
    const atMs = performance.now();
    if (message.type === 'status') status.value = { value: message.data, atMs };
    if (message.type === 'pipeline_state') pipelineState.value = { value: message.data, atMs };
    if (message.type === 'system_metrics') systemMetrics.value = { value: message.data, atMs };
  };
  const changed = (state: ConnectionState): void => {
    if (state !== 'live') for (const heard of [status, pipelineState, systemMetrics]) heard.value = null;
    connection.value = state;
    if (state === 'live') void readAbout();
  };
  const readAbout = async (): Promise<void> => {
    // Without it the page has defaults; the next connection asks again.
    about.value = await rest.get<RigBody>('/rig').catch(() => about.value);
  };
  const socket = new RigSocket({ url: `${origin.replace(/^http/, 'ws')}/ws`, onMessage: take, onState: changed, onLost: (cause) => (lossCause.value = cause) });
  // A signal is only as live as the connection: what came between a loss and its notice does not count.
  const whileLive = <T>(heard: ReadonlySignal<T | null>): ReadonlySignal<T | null> => computed(() => (connection.value === 'live' ? heard.value : null));
  return { rest, socket, connection, lossCause, status: whileLive(status), pipelineState: whileLive(pipelineState), systemMetrics: whileLive(systemMetrics), about };
}

export const RigContext = createContext<Rig | null>(null);

/** The rig of this page; for components. */
export function useRig(): Rig {
  const rig = useContext(RigContext);
  if (rig === null) throw new Error('there is no rig around this component');
  return rig;
}
