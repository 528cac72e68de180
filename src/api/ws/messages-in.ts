/** The gate of the WebSocket: bytes come in, a message of the contract or what is wrong with it goes out. */
import Type, { type Static } from '#typebox';
import { isObject } from '../../lib/json-schema.js';
import { compileSchema, type Validator } from '../../lib/schema.js';
import { formatViolations } from '../../lib/violations.js';
import {
  CommandMessage,
  type SignallingMessage,
  SubscribeMessage,
  UnsubscribeMessage,
  WebrtcCandidateData,
  WebrtcOfferData,
  WebrtcStartData,
  WebrtcStopData,
} from '../contract/ws-client.js';
import { type Channel, CHANNELS, MAX_MESSAGE_BYTES } from '../contract/ws-common.js';
import { PROTOCOL_ERRORS, type ProtocolErrorCode, type WebrtcErrorData } from '../contract/ws-server.js';

export type Inbound =
  | { readonly kind: 'ping' }
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly channels: readonly Channel[] }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'signalling'; readonly message: SignallingMessage }
  | { readonly kind: 'error'; readonly code: ProtocolErrorCode; readonly message: string }
  | { readonly kind: 'webrtc-error'; readonly data: WebrtcErrorData };

export interface Command {
  readonly id: string;
  readonly action: string;
  /** Not yet looked at. */
  readonly params: unknown;
}

const json = compileSchema(Type.Unknown());
const subscribe = compileSchema(SubscribeMessage);
const unsubscribe = compileSchema(UnsubscribeMessage);
const command = compileSchema(CommandMessage);
const webrtcStart = compileSchema(WebrtcStartData);
const webrtcOffer = compileSchema(WebrtcOfferData);
const webrtcCandidate = compileSchema(WebrtcCandidateData);
const webrtcStop = compileSchema(WebrtcStopData);

/** Never throws, whatever comes. Checks in the order of contract 4.3. */
export function readMessage(bytes: Buffer, isBinary: boolean): Inbound {
  if (bytes.length > MAX_MESSAGE_BYTES) return wrong('message_too_large');
  const parsed = isBinary ? null : json.parseJson(bytes.toString('utf8'));
  if (parsed === null || !parsed.ok) return wrong('invalid_json');
  const message = parsed.value;
  if (!isObject(message)) return wrong('invalid_format');
  if (message['v'] !== 1) return wrong('invalid_version');
  switch (message['type']) {
    case 'ping':
      return { kind: 'ping' };
    case 'subscribe':
      return channelsOf('subscribe', subscribe, message);
    case 'unsubscribe':
      return channelsOf('unsubscribe', unsubscribe, message);
    case 'command':
      return commandOf(message);
    case 'webrtc_start':
      return startOf(fieldsOf(message));
    case 'webrtc_offer':
      return inSession(webrtcOffer, fieldsOf(message), (data) => ({ type: 'webrtc_offer', data }));
    case 'webrtc_ice_candidate':
      return inSession(webrtcCandidate, fieldsOf(message), (data) => ({ type: 'webrtc_ice_candidate', data }));
    case 'webrtc_stop':
      return inSession(webrtcStop, fieldsOf(message), (data) => ({ type: 'webrtc_stop', data }));
    default:
      return wrong('unknown_type', `Unknown message type: ${shown(message['type'])}`);
  }
}

function wrong(code: ProtocolErrorCode, message: string = PROTOCOL_ERRORS[code].message): Inbound {
  return { kind: 'error', code, message };
}

function channelsOf(kind: 'subscribe' | 'unsubscribe', schema: Validator<{ channels: unknown[] }>, message: unknown): Inbound {
  const checked = schema.check(message);
  if (!checked.ok) return wrong('invalid_channels');
  const named = new Set(checked.value.channels);
  return { kind, channels: CHANNELS.filter((channel) => named.has(channel)) };
}

function commandOf(message: unknown): Inbound {
  const checked = command.check(message);
  if (!checked.ok) return wrong('invalid_command');
  const { id, action, params } = checked.value;
  return { kind: 'command', command: { id, action, params } };
}

/** The fields stand in `data`, or beside `type` as the published reference can be read (contract 4.2). */
function fieldsOf(message: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const data = message['data'];
  return isObject(data) ? data : message;
}

function startOf(fields: Readonly<Record<string, unknown>>): Inbound {
  const checked = webrtcStart.check(fields);
  if (checked.ok) return { kind: 'signalling', message: { type: 'webrtc_start', data: checked.value } };
  const kind = shown(fields['stream_kind']);
  return { kind: 'webrtc-error', data: { stream_kind: kind, error: `Unsupported stream_kind: ${kind}` } };
}

function inSession<T extends Static<typeof WebrtcStopData>>(schema: Validator<T>, fields: Readonly<Record<string, unknown>>, toMessage: (data: T) => SignallingMessage): Inbound {
  const checked = schema.check(fields);
  if (checked.ok) return { kind: 'signalling', message: toMessage(checked.value) };
  const session = fields['session_id'];
  const error = typeof session === 'string' && session !== '' ? formatViolations(checked.violations) : 'Unknown session_id';
  return { kind: 'webrtc-error', data: { session_id: shown(session), error } };
}

const SHOWN_CHARACTERS = 100;

/** A value of a stranger, short enough to be sent back. Text as it is, anything else as JSON of a sort. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : describe(value);
  const characters = [...text.slice(0, SHOWN_CHARACTERS * 2)];
  return characters.length <= SHOWN_CHARACTERS ? text : `${characters.slice(0, SHOWN_CHARACTERS).join('')}…`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return `an object with ${Object.keys(value).length} keys`;
  return String(value ?? null);
}
