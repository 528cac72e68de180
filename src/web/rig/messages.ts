import type { PipelineStateBody } from '../../api/contract/pipeline-state.js';
import type { StatusBody } from '../../api/contract/status.js';
import type { SystemMetricsBody } from '../../api/contract/system-metrics.js';
import type { ServerMessage } from '../../api/contract/ws-server.js';

/** The channels that the page listens to, and what they carry (docs/websocket.md). */
export interface ChannelData {
  readonly status: StatusBody;
  readonly pipeline_state: PipelineStateBody;
  readonly system_metrics: SystemMetricsBody;
}
export type ChannelName = keyof ChannelData;
export const CHANNEL_NAMES: readonly ChannelName[] = ['status', 'pipeline_state', 'system_metrics'];

export type ChannelMessage = { [C in ChannelName]: { readonly v: 1; readonly type: C; readonly ts: number; readonly data: ChannelData[C] } }[ChannelName];

export interface CommandResult {
  readonly v: 1;
  readonly type: 'command_result';
  readonly id: string;
  readonly success: boolean;
  readonly data?: unknown;
  readonly error?: string;
}

export type RigMessage = ServerMessage | ChannelMessage | CommandResult;
export type MessageOf<T extends RigMessage['type']> = Extract<RigMessage, { readonly type: T }>;

/**
 * A text frame of the rig as a message; null when it is none. Only the envelope is looked at: the page comes from the
 * daemon that speaks, and the daemon's tests hold its messages to these types.
 */
export function parseMessage(text: unknown): RigMessage | null {
  if (typeof text !== 'string') return null;
  const message = parsed(text);
  return isMessage(message) ? message : null;
}

/** A line of a log as the object that it holds, nothing of which is trusted; null when it holds none. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isMessage(message: unknown): message is RigMessage {
  return typeof message === 'object' && message !== null && 'v' in message && message.v === 1 && 'type' in message && typeof message.type === 'string';
}
