import type { ProtocolErrorCode, ServerMessage, SignallingReply, WebrtcErrorData } from '../contract/ws-server.js';
import { PROTOCOL_ERRORS } from '../contract/ws-server.js';
import { JsonText } from '../http/route.js';

/** Messages of the rig as text. Those that carry large bodies are put together from JSON that is text already. */

function frame(message: ServerMessage): string {
  return JSON.stringify(message);
}

export function helloFrame(channels: readonly string[]): string {
  return frame({ v: 1, type: 'hello', channels: [...channels] });
}

export function pongFrame(): string {
  return frame({ v: 1, type: 'pong' });
}

/** @param message instead of the usual text of this code */
export function errorFrame(code: ProtocolErrorCode, message: string = PROTOCOL_ERRORS[code].message): string {
  return frame({ v: 1, type: 'error', code, message });
}

export function signallingFrame(reply: SignallingReply): string {
  return frame(reply);
}

export function webrtcErrorFrame(data: WebrtcErrorData): string {
  return frame({ v: 1, type: 'webrtc_error', data });
}

export function ackFrame(id: string, action: string): string {
  return frame({ v: 1, type: 'command_ack', id, action });
}

/** The answer to the repetition of a command that is still under way. */
export function ackAgainFrame(id: string, action: string): string {
  return frame({ v: 1, type: 'command_ack', id, action, deduplicated: true, in_progress: true });
}

/** How a command ended: the part of its result that stays the same whoever asks. */
export function outcomeOf(result: unknown): string {
  return `"success":true,"data":${result instanceof JsonText ? result.text : JSON.stringify(result)}`;
}

export function failureOf(error: string): string {
  return `"success":false,"error":${JSON.stringify(error)}`;
}

/** @param outcome of `outcomeOf` or `failureOf` */
export function resultFrame(id: string, outcome: string, deduplicated: boolean): string {
  return `{"v":1,"type":"command_result","id":${JSON.stringify(id)},${outcome}${deduplicated ? ',"deduplicated":true' : ''}}`;
}

/** @param epochMs when the data was read */
export function channelFrame(channel: string, epochMs: number, data: unknown): string {
  return JSON.stringify({ v: 1, type: channel, ts: epochMs / 1000, data });
}
