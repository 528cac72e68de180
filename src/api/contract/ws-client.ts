import Type, { type Static, type TSchema } from '#typebox';
import { Nullable } from './common.js';
import { MAX_ID_CHARACTERS, WsVersion } from './ws-common.js';

/** Every message that a client sends (contract 4.2). Keys that are not named are ignored. */

const Channels = Type.Array(Type.Unknown(), { description: 'Names of channels; whatever is no such name is ignored', 'x-expected': 'a list of names' });

export const PingMessage = Type.Object(
  { v: WsVersion, type: Type.Literal('ping') },
  { title: 'ping', description: 'Answered with `pong`, also while commands run.' },
);

export const SubscribeMessage = Type.Object(
  { v: WsVersion, type: Type.Literal('subscribe'), channels: Channels },
  { title: 'subscribe', description: 'No answer of its own: every channel that is named is published at once and then at its interval.' },
);

export const UnsubscribeMessage = Type.Object(
  { v: WsVersion, type: Type.Literal('unsubscribe'), channels: Channels },
  { title: 'unsubscribe', description: 'No answer.' },
);

export const CommandMessage = Type.Object(
  {
    v: WsVersion,
    type: Type.Literal('command'),
    id: Type.String({ minLength: 1, maxLength: MAX_ID_CHARACTERS, description: 'Chosen by the client; comes back in `command_ack` and `command_result`' }),
    action: Type.String({ minLength: 1, maxLength: MAX_ID_CHARACTERS, description: 'What to do: see the commands' }),
    params: Type.Optional(Type.Unknown({ description: 'What the action takes; absent or null: nothing', 'x-expected': 'an object or null' })),
  },
  { title: 'command', description: 'Answered with `command_ack` at once and with `command_result` when it is done.' },
);

const StreamKind = Type.String({ maxLength: MAX_ID_CHARACTERS, description: '`main_cam0`, `main_cam1` or `panorama`' });
const SessionId = Type.String({ minLength: 1, maxLength: MAX_ID_CHARACTERS, description: 'As `webrtc_session_ready` told it' });

export const WebrtcStartData = Type.Object({ stream_kind: StreamKind });
export const WebrtcOfferData = Type.Object({ session_id: SessionId, stream_kind: Type.Optional(Nullable(StreamKind)), sdp: Type.String({ minLength: 1 }) });
export const WebrtcCandidateData = Type.Object({
  session_id: SessionId,
  stream_kind: Type.Optional(Nullable(StreamKind)),
  candidate: Type.String(),
  sdpMLineIndex: Type.Optional(Nullable(Type.Integer({ minimum: 0 }), { description: 'Default 0' })),
});
export const WebrtcStopData = Type.Object({ session_id: SessionId, stream_kind: Type.Optional(Nullable(StreamKind)) });

function webrtcMessage<T extends string, D extends TSchema>(type: T, data: D, description: string) {
  return Type.Object({ v: WsVersion, type: Type.Literal(type), data }, { title: type, description });
}

export const WebrtcStartMessage = webrtcMessage('webrtc_start', WebrtcStartData, 'Asks for a live picture. Answered with `webrtc_session_ready` or `webrtc_error`.');
export const WebrtcOfferMessage = webrtcMessage('webrtc_offer', WebrtcOfferData, 'Answered with `webrtc_answer` or `webrtc_error`.');
export const WebrtcCandidateMessage = webrtcMessage('webrtc_ice_candidate', WebrtcCandidateData, 'Answered with `webrtc_state` or `webrtc_error`.');
export const WebrtcStopMessage = webrtcMessage('webrtc_stop', WebrtcStopData, 'Answered with `webrtc_state` or `webrtc_error`.');

/** What a signalling message says; its fields may also stand beside `type` instead of inside `data` (contract 4.2). */
export type SignallingMessage =
  | { readonly type: 'webrtc_start'; readonly data: Static<typeof WebrtcStartData> }
  | { readonly type: 'webrtc_offer'; readonly data: Static<typeof WebrtcOfferData> }
  | { readonly type: 'webrtc_ice_candidate'; readonly data: Static<typeof WebrtcCandidateData> }
  | { readonly type: 'webrtc_stop'; readonly data: Static<typeof WebrtcStopData> };

/** In the order of the documentation. */
export const CLIENT_MESSAGES = [
  PingMessage,
  SubscribeMessage,
  UnsubscribeMessage,
  CommandMessage,
  WebrtcStartMessage,
  WebrtcOfferMessage,
  WebrtcCandidateMessage,
  WebrtcStopMessage,
] as const;
